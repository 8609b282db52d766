"""What is told of a portrait's tones: lightness by rank, and the colors at each rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facestyle.alignment.features import Features
from facestyle.frozen import FrozenRecord

BINS = 14  # DESIGN 4.1, step 5
_RANK_BLUR = 0.8  # bins
_GLOBAL_SHARE = 0.05  # of the overall statistics, for bins that hold few pixels
_SPREAD_BINS = slice(2, None, 3)  # every third rank's; keeps the tables small


@dataclass(frozen=True)
class ToneStatistics(FrozenRecord):
    """A portrait's tones, Lab/100; means of several portraits' are statistics as well.

    Attributes
    ----------
    lightness : (28,) float64
        L at 14 luminance ranks of the person, then at 14 ranks of the face alone.
    a, b : (32,) float64
        Mean at 14 luminance ranks of the skin, then of what is not skin; the standard deviation at
        four ranks.
    """

    lightness: np.ndarray
    a: np.ndarray
    b: np.ndarray


def tone_statistics(features: Features) -> ToneStatistics:
    """Collect the tone statistics of one portrait."""
    matte, skin = features.matte, features.matte * features.skin
    whole, skin_means, rest_means = (
        _means(_accumulate(features.lab, features.rank, weight))
        for weight in (matte, skin, features.matte * (1 - features.skin))
    )
    chroma = [
        np.concatenate([skin_means[:, c], rest_means[:, c], _spread(whole, c)[_SPREAD_BINS]])
        for c in (1, 2)
    ]
    face = _quantiles(features.lab[..., 0], matte * features.hull)
    return ToneStatistics(np.concatenate([whole[:, 0], face]), *chroma)


def pool_statistics(
    statistics: Sequence[ToneStatistics], weights: Sequence[float]
) -> ToneStatistics:
    """Weighted mean of several portraits' statistics."""

    def pool(name: str) -> np.ndarray:
        return np.average([getattr(s, name) for s in statistics], axis=0, weights=weights)

    return ToneStatistics(pool("lightness"), pool("a"), pool("b"))


def positions(lightness: np.ndarray) -> np.ndarray:
    """The L at which each value of `a` or `b` is observed, (32,), given `lightness`."""
    by_rank = lightness[:BINS]
    return np.concatenate([by_rank, by_rank, by_rank[_SPREAD_BINS]])


def is_mean(count: int) -> np.ndarray:
    """1 for the values of `a` or `b` that are means, 0 for deviations, (count,) float64."""
    return (np.arange(count) < 2 * BINS).astype(np.float64)


def is_skin(count: int) -> np.ndarray:
    """1 for the values of `a` or `b` that are means of the skin, 0 for others, (count,) float64."""
    return (np.arange(count) < BINS).astype(np.float64)


def _quantiles(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Values at the middles of 14 equal shares of the weight."""
    inside = weight > 0.05
    if not inside.any():
        return np.full(BINS, values.mean(), np.float64)
    order = np.argsort(values[inside], kind="stable")
    mass = weight[inside][order].astype(np.float64)
    shares = (np.cumsum(mass) - mass / 2) / mass.sum()
    return np.interp((np.arange(BINS) + 0.5) / BINS, shares, values[inside][order])


def _accumulate(lab: np.ndarray, rank: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Linearly binned sums of 1, L, a, b, a^2, b^2 over rank, divided by the weight, (14, 6)."""
    a, b = lab[..., 1].ravel(), lab[..., 2].ravel()
    columns = (np.ones_like(a), lab[..., 0].ravel(), a, b, a * a, b * b)
    flat = weight.ravel().astype(np.float64)
    sums = linear_bins(rank.ravel(), [column * flat for column in columns], BINS).T
    # a person with hardly any skin (or nothing but skin) must not shout
    return sums / (flat.sum() + 1.0)


def linear_bins(places: np.ndarray, columns: Sequence[np.ndarray], count: int) -> np.ndarray:
    """Sums of values in bins, each shared by the two bins beside its place.

    Parameters
    ----------
    places : (N,) float
        In [0, 1], the middles of the first and of the last bin; beyond, these count.
    columns : sequence of C (N,) float
        What is summed.
    count : int
        Bins.

    Returns
    -------
    (C, count) float64
    """
    position = np.clip(places, 0, 1) * (count - 1)
    lower = np.minimum(position.astype(int), count - 2)
    upper_share = position - lower
    sums = np.empty((len(columns), count))
    for own, column in zip(sums, columns, strict=True):
        own[:] = np.bincount(lower, column * (1 - upper_share), count)
        own += np.bincount(lower + 1, column * upper_share, count)
    return sums


def _means(sums: np.ndarray) -> np.ndarray:
    """Means of L, a, b, a^2, b^2 at each rank, smoothed and filled from the overall means."""
    kernel = np.exp(-0.5 * (np.arange(-3, 4) / _RANK_BLUR) ** 2)
    kernel /= kernel.sum()
    padded = np.pad(sums, ((3, 3), (0, 0)))
    smooth = sum(kernel[i] * padded[i : i + BINS] for i in range(7))
    overall = smooth.sum(axis=0)
    smooth = smooth + _GLOBAL_SHARE * overall / BINS
    return np.asarray(smooth[:, 1:] / (smooth[:, :1] + 1e-9))


def _spread(means: np.ndarray, channel: int) -> np.ndarray:
    """Standard deviation of a (1) or b (2) at each rank."""
    return np.sqrt(np.maximum(means[:, channel + 2] - means[:, channel] ** 2, 0))
