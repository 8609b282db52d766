"""Tone first: the look's tone curve and colors as functions of luminance rank (DESIGN 4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facestyle.alignment.features import Features
from facestyle.imaging.guided_filter import guided_coefficients

# DESIGN 4.1, step 5
BINS = 14
_RANK_BLUR = 0.8  # bins
_GLOBAL_SHARE = 0.05  # of the overall statistics, for bins that hold few pixels
_SKIN_RATIO = 1.3  # most that the spread of skin colors may grow
_REST_RATIO = 1.2
_REST_SHIFT = 0.5  # share of the color shift outside the skin: keeps shirts white, hair gray
# An ordinary portrait's mean L, and its skin's mean a and b, at each rank: the average of the
# tuning half's eleven sitters (benchmarks/known_looks.py). Who is darker or lighter than that
# stays so in the new look, by this share of the difference.
PERSISTENCE = 0.85
_NATURAL_L = np.array(
    [
        0.139,
        0.176,
        0.241,
        0.321,
        0.403,
        0.483,
        0.556,
        0.614,
        0.656,
        0.689,
        0.718,
        0.745,
        0.773,
        0.790,
    ]
)
_NATURAL_A = np.array(
    [
        0.083,
        0.073,
        0.078,
        0.094,
        0.111,
        0.127,
        0.138,
        0.142,
        0.142,
        0.139,
        0.135,
        0.129,
        0.119,
        0.106,
    ]
)
_NATURAL_B = np.array(
    [
        0.100,
        0.099,
        0.112,
        0.129,
        0.142,
        0.156,
        0.168,
        0.174,
        0.175,
        0.170,
        0.161,
        0.150,
        0.138,
        0.128,
    ]
)


@dataclass(frozen=True)
class ToneStatistics:
    """Sums of weight, L, a, b, a^2 and b^2 over luminance-rank bins.

    Attributes
    ----------
    everything, skin, rest : (14, 6) float64
        Over the person, its skin, and what is not skin; each of total weight 1.
    """

    everything: np.ndarray
    skin: np.ndarray
    rest: np.ndarray


def tone_statistics(features: Features) -> ToneStatistics:
    """Collect the tone statistics of one portrait."""
    matte, skin = features.matte, features.matte * features.skin
    rest = features.matte * (1 - features.skin)
    return ToneStatistics(
        *(_accumulate(features.lab, features.rank, weight) for weight in (matte, skin, rest))
    )


def pool_statistics(
    statistics: Sequence[ToneStatistics], weights: Sequence[float]
) -> ToneStatistics:
    """Weighted mean of several portraits' statistics."""
    total = float(sum(weights)) + 1e-9

    def pool(name: str) -> np.ndarray:
        parts = (w * getattr(s, name) for s, w in zip(statistics, weights, strict=True))
        return np.asarray(sum(parts) / total)

    return ToneStatistics(pool("everything"), pool("skin"), pool("rest"))


def tone_shift(features: Features, look: ToneStatistics, persistence: float = 0.0) -> np.ndarray:
    """Change of Lab that gives the input the look's tone curve and colors.

    L moves by the difference of the two means at the same rank. Skin moves to the look's skin
    color at that rank, with the ratio of the spreads; the rest takes half the shift.

    Parameters
    ----------
    features : Features
        Of the input.
    look : ToneStatistics
        Of the exemplars.
    persistence : float
        How much of the person's own lightness and complexion survives, in [0, 1]: a dark skin
        stays darker than a light one in the same look.

    Returns
    -------
    (h, w, 3) float32
        On the analysis grid, Lab/100.
    """
    own = tone_statistics(features)
    position = np.clip(features.rank, 0, 1) * (BINS - 1)

    def at_rank(table: np.ndarray) -> np.ndarray:
        return np.interp(position, np.arange(BINS), table).astype(np.float32)

    own_level = _means(own.everything)[:, 0]
    level = _means(look.everything)[:, 0] + persistence * (own_level - _NATURAL_L)
    shift = [at_rank(level - own_level)]
    skin, own_skin = _means(look.skin), _means(own.skin)
    rest, own_rest = _means(look.rest), _means(own.rest)
    for channel, natural in ((1, _NATURAL_A), (2, _NATURAL_B)):
        value = features.lab[..., channel]
        ratio = np.clip(_spread(skin, channel) / _spread(own_skin, channel), 0, _SKIN_RATIO)
        complexion = persistence * ratio * (own_skin[:, channel] - natural)
        skin_value = at_rank(skin[:, channel] + complexion) + at_rank(ratio) * (
            value - at_rank(own_skin[:, channel])
        )
        rest_ratio = np.clip(
            (_spread(rest, channel) + 0.02) / (_spread(own_rest, channel) + 0.02), 0, _REST_RATIO
        )
        offset = rest[:, channel].mean() - own_rest[:, channel].mean() * rest_ratio.mean()
        rest_value = at_rank(rest_ratio) * value + _REST_SHIFT * offset
        mixed = features.skin * skin_value + (1 - features.skin) * rest_value
        shift.append(mixed - value)
    return np.dstack(shift).astype(np.float32)


def persistence_among(count: int) -> float:
    """How much of a person's own tone survives in a look known from `count` exemplars.

    One exemplar does not tell the look from its sitter: it is matched as it is. The more there are,
    the better their mean stands for the look alone.
    """
    return PERSISTENCE * (1 - 1 / count)


def smooth_shift(features: Features, shift: np.ndarray, unit: float) -> tuple[np.ndarray, ...]:
    """Fit the shift to the input's luminance, ready to be evaluated at full size.

    Parameters
    ----------
    features : Features
    shift : (h, w, 3) float32
    unit : float
        Inter-ocular distance on the analysis grid, px; the window's radius is .1 of it.

    Returns
    -------
    slope, offset : (h, w, 3) float32
        For `facestyle.imaging.guided_filter.apply_coefficients`.
    """
    return guided_coefficients(features.lab[..., 0], shift, 0.1 * unit, 1e-3, weight=features.matte)


def _accumulate(lab: np.ndarray, rank: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Linearly binned sums over rank, (14, 6), divided by the total weight."""
    position = np.clip(rank, 0, 1).ravel() * (BINS - 1)
    lower = np.minimum(position.astype(int), BINS - 2)
    upper_share = position - lower
    a, b = lab[..., 1].ravel(), lab[..., 2].ravel()
    columns = (np.ones_like(a), lab[..., 0].ravel(), a, b, a * a, b * b)
    flat = weight.ravel().astype(np.float64)
    sums = np.empty((BINS, 6))
    for index, column in enumerate(columns):
        value = column * flat
        sums[:, index] = np.bincount(lower, value * (1 - upper_share), BINS)
        sums[:, index] += np.bincount(lower + 1, value * upper_share, BINS)
    # a person with hardly any skin (or nothing but skin) must not shout
    return sums / (flat.sum() + 1.0)


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
    """Standard deviation of a (1) or b (2) at each rank; 2e-5 stands in for grays without any."""
    variance = means[:, channel + 2] - means[:, channel] ** 2
    return np.sqrt(np.maximum(variance, 0) + 2e-5)
