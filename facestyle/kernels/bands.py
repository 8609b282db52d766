"""Weighted sums of a picture's low and middle bands, in one pass."""

# mypy: allow-untyped-defs

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input
from facestyle.kernels.compiling import compiled
from facestyle.kernels.threads import run_in_threads

Floats = NDArray[np.float32]


def combine_bands(
    low: Floats,
    middle: Floats,
    low_weight: Floats,
    middle_weight: Floats,
    factor: float,
    chroma: float,
) -> Floats:
    """Weigh the low band of three channels and the middle band of the first.

    Parameters
    ----------
    low : (h, w, 3) float32
        Low-pass Lab.
    middle : (h, w) float32
        Less strongly low-pass luminance; the middle band is what it has beyond `low`.
    low_weight, middle_weight : (h, w) float32
    factor : float
        Of everything.
    chroma : float
        Further factor of a and b.

    Returns
    -------
    (h, w, 3) float32

    Raises
    ------
    ValueError
        An array has another type or shape.
    """
    middle = as_input("middle", middle, np.float32, (None, None))
    low = as_input("low", low, np.float32, (*middle.shape, 3))
    low_weight = as_input("low_weight", low_weight, np.float32, middle.shape)
    middle_weight = as_input("middle_weight", middle_weight, np.float32, middle.shape)
    out = np.empty((*middle.shape, 3), np.float32)
    weights = low_weight, middle_weight, np.float32(factor), np.float32(chroma)
    run_in_threads(_combine, len(middle), low, middle, weights, out)
    return out


@compiled
def _combine(low, middle, weights, out, first, last):
    low_weight, middle_weight, factor, chroma = weights
    for y in range(first, last):
        for x in range(middle.shape[1]):
            wide = factor * low_weight[y, x]
            lightness = low[y, x, 0]
            between = factor * middle_weight[y, x] * (middle[y, x] - lightness)
            out[y, x, 0] = wide * lightness + between
            out[y, x, 1] = wide * chroma * low[y, x, 1]
            out[y, x, 2] = wide * chroma * low[y, x, 2]
