"""What colors do at each luminance: values in 32 bins, and between them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

BINS = 32
BIN_CENTERS = (np.arange(BINS) + 0.5) / BINS


def bins_of(luminance: np.ndarray) -> np.ndarray:
    """The bin of each luminance in [0, 1], (N,) int."""
    return np.clip((luminance * BINS).astype(int), 0, BINS - 1)


def smoothed(histogram: np.ndarray) -> np.ndarray:
    """A histogram over bins of luminance, blurred by one bin; (32,) float64."""
    return cv2.GaussianBlur(histogram.reshape(-1, 1).astype(np.float64), (1, 5), 1.0).ravel()


def known_means(
    luminance: np.ndarray, columns: Sequence[np.ndarray], few: float
) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Means of some values at each luminance that has samples.

    Parameters
    ----------
    luminance : (N,) float32
        In [0, 1].
    columns : sequence of (N,) float32 or float64
        The values.
    few : float
        Samples of a bin and its neighbors, up to which nothing is known of it.

    Returns
    -------
    known : (n,) int
        The bins with more.
    counts : (32,) float64
        Samples of all bins, blurred by one.
    means : list of (n,) float64
        Of each column.
    """
    bins = bins_of(luminance)
    counts = smoothed(np.bincount(bins, minlength=BINS))
    known = np.flatnonzero(counts > few)
    sums = (smoothed(np.bincount(bins, values, BINS)) for values in columns)
    return known, counts, [own[known] / counts[known] for own in sums]


def at_luminance(values: np.ndarray, luminance: np.ndarray) -> np.ndarray:
    """What 32 bins of luminance have, at any luminance; float32."""
    return np.interp(luminance, BIN_CENTERS, values).astype(np.float32)
