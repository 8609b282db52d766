"""Tone curves of several soft regions, applied in one pass."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, prange


@njit(cache=True, fastmath=True, inline="always")
def _place(value, low, scale, count):
    """Interval of an evenly spaced table, and the place in it from 0 to 1."""
    at = min(max((value - low) * scale, np.float32(0)), np.float32(count - 1))
    lower = min(np.int64(at), count - 2)
    return lower, at - np.float32(lower)


@njit(cache=True, parallel=True, fastmath=True)
def apply_tone_curves(base, detail, weights, curves, gains, chroma, out):
    """Map luminance, and give it the chroma that belongs to it, region by region.

    Parameters
    ----------
    base, detail : (h, w) float32
        Blurred luminance in [0, 1], and what the blur took away.
    weights : (G, h, w) uint8
        How much each region has to say; at least one weight of a pixel should be above 0.
    curves : (G, N) float32
        New luminance for `base` at N even steps from 0 to 1.
    gains : (G,) float32
        Factors of `detail`.
    chroma : (G, M, 2) float32
        a and b for new luminances at the centers of M equal bins of [0, 1].
    out : (h, w, 3) float32
        Where the Lab picture goes.
    """
    height, width = base.shape
    steps, bins = curves.shape[1], chroma.shape[1]
    half = np.float32(0.5) / np.float32(bins)
    for row in prange(height):
        y = np.int64(row)
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
