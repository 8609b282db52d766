"""Prints in a few inks, drawn in lines or dots: their inks, and pictures in nothing else.

The correction towards the photo leaves gray between the lines, which no such print has. Styles of
flat places alone are cut out instead (`flat_colors`).
"""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.methods.patch_unpaired.flat_colors import frequent_colors, is_apart
from facestyle.methods.patch_unpaired.flat_pictures import color_distances, sharpened
from facestyle.row_bands import row_bands

# Lab of 1: a flat place has no wider range in 3x3 pixels, and a pixel so near to an ink shows it
_FLAT, _NEAR = 0.05, 0.06
_SCARCE, _MOST = 0.04, 5  # share of the flat places below which a color is no ink; inks at most
# Share of a picture that shows one of its inks. At the works' own size woodcuts have .97, pen
# drawings, lithographs and linocuts .76 to .91, manga .68 to .80; engravings at most .70, washes
# .79 (two of 14), chalk .70, pencil .56
_COVERED = 0.72
# ... and of one whose ink is nowhere flat: seven stipple drawings have .83 to .90, engravings .66
# to .78, charcoal and pencil at most .65; and the least share that its dots have
_COVERED_BY_FINE, _DOTS = 0.81, 0.05
_SAMPLES = 60_000
# How soft the change from one ink to another is, Lab of 1, and the weight of color in it: in dark
# skin and hair of a linocut luminance tells (by eye, three sitters in four sets)
_SOFT, _CHROMA = 0.05, 0.6
# Inks are chosen on a picture so many times as large, and this many rows of what is beside a band
# are needed: pixel by pixel, lines had stairs (four hatched portraits had .2 to .4 % of pixels
# in between the inks, now 5 to 11 %; their works have 6 to 16 %)
_FINER, _MARGIN = 2, 4


def find_inks(lab: np.ndarray) -> np.ndarray:
    """Find the inks, and the paper, that a picture consists of.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab of 1, at the picture's own size: a smaller one shows mixtures.

    Returns
    -------
    (n, 3) float64
        Lab of 1; none where much of the picture has other colors.
    """
    kernel = np.ones((3, 3), np.uint8)
    flat = (cv2.dilate(lab, kernel) - cv2.erode(lab, kernel)).max(axis=-1) < _FLAT
    inks: list[np.ndarray] = []
    for color in frequent_colors(_some(lab[flat]), _SCARCE):
        if is_apart(color, inks):
            inks.append(color)
        if len(inks) == _MOST:
            break
    if not inks:
        return np.empty((0, 3))
    every, enough = _some(lab.reshape(-1, 3)), _COVERED
    if len(inks) == 1:
        inks.append(_finest_ink(every, inks[0]))
        enough = _COVERED_BY_FINE if is_apart(inks[1], inks[:1]) else np.inf
    distance = np.min([np.linalg.norm(every - ink, axis=1) for ink in inks], axis=0)
    covered = float((distance < _NEAR).mean())
    return np.array(inks, np.float64) if covered >= enough else np.empty((0, 3))


def _finest_ink(lab: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """The ink of dots that are too small to be flat: what (m, 3) values are farthest from paper."""
    away = np.linalg.norm(lab - paper, axis=1)
    return np.asarray(np.median(lab[away >= np.quantile(away, 1 - _DOTS)], axis=0))


def _some(values: np.ndarray) -> np.ndarray:
    """Some rows of many, at random: even steps would meet a halftone's dots in one place each."""
    if len(values) <= _SAMPLES:
        return values
    return values[np.sort(np.random.default_rng(0).integers(0, len(values), _SAMPLES))]


def in_inks(lab: np.ndarray, inks: np.ndarray, face_width: float) -> np.ndarray:
    """A picture in inks alone, its forms sharpened first: thin ones would fall within one.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab of 1.
    inks : (n, 3) float64
        At least one.
    face_width : float
        px.

    Returns
    -------
    (H, W, 3) float32
    """
    printed = sharpened(lab, inks, face_width)
    print_in_inks(printed, inks)
    return printed


def print_in_inks(lab: np.ndarray, inks: np.ndarray) -> None:
    """Give each place the nearest ink, in place: contours run between pixels.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab of 1.
    inks : (n, 3) float64
        At least one.
    """
    height, width = lab.shape[:2]
    above = lab[:0].copy()
    for rows in row_bands(height, width):
        below = lab[rows.stop : rows.stop + _MARGIN]
        part = np.concatenate([above, lab[rows], below])
        skipped, above = len(above), lab[max(0, rows.stop - _MARGIN) : rows.stop].copy()
        fine = (width * _FINER, len(part) * _FINER)
        printed = _nearest_inks(cv2.resize(part, fine, interpolation=cv2.INTER_CUBIC), inks)
        printed = cv2.resize(printed, (width, len(part)), interpolation=cv2.INTER_AREA)
        lab[rows] = printed[skipped : skipped + rows.stop - rows.start]


def _nearest_inks(lab: np.ndarray, inks: np.ndarray) -> np.ndarray:
    """The nearest ink of each pixel; soft where two are about as near, (h, w, 3) float32."""
    distances = np.stack(list(color_distances(lab, inks, _CHROMA)))
    distances -= distances.min(axis=0)
    shares = np.exp(distances / np.float32(-2 * _SOFT**2))
    shares /= shares.sum(axis=0)
    return np.einsum("nhw,nc->hwc", shares, inks.astype(np.float32))
