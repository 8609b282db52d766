"""Weighted sums of a picture's low and middle bands, in one pass."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, prange


@njit(cache=True, parallel=True, fastmath=True)
def combine_bands(low, middle, low_weight, middle_weight, factor, chroma, out):
    """Weigh the low band of three channels and the middle band of the first.

    Parameters
    ----------
    low : (h, w, 3) float32
        Low-pass Lab.
    middle : (h, w) float32
        Less strongly low-pass luminance; the middle band is what it has beyond `low`.
    low_weight, middle_weight : (h, w) float32
    factor : float32
        Of everything.
    chroma : float32
        Further factor of a and b.
    out : (h, w, 3) float32
        Where the sum goes.
    """
    height, width = middle.shape
    for row in prange(height):
        y = np.int64(row)
        for x in range(width):
            wide = factor * low_weight[y, x]
            lightness = low[y, x, 0]
            between = factor * middle_weight[y, x] * (middle[y, x] - lightness)
            out[y, x, 0] = wide * lightness + between
            out[y, x, 1] = wide * chroma * low[y, x, 1]
            out[y, x, 2] = wide * chroma * low[y, x, 2]
