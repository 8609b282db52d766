"""Film grain: how strong and how coarse photographs have it, measured on what is flat in them.

It is taken for white noise that went through a Gaussian, of the same strength on the person and
behind: what is rough on the skin alone are pores, and sensors' noise is weak. All is in encoded
luma (of sRGB), where the same is added to three channels.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import cv2
import numpy as np

from facestyle.disk_cache import Schema
from facestyle.faces import Portrait
from facestyle.frozen import FrozenRecord
from facestyle.imaging.pyramid import gaussian_blur
from facestyle.methods.bare_skin import BareSkin
from facestyle.methods.energy.exemplar import reduce_portrait

# lumas at which the strength is measured; between them it is interpolated
TONES = np.linspace(0.1, 0.9, 5)
# Portraits are measured at no more than this inter-ocular distance, px, as they are analyzed; below
# the other a face's own shading is as fine as grain (skin of the clean development portraits, lower
# quartile: .0050 at 100 px, .0083 at 64 px, .0134 at 56 px)
_INTER_OCULAR, _LEAST_INTER_OCULAR = 256.0, 64.0
# px: sigma of what is no grain anymore, and side of the blocks that are flat or not
_HIGH_PASS, _BLOCK = 4.0, 8
_FLAT = 0.5  # share of the blocks of skin, and of those behind, that count: the flattest
_FEW = 8  # blocks that tell nothing
# sigmas that a measured correlation is compared with, px
_SIGMAS = np.geomspace(0.25, 3.0, 36)
# Standard deviation of ordinary photographs on the skin and behind: medians of the 14 development
# portraits, which have .0030 to .0135 and .0000 to .0111 (blurred trees, where it is not grain)
_ORDINARY_SKIN, _ORDINARY_BEHIND = 0.0056, 0.0031
# Strengths at which the grain of a set begins to count, and counts fully: on the skin, behind, and
# on the skin where too few have a background. Lower quartiles of grainy looks (three bundled ones
# and the eight sets that a tester made): at least .0113 and .0068; of the development portraits,
# clean or in one of 18 known looks: at most .0076 and .0018; of 16 clean sets of the tester: .0060
# and .0030; of the bundled high key, whose grain nobody sees: .0062 and .0031
_SKIN, _BEHIND, _SKIN_ALONE = (0.009, 0.011), (0.0048, 0.006), (0.012, 0.016)
_QUANTILE = 0.25  # of the exemplars: one noisy file, or a rough skin, counts for nothing


@dataclass(frozen=True)
class GrainMeasures(FrozenRecord):
    """How rough the flat places of one photograph are.

    Attributes
    ----------
    skin, behind : float
        Standard deviation on the skin and in the background; NaN where too little is flat.
    by_tone : (5,) float64
        What either has at `TONES` beyond ordinary photographs, the lesser of both; NaN where
        nothing is of that tone.
    sigma : float
        Of the Gaussian, px.
    unit : float
        Inter-ocular distance that it was measured at, px.
    """

    skin: float
    behind: float
    by_tone: Annotated[np.ndarray, Schema("float64", 1, finite=False)]
    sigma: float
    unit: float


@dataclass(frozen=True)
class Grain(FrozenRecord):
    """Grain that can be given to a picture.

    Attributes
    ----------
    by_tone : (5,) float64
        Standard deviation of the luma at `TONES`.
    sigma : float
        Of its Gaussian, px, where there are `unit` px between the eyes.
    unit : float
    """

    by_tone: np.ndarray
    sigma: float
    unit: float

    def times(self, amount: float) -> Grain:
        """The same grain, so many times as strong."""
        return replace(self, by_tone=amount * self.by_tone)

    def without(self, own: Grain | None) -> Grain:
        """What a picture lacks of this grain that has another, whatever its tones are."""
        if own is None:
            return self
        lacking = self.by_tone**2 - np.square(own.by_tone).mean()
        return replace(self, by_tone=np.sqrt(np.maximum(lacking, 0)))


def measure_grain(portrait: Portrait) -> GrainMeasures:
    """Measure a photograph's grain, whatever it may be from.

    Parameters
    ----------
    portrait : Portrait

    Returns
    -------
    GrainMeasures
        That nothing is known, where there are less than 64 px between the eyes.
    """
    if portrait.face.inter_ocular < _LEAST_INTER_OCULAR:
        nothing = np.full(len(TONES), np.nan)
        return GrainMeasures(np.nan, np.nan, nothing, 1.0, portrait.face.inter_ocular)
    portrait = reduce_portrait(portrait, _INTER_OCULAR)
    luma = cv2.cvtColor(portrait.image, cv2.COLOR_RGB2GRAY)
    blocks = _Blocks.of(luma)
    skin = blocks.flattest(BareSkin.of(portrait).skin)
    behind = blocks.flattest(portrait.matte < 0.02)
    by_tone = np.fmin(
        blocks.by_tone(skin, _ORDINARY_SKIN), blocks.by_tone(behind, _ORDINARY_BEHIND)
    )
    deviations = blocks.deviation(skin), blocks.deviation(behind)
    sigma = blocks.sigma(skin if np.isnan(deviations[1]) else behind)
    return GrainMeasures(*deviations, by_tone, sigma, portrait.face.inter_ocular)


def grain_of_set(measures: Sequence[GrainMeasures]) -> Grain | None:
    """What most photographs of a set have beyond ordinary ones.

    Parameters
    ----------
    measures : sequence of GrainMeasures
        One or more.

    Returns
    -------
    Grain or None
        None where that is nothing.
    """
    surely = _evidence(measures)
    if surely == 0:
        return None
    by_tone = np.array([_low([m.by_tone[i] for m in measures]) for i in range(len(TONES))])
    known = np.isfinite(by_tone)
    if not known.any():
        return None
    unit = float(np.median([m.unit for m in measures]))
    sigma = float(np.median([m.sigma / m.unit for m in measures])) * unit
    return Grain(surely * np.interp(TONES, TONES[known], by_tone[known]), sigma, unit)


def _evidence(measures: Sequence[GrainMeasures]) -> float:
    """How surely a set has grain, in [0, 1]."""
    skin, behind = _low([m.skin for m in measures]), _low([m.behind for m in measures])
    if np.isnan(skin):
        return 0.0
    if np.isnan(behind):
        return _ramp(skin, _SKIN_ALONE)
    return min(_ramp(skin, _SKIN), _ramp(behind, _BEHIND))


def _ramp(value: float, ends: tuple[float, float]) -> float:
    return float(np.clip((value - ends[0]) / (ends[1] - ends[0]), 0, 1))


def _low(values: Sequence[float]) -> float:
    """The lower quartile of what is known of exemplars; NaN where few are known."""
    known = np.array([v for v in values if np.isfinite(v)])
    if 3 * len(known) < len(values):
        return float("nan")
    return float(np.quantile(known, _QUANTILE, method="lower"))


@dataclass(frozen=True)
class _Blocks:
    """Means over square blocks of a picture: how steep, how light, and its noise.

    Attributes
    ----------
    size : (int, int)
        Of the picture, px.
    steepness, tone, power : (h, w) float32
        Squared gradient and luma of the picture without its noise; the noise, squared.
    products : tuple of 2 (h, w) float32
        Of the noise with the noise 1 and 2 px beside it.
    """

    size: tuple[int, ...]
    steepness: np.ndarray
    tone: np.ndarray
    power: np.ndarray
    products: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, luma: np.ndarray) -> _Blocks:
        """Divide a picture, (H, W) float32."""
        smooth = gaussian_blur(luma, _HIGH_PASS)
        noise = luma - smooth
        across, down = (cv2.Sobel(smooth, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
        return cls(
            luma.shape,
            _block_means(across * across + down * down),
            _block_means(smooth),
            _block_means(noise * noise),
            tuple(_block_means(_products(noise, lag)) for lag in (1, 2)),
        )

    def flattest(self, mask: np.ndarray) -> np.ndarray:
        """Flattest blocks that lie in a mask of any size as a whole, (h, w) bool."""
        height, width = self.size
        whole = cv2.resize(mask.astype(np.float32), (width, height))
        inside = _block_means(whole) > 0.999
        if inside.sum() < _FEW:
            return np.zeros_like(inside)
        return inside & (self.steepness <= np.quantile(self.steepness[inside], _FLAT))

    def deviation(self, chosen: np.ndarray) -> float:
        """Standard deviation of the noise; NaN where few blocks are chosen."""
        if chosen.sum() < _FEW:
            return float("nan")
        return float(np.sqrt(np.median(self.power[chosen]))) / _passed(self.sigma(chosen))

    def by_tone(self, chosen: np.ndarray, ordinary: float) -> np.ndarray:
        """The deviation at `TONES` beyond an ordinary one, (5,) float64."""
        nearest = np.abs(self.tone[..., None] - TONES).argmin(axis=-1)
        found = [self.deviation(chosen & (nearest == i)) for i in range(len(TONES))]
        return np.sqrt(np.maximum(np.square(found) - ordinary**2, 0))

    def sigma(self, chosen: np.ndarray) -> float:
        """Sigma of the Gaussian whose noise is as alike a pixel and two pixels beside, px."""
        power = np.median(self.power[chosen]) + 1e-12 if chosen.any() else 1.0
        alike = np.array(
            [np.median(p[chosen]) / power if chosen.any() else 0 for p in self.products]
        )
        return float(_SIGMAS[np.square(_model()[1] - alike).sum(axis=1).argmin()])


def _block_means(values: np.ndarray) -> np.ndarray:
    height, width = (side // _BLOCK for side in values.shape)
    whole = values[: height * _BLOCK, : width * _BLOCK]
    return cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)


def _products(noise: np.ndarray, lag: int) -> np.ndarray:
    """Mean product with what is `lag` px to the right and below."""
    products = np.zeros_like(noise)
    products[:, :-lag] = noise[:, :-lag] * noise[:, lag:]
    products[:-lag] += noise[:-lag] * noise[lag:]
    return products / 2


def _passed(sigma: float) -> float:
    """Share of the deviation of a Gaussian's noise that the high pass leaves."""
    return float(np.interp(sigma, _SIGMAS, _model()[0]))


@functools.cache
def _model() -> tuple[np.ndarray, np.ndarray]:
    """What the high pass makes of each of `_SIGMAS`: share of deviation, (n,); correlations."""
    frequency = np.fft.fftfreq(64)
    squared = 4 * np.pi**2 * (frequency[:, None] ** 2 + frequency**2)
    kept = (1 - np.exp(-squared * _HIGH_PASS**2 / 2)) ** 2
    passed, alike = [], []
    for sigma in _SIGMAS:
        spectrum = np.exp(-squared * sigma**2)
        correlation = np.fft.ifft2(spectrum * kept).real
        passed.append(np.sqrt(correlation[0, 0] / spectrum.mean()))
        alike.append(correlation[0, 1:3] / correlation[0, 0])
    return np.array(passed), np.array(alike)
