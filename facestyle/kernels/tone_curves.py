"""Tone curves of several soft regions, applied in one pass."""

# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input
from facestyle.kernels.compiling import compiled
from facestyle.kernels.threads import run_in_threads

Floats = NDArray[np.float32]


class RegionTones(NamedTuple):
    """Tones of G regions.

    Attributes
    ----------
    curves : (G, N) float32
        New luminance for old luminance at N even steps from 0 to 1.
    gains : (G,) float32
        Factors of the detail.
    chroma : (G, M, 2) float32
        a and b for new luminances at the centers of M equal bins of [0, 1].
    """

    curves: Floats
    gains: Floats
    chroma: Floats


def apply_tone_curves(
    base: Floats, detail: Floats, weights: NDArray[np.uint8], tones: RegionTones
) -> Floats:
    """Map luminance, and give it the chroma that belongs to it, region by region.

    Parameters
    ----------
    base, detail : (h, w) float32
        Blurred luminance in [0, 1], and what the blur took away.
    weights : (G, h, w) uint8
        How much each region has to say; at least one weight of a pixel should be above 0.
    tones : RegionTones

    Returns
    -------
    (h, w, 3) float32
        Lab.

    Raises
    ------
    ValueError
        An array has another type or shape.
    """
    base = as_input("base", base, np.float32, (None, None))
    detail = as_input("detail", detail, np.float32, base.shape)
    weights = as_input("weights", weights, np.uint8, (None, *base.shape))
    count = len(weights)
    curves = as_input("tones.curves", tones.curves, np.float32, (count, None))
    gains = as_input("tones.gains", tones.gains, np.float32, (count,))
    chroma = as_input("tones.chroma", tones.chroma, np.float32, (count, None, 2))
    if min(curves.shape[1], chroma.shape[1]) < 2:
        raise ValueError("tones: a curve or a table of chroma has fewer than 2 entries")
    out = np.empty((*base.shape, 3), np.float32)
    run_in_threads(_apply, len(base), base, detail, weights, (curves, gains, chroma), out)
    return out


@compiled(inline=True)
def _place(value, low, scale, count):
    """Interval of an evenly spaced table, and the place in it from 0 to 1."""
    at = min(max((value - low) * scale, np.float32(0)), np.float32(count - 1))
    lower = min(np.int64(at), count - 2)
    return lower, at - np.float32(lower)


@compiled
def _apply(base, detail, weights, tones, out, first, last):
    curves, gains, chroma = tones
    width = base.shape[1]
    steps, bins = curves.shape[1], chroma.shape[1]
    half = np.float32(0.5) / np.float32(bins)
    for y in range(first, last):
        for x in range(width):
            total = np.float32(1e-6)
            lightness, a, b = np.float32(0), np.float32(0), np.float32(0)
            for g in range(weights.shape[0]):
                weight = np.float32(weights[g, y, x])
                if weight == 0:
                    continue
                i, t = _place(base[y, x], np.float32(0), np.float32(steps - 1), steps)
                value = curves[g, i] + t * (curves[g, i + 1] - curves[g, i])
                value += gains[g] * detail[y, x]
                total += weight
                lightness += weight * value
                i, t = _place(value, half, np.float32(bins), bins)
                a += weight * (chroma[g, i, 0] + t * (chroma[g, i + 1, 0] - chroma[g, i, 0]))
                b += weight * (chroma[g, i, 1] + t * (chroma[g, i + 1, 1] - chroma[g, i, 1]))
            out[y, x, 0] = lightness / total
            out[y, x, 1] = a / total
            out[y, x, 2] = b / total
