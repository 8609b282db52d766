"""Whether a photograph is of one ink, as sepia, cyanotypes and duotones are, and of which.

Its colors are then a function of lightness: a curve in Lab. How far they stray from the curve of
their own mean colors tells such pictures from colored ones, faded and desaturated ones as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.faces import Portrait
from facestyle.frozen import FrozenRecord
from facestyle.imaging.color import to_lab
from facestyle.imaging.pyramid import gaussian_blur
from facestyle.methods.energy.tones import linear_bins

_BINS = 33  # levels of L; a duotone turns from one ink to the other within .1
_BIN_BLUR = 1.0  # bins
_SEEN = 2e-4  # share of all that tells the color of a level
# px per inter-ocular distance of what is measured. Strays are blurred by so many inter-ocular
# distances: grain, paper and the blocks of small JPEGs go, things of another color stay
_SCALE, _BLUR = 32.0, 0.12
# share of the background in the curve: it says where no person is as light or dark
_BEHIND = 0.02
# points of the curve, and how many of them on either side are looked at for the nearest one. With
# the distance at the same L, grain on a steep part of a duotone's curve counts as another color
_POINTS, _NEIGHBORS = 65, 8
# Strays of one ink (RMS, Lab/100): a duotone, a cyanotype and wet plates at most .0102, .039 of
# their chroma; as JPEGs of quality 75 with eyes 64 px apart .0136, .068; with noise of .05 .0137,
# .092. In color: exemplars of the bundled sets at least .0146, .082; development sitters in ten
# looks .0129, .101; nearly gray (.33 of their colors) .0132, .173, sepia with .33 of them .0137,
# .049 (4 of 14 count). The least cannot be seen: a noisy selenium has .0062, .2 of the colors .0080
_MOST, _OF_CHROMA, _LEAST = 0.017, 0.08, 0.007


@dataclass(frozen=True)
class Ink(FrozenRecord):
    """A person's colors by lightness.

    Attributes
    ----------
    sums : (3, 33) float64
        At each of 33 levels of L: how much of the picture is there, and the sums of its a and b.
    stray : float
        How far colors are from their means by lightness (RMS over the person), Lab/100.
    chroma : float
        How far they are from gray (RMS over the person), Lab/100.
    """

    sums: np.ndarray
    stray: float
    chroma: float

    @property
    def is_one(self) -> bool:
        """Whether the picture is of one ink."""
        return self.stray < min(_MOST, max(_LEAST, _OF_CHROMA * self.chroma))


def measure_ink(portrait: Portrait) -> Ink:
    """Measure a person's colors by lightness, and how far they stray from that.

    Parameters
    ----------
    portrait : Portrait

    Returns
    -------
    Ink
    """
    scale = min(1.0, _SCALE / portrait.face.inter_ocular)
    height, width = (max(16, round(side * scale)) for side in portrait.matte.shape)
    small = cv2.resize(portrait.image, (width, height), interpolation=cv2.INTER_AREA)
    matte = cv2.resize(portrait.matte, (width, height), interpolation=cv2.INTER_AREA)
    lab = to_lab(small)
    sums = _sums(lab, matte + np.float32(_BEHIND))
    sigma = _BLUR * min(_SCALE, portrait.face.inter_ocular)
    weight = matte[..., None]
    around = gaussian_blur(weight * _strays(lab, sums), sigma)
    around = around / (gaussian_blur(matte, sigma)[..., None] + np.float32(1e-3))
    return Ink(sums, _deviation(around, weight), _deviation(lab[..., 1:], weight))


def color_curve(sums: np.ndarray, lightness: np.ndarray) -> np.ndarray:
    """Mean a and b at some lightness; beyond what is there, as at its end.

    Parameters
    ----------
    sums : (3, 33) float64
        Of an `Ink`, or a weighted mean of several: at each lightness those count that have it.
    lightness : (n,) float64
        L/100.

    Returns
    -------
    (2, n) float64
    """
    steps = np.arange(-4, 5) / _BIN_BLUR
    kernel = np.exp(-0.5 * steps * steps)
    mass, a, b = (np.convolve(row, kernel, "same") for row in sums)
    seen = mass > _SEEN * mass.sum()
    where = np.linspace(0, 1, _BINS)[seen]
    return np.stack([np.interp(lightness, where, row[seen] / mass[seen]) for row in (a, b)])


def _sums(lab: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Linearly binned sums of 1, a and b over L, of weights whose sum is 1."""
    flat = weight.ravel().astype(np.float64) / weight.sum(dtype=np.float64)
    columns = flat, flat * lab[..., 1].ravel(), flat * lab[..., 2].ravel()
    return linear_bins(lab[..., 0].ravel(), columns, _BINS)


def _strays(lab: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """From the nearest point of the curve to each color, (h, w, 3) float32."""
    levels = np.linspace(0, 1, _POINTS)
    points = np.vstack([levels, color_curve(sums, levels)]).T.astype(np.float32)
    own = np.rint(np.clip(lab[..., 0], 0, 1) * (_POINTS - 1)).astype(int)
    found = lab - points[own]
    least = np.square(found).sum(axis=-1)
    for offset in range(-_NEIGHBORS, _NEIGHBORS + 1):
        difference = lab - points[np.clip(own + offset, 0, _POINTS - 1)]
        distance = np.square(difference).sum(axis=-1)
        nearer = distance < least
        found[nearer], least[nearer] = difference[nearer], distance[nearer]
    return np.asarray(found)


def _deviation(values: np.ndarray, weight: np.ndarray) -> float:
    """Weighted root mean square length of vectors."""
    square = np.square(values).sum(axis=-1, keepdims=True)
    return float(np.sqrt((square * weight).sum() / (weight.sum() + 1e-6)))
