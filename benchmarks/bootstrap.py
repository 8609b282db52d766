"""Intervals of means by resampling the cases (Efron and Tibshirani 1993, chapters 13 and 16)."""

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000


def bootstrap_means(
    values: NDArray[np.floating], *, resamples: int = RESAMPLES, seed: int = 0
) -> NDArray[np.float64]:
    """Means of samples drawn with replacement.

    Parameters
    ----------
    values : (N,) or (N, M)
        One row for each case; columns are resampled together.

    Returns
    -------
    (resamples,) or (resamples, M) float64
    """
    values = np.asarray(values, np.float64)
    count = len(values)
    # how often each case is drawn: the means are then one product of matrices
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), resamples)
    return np.asarray(drawn @ values / count)


def mean_interval(values: NDArray[np.floating], share: float = 0.95) -> tuple[float, float]:
    """The percentile interval of the mean that holds this share of the resamples."""
    low, high = np.quantile(bootstrap_means(values), [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)
