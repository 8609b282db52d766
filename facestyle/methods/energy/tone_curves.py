"""The tone curve and colors of a look, told from the sitters who wear it.

Each portrait's statistics are the look's effect on an ordinary portrait's, and the sitter's own
difference from it. The effect is a smooth function of lightness: a Gaussian process, whose scale
is found by marginal likelihood (Rasmussen and Williams 2006, sections 2.2 and 5.4.1). Its posterior
mean shrinks towards doing nothing where the sitters' differences explain what is seen, as James
and Stein's estimator does, at each lightness and in each channel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facestyle.methods.energy.population import Population
from facestyle.methods.energy.tone_statistics import (
    BINS,
    ToneStatistics,
    is_mean,
    positions,
)

# L at which curves are sampled
LEVELS = np.linspace(0.0, 1.0, 101)
# Variances of the prior: of a shift of all levels, of a slope (at .5 from the middle), of bends.
# Development half: a third or thrice of any changes the mean by less than .15 dB
_CONSTANT, _SLOPE, _BENDS, _BEND_WIDTH = 1.0, 1.0, 0.2, 0.3
# variance of a tint beside that of a change of saturation
_TINT = 0.02
# variance of what no smooth curve of lightness explains: lighting, make-up, Lab/100 squared
_LIGHTNESS_NOISE, _CHROMA_NOISE = 2e-4, 3e-5
# scales of the prior that are compared by likelihood
_SCALES = np.array([1e-7, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1])
_CHROMA_SCALES = 30 * _SCALES
# a look that is steeper (or flatter) scales the sitters' differences as well
_SLOPES, _RATIOS = (0.25, 2.0), (0.2, 1.6)
_ROUNDS = 3


@dataclass(frozen=True)
class ToneCurves:
    """What a look does to a color of some lightness: at `LEVELS`.

    Attributes
    ----------
    lightness : (101,) float64
        Added to L.
    tint : (2, 101) float64
        Added to a and b.
    saturation : (2, 101) float64
        a and b are multiplied by this first.
    ranked : (14,) float64
        An ordinary portrait's L at each luminance rank.
    """

    lightness: np.ndarray
    tint: np.ndarray
    saturation: np.ndarray
    ranked: np.ndarray


def estimate_curves(look: ToneStatistics, count: float, ordinary: Population) -> ToneCurves:
    """Estimate a look's curves from exemplars.

    Parameters
    ----------
    look : ToneStatistics
        Mean over the exemplars.
    count : float
        How many exemplars stand behind it, 1 or more.
    ordinary : Population

    Returns
    -------
    ToneCurves
    """
    mean, noise = ordinary.mean, ordinary.covariance
    lightness = _lightness_curve(
        look.lightness - mean.lightness, mean.lightness, noise.lightness / count
    )
    where = positions(mean.lightness)
    tints, saturations = [], []
    for name in ("a", "b"):
        own = getattr(mean, name)
        tint, saturation = _chroma_curves(
            getattr(look, name) - own, own, where, getattr(noise, name) / count
        )
        tints.append(tint)
        saturations.append(saturation)
    return ToneCurves(lightness, np.array(tints), np.array(saturations), mean.lightness[:BINS])


def apply_curves(lab: np.ndarray, curves: ToneCurves) -> np.ndarray:
    """Give colors a look's tone curve and colors, wherever they stand.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab/100.
    curves : ToneCurves

    Returns
    -------
    (H, W, 3) float32
    """
    lightness = lab[..., 0]
    channels = [lightness + np.interp(lightness, LEVELS, curves.lightness)]
    for channel, tint, saturation in zip((1, 2), curves.tint, curves.saturation, strict=True):
        ratio = np.interp(lightness, LEVELS, saturation)
        channels.append(ratio * lab[..., channel] + np.interp(lightness, LEVELS, tint))
    return np.dstack(channels).astype(np.float32)


def _lightness_curve(seen: np.ndarray, where: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Shift of L at `LEVELS` from the shifts that are seen."""
    prior = _smooth(where, where)
    to_levels = _smooth(LEVELS, where)
    slope = np.ones(len(where))
    for _ in range(_ROUNDS):
        total = noise * np.outer(slope, slope) + _LIGHTNESS_NOISE * np.eye(len(where))
        shift = to_levels @ _posterior(prior, total, seen, _SCALES)
        steepness = 1 + np.gradient(shift, LEVELS)
        slope = np.clip(np.interp(where, LEVELS, steepness), *_SLOPES)
    # a darker tone stays the darker one
    return np.asarray(np.maximum.accumulate(np.clip(LEVELS + shift, 0, 1)) - LEVELS)


def _chroma_curves(
    seen: np.ndarray, own: np.ndarray, where: np.ndarray, noise: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Tint and saturation at `LEVELS` from the changes of a or b that are seen."""
    tinted = is_mean(len(own))
    smooth = _smooth(where, where)
    prior = _TINT * smooth * np.outer(tinted, tinted) + smooth * np.outer(own, own)
    to_levels = _smooth(LEVELS, where)
    ratio = np.ones(len(where))
    for _ in range(_ROUNDS - 1):
        total = noise * np.outer(ratio, ratio) + _CHROMA_NOISE * np.eye(len(where))
        weights = _posterior(prior, total, seen, _CHROMA_SCALES)
        tint = _TINT * to_levels @ (tinted * weights)
        saturation = 1 + to_levels @ (own * weights)
        ratio = np.clip(np.interp(where, LEVELS, saturation), *_RATIOS)
    return tint, np.clip(saturation, 0, _RATIOS[1])


def _posterior(
    prior: np.ndarray, noise: np.ndarray, seen: np.ndarray, scales: np.ndarray
) -> np.ndarray:
    """Weights of the posterior mean, with the likeliest scale of the prior."""
    best, weights = -np.inf, np.zeros_like(seen)
    for scale in scales:
        covariance = scale * prior + noise
        half = np.linalg.cholesky(covariance)
        solved = np.linalg.solve(covariance, seen)
        likelihood = -0.5 * seen @ solved - np.log(np.diag(half)).sum()
        if likelihood > best:
            best, weights = likelihood, scale * solved
    return weights


def _smooth(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Prior covariance between a curve's values at x and at y."""
    bends = np.exp(-0.5 * ((x[:, None] - y) / _BEND_WIDTH) ** 2)
    return _CONSTANT + 4 * _SLOPE * (x[:, None] - 0.5) * (y - 0.5) + _BENDS * bends
