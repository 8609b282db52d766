"""The costs of a Markov random field on a pixel grid: their checks, and the energy they give."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import UsageError


def mrf_energy(
    labels: NDArray[np.integer],
    unary: NDArray[np.floating],
    pairwise: NDArray[np.floating],
    *,
    horizontal: NDArray[np.floating] | None = None,
    vertical: NDArray[np.floating] | None = None,
) -> float:
    """Energy of a labeling, in float64.

    Parameters
    ----------
    labels : (h, w) int array
        Label of each pixel.
    unary, pairwise, horizontal, vertical
        The costs as in `solve_labels`; `pairwise` need not be a metric.

    Returns
    -------
    float
        Sum of the unary costs and of the weighted pairwise costs of all 4-connected neighbors.
    """
    data = np.take_along_axis(unary, labels[..., None], axis=2).sum(dtype=np.float64)
    across = pairwise[labels[:, :-1], labels[:, 1:]]
    along = pairwise[labels[:-1], labels[1:]]
    if horizontal is not None:
        across = across * horizontal
    if vertical is not None:
        along = along * vertical
    return float(data + across.sum(dtype=np.float64) + along.sum(dtype=np.float64))


def check_costs(
    unary: NDArray[np.floating],
    pairwise: NDArray[np.floating],
    horizontal: NDArray[np.floating] | None,
    vertical: NDArray[np.floating] | None,
) -> tuple[NDArray[np.floating], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Shapes and values checked, missing weights filled with ones.

    Parameters
    ----------
    unary : (h, w, K) float array
    pairwise : (K, K) float array
    horizontal : (h, w - 1) float array or None
    vertical : (h - 1, w) float array or None

    Returns
    -------
    unary, pairwise, horizontal, vertical : ndarray
        The last three float64.

    Raises
    ------
    UsageError
        A shape or a value cannot be used.
    """
    unary = np.asarray(unary)
    if unary.ndim != 3 or 0 in unary.shape:
        raise UsageError(f"unary has the shape {unary.shape}; expected (h, w, K), none of them 0")
    height, width, count = unary.shape
    expected = {
        "pairwise": (pairwise, (count, count)),
        "horizontal": (horizontal, (height, width - 1)),
        "vertical": (vertical, (height - 1, width)),
    }
    if not np.isfinite(unary).all():
        raise UsageError("unary holds nan or infinity; give forbidden labels a large finite cost")
    checked = []
    for name, (array, shape) in expected.items():
        costs = np.ones(shape) if array is None else np.asarray(array, np.float64)
        if costs.shape != shape:
            raise UsageError(
                f"{name} has the shape {costs.shape}; expected {shape} for unary {unary.shape}"
            )
        if costs.size and not (np.isfinite(costs).all() and costs.min() >= 0):
            raise UsageError(f"{name} holds negative or non-finite values; expected values >= 0")
        checked.append(costs)
    return unary, checked[0], checked[1], checked[2]


def check_metric(pairwise: NDArray[np.float64]) -> None:
    """Raise UsageError unless the table is a metric (up to rounding; d(a, b) = 0 is allowed)."""
    slack = 1e-6 * pairwise.max()
    if np.abs(np.diagonal(pairwise)).max() > slack:
        raise UsageError("pairwise has a non-zero diagonal; equal labels must cost 0")
    if np.abs(pairwise - pairwise.T).max() > slack:
        raise UsageError("pairwise is not symmetric; expansion moves need a metric")
    for middle in range(len(pairwise)):
        detour = pairwise[:, middle, None] + pairwise[middle]
        if (pairwise > detour + slack).any():
            first, last = np.argwhere(pairwise > detour + slack)[0]
            raise UsageError(
                f"pairwise is no metric: labels {first} -> {last} cost more than "
                f"{first} -> {middle} -> {last}; truncate it or take its shortest paths"
            )
