"""The few colors of a print: in two inks, a tone has hardly more than one color.

A sitter's brown hair and green scarf have no place in coral and navy, where paintings have colors
in every direction.
"""

from __future__ import annotations

import numpy as np

from facestyle.methods.patch_unpaired.luminance_bins import (
    BINS,
    at_luminance,
    bins_of,
    known_means,
)

# Deviation of a and b (Lab of 1) across the direction in which a luminance's colors differ most, at
# which a set is a print for sure, and at which it is none; the mean over luminances. Prints in two
# or three inks have .003 to .012, a cyanotype and chalk .005 and .004, a fresco .009; paintings,
# pastels and photographs in color .015 and more (29 sets). Gray ones have no colors anyway
_PRINT, _PAINTING = 0.010, 0.015
_REACH = 1.5  # deviations from the mean, beyond which a color is foreign
_LEAST = 0.004  # deviation that grain and JPEG make
_FEW = 20  # samples of a luminance, below which its neighbors tell its colors


def print_palette(colors: np.ndarray) -> tuple[np.ndarray, float]:
    """Find out which colors a set of exemplars has at each luminance.

    Parameters
    ----------
    colors : (N, 3) float32
        All of theirs, blurred, Lab of 1.

    Returns
    -------
    palette : (5, 32) float64
        For each bin of luminance the mean a and b, and the inverse of their covariance: aa, ab, bb.
    share : float
        How surely the set is a print, from 0 to 1.
    """
    luminance = colors[:, 0]
    a, b = colors[:, 1].astype(np.float64), colors[:, 2].astype(np.float64)
    known, counts, means = known_means(luminance, (a, b), _FEW)
    if not len(known):
        return np.zeros((5, BINS)), 0.0
    every, bins = np.arange(BINS), bins_of(luminance)
    mean_a, mean_b = (np.interp(every, known, own) for own in means)
    a, b = a - mean_a[bins], b - mean_b[bins]
    _, _, products = known_means(luminance, (a * a, a * b, b * b), _FEW)
    aa, ab, bb = (np.interp(every, known, own) for own in products)
    half, root = (aa + bb) / 2, np.sqrt((aa - bb) ** 2 / 4 + ab**2)
    across = np.sqrt(np.maximum(half - root, 0))
    thinness = (_PAINTING - np.average(across, weights=counts)) / (_PAINTING - _PRINT)
    aa, bb = aa + _LEAST**2, bb + _LEAST**2
    inverse = np.array([bb, -ab, aa]) / (aa * bb - ab**2)
    return np.vstack([mean_a, mean_b, inverse]), float(np.clip(thinness, 0, 1))


def in_palette(lab: np.ndarray, palette: np.ndarray, share: float) -> None:
    """Move colors that a print has not to those that it has, in place.

    Parameters
    ----------
    lab : (h, w, 3) float32
        Lab of 1.
    palette : (5, 32) float64
        From `print_palette`.
    share : float
        0 leaves everything as it is.
    """
    if share == 0:
        return
    mean_a, mean_b, aa, ab, bb = (at_luminance(values, lab[..., 0]) for values in palette)
    a, b = lab[..., 1] - mean_a, lab[..., 2] - mean_b
    distance = np.sqrt(np.maximum(aa * a * a + 2 * ab * a * b + bb * b * b, 0))
    away = np.float32(share) * (1 - np.minimum(1, _REACH / np.maximum(distance, 1e-6)))
    lab[..., 1] -= away * a
    lab[..., 2] -= away * b
