"""Markov random fields on a pixel grid, minimized by graph cuts.

The energy of a labeling f is  sum_p unary[p, f_p] + sum_pq weight_pq * pairwise[f_p, f_q]  over
the 4-connected neighbors p, q.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import MissingDependencyError, UsageError
from facestyle.frozen import FrozenRecord
from facestyle.mrf.costs import check_costs, check_metric, mrf_energy

SOLVERS = ("auto", "numba", "gco")

# Costs become integers, so that flows are exact: the dearest label of a pixel costs this much.
# Eight times as much, more than any sum in a move's graph, still fits 32 bits.
_FINEST_COST = 1 << 26
# gco refuses single costs above 10^7.
_FINEST_COST_GCO = 9_000_000
# Sweeps of message passing before the first expansion: fewer leave more to the cuts.
_MESSAGE_SWEEPS = 4


@dataclass(frozen=True)
class Labeling(FrozenRecord):
    """A labeling of the grid and what it costs.

    Attributes
    ----------
    labels : (h, w) int32 array
        Label of each pixel, in [0, K).
    energy : float
        The energy of `labels`, computed in float64 from the costs as they were given.
    solver : str
        The solver that found it: "numba" or "gco".
    """

    labels: NDArray[np.int32]
    energy: float
    solver: str


@dataclass(frozen=True)
class _Problem:
    """Normal form: unary >= 0 with a zero per pixel, clipped where no solution goes; table <= 1."""

    unary: NDArray[np.float32]
    pairwise: NDArray[np.float64]
    horizontal: NDArray[np.float64]
    vertical: NDArray[np.float64]
    ceiling: float
    potts: bool


def solve_labels(
    unary: NDArray[np.floating],
    pairwise: NDArray[np.floating],
    *,
    horizontal: NDArray[np.floating] | None = None,
    vertical: NDArray[np.floating] | None = None,
    solver: str = "auto",
    initial: NDArray[np.integer] | None = None,
    max_sweeps: int = 100,
) -> Labeling:
    """Label a grid of pixels at a local minimum of the energy with respect to expansion moves.

    The energy is at most twice the least possible for a Potts table, and the least possible for
    two labels [1]_.

    Parameters
    ----------
    unary : (h, w, K) float array
        Cost of each label at each pixel; any finite values.
    pairwise : (K, K) float array
        Cost of two labels on neighboring pixels: a metric (zero diagonal, symmetric, triangle
        inequality), such as ``1 - numpy.eye(K)`` for the Potts model.
    horizontal : (h, w - 1) float array, optional
        Factor >= 0 of `pairwise` between a pixel and its right neighbor; 1 by default.
    vertical : (h - 1, w) float array, optional
        The same between a pixel and its lower neighbor.
    solver : {"auto", "numba", "gco"}
        "numba" is facestyle's own solver and what "auto" takes; "gco" the reference
        implementation, whose license allows research use only.
    initial : (h, w) int array, optional
        Labels to start from; by default those that a few sweeps of message passing suggest. Only
        for "numba".
    max_sweeps : int
        At most so many rounds over all labels; 4 to 8 are usual until nothing changes.

    Returns
    -------
    Labeling
        Labels, their energy and the solver used. The same input gives the same labels.

    Raises
    ------
    UsageError
        A shape, a value or an option cannot be used.
    MissingDependencyError
        The solver is "gco" and the package gco-wrapper is not installed.

    References
    ----------
    .. [1] Y. Boykov, O. Veksler, R. Zabih, "Fast Approximate Energy Minimization via Graph Cuts",
       PAMI 23(11), 2001, section 5 and theorem 6.1.
    """
    if solver not in SOLVERS:
        raise UsageError(f"solver is {solver!r}; expected one of {', '.join(SOLVERS)}")
    if max_sweeps < 1:
        raise UsageError(f"max_sweeps is {max_sweeps}; expected at least 1")
    unary, pairwise, horizontal, vertical = check_costs(unary, pairwise, horizontal, vertical)
    check_metric(pairwise)
    start = _initial_labels(unary, initial)
    problem = _normalize(unary, pairwise, horizontal, vertical)
    if problem.ceiling == 0:  # Independent pixels, or a single label.
        labels = unary.argmin(axis=2).astype(np.int32)
    elif solver == "gco":
        labels = _solve_gco(problem, max_sweeps)
    else:
        labels = _solve_numba(problem, start, max_sweeps)
    energy = mrf_energy(labels, unary, pairwise, horizontal=horizontal, vertical=vertical)
    return Labeling(labels, energy, "gco" if solver == "gco" else "numba")


def _initial_labels(
    unary: NDArray[np.floating], initial: NDArray[np.integer] | None
) -> NDArray[np.int32] | None:
    """The given labels to start from, checked."""
    if initial is None:
        return None
    initial = np.asarray(initial)
    if initial.shape != unary.shape[:2] or not np.issubdtype(initial.dtype, np.integer):
        raise UsageError(
            f"initial is {initial.dtype} {initial.shape}; expected integers {unary.shape[:2]}"
        )
    if initial.min() < 0 or initial.max() >= unary.shape[2]:
        raise UsageError(f"initial holds labels outside 0..{unary.shape[2] - 1}")
    return initial.astype(np.int32)


def _normalize(
    unary: NDArray[np.floating],
    pairwise: NDArray[np.float64],
    horizontal: NDArray[np.float64],
    vertical: NDArray[np.float64],
) -> _Problem:
    """Subtract each pixel's least cost and clip the rest to what its neighbors could outweigh.

    A label dearer than the best one by all the pairwise costs of a pixel is in no local minimum:
    changing that pixel alone to its best label would pay. Clipping there keeps integers small.
    """
    peak = pairwise.max()
    table = pairwise / peak if peak > 0 else pairwise
    horizontal, vertical = peak * horizontal, peak * vertical
    reach = np.zeros(unary.shape[:2])
    reach[:, :-1] += horizontal
    reach[:, 1:] += horizontal
    reach[:-1] += vertical
    reach[1:] += vertical
    limit = (1.05 * reach + 0.05 * reach.max())[..., None]
    relative = np.minimum(unary - unary.min(axis=2, keepdims=True), limit)
    relative = np.ascontiguousarray(relative, np.float32)
    potts = bool((table == 1 - np.eye(len(table))).all())
    return _Problem(relative, table, horizontal, vertical, float(limit.max()), potts)


def _solve_numba(
    problem: _Problem, start: NDArray[np.int32] | None, max_sweeps: int
) -> NDArray[np.int32]:
    """Message passing, then alpha-expansion."""
    from facestyle.kernels.alpha_expansion import expand
    from facestyle.kernels.grid_messages import GridCosts, decide, pass_messages

    table = problem.pairwise.astype(np.float32)
    costs = GridCosts(problem.unary, table, problem.horizontal, problem.vertical)
    messages = pass_messages(costs, _MESSAGE_SWEEPS, potts=problem.potts)
    labels = decide(costs, messages) if start is None else start
    scale = _FINEST_COST / problem.ceiling
    return expand(labels, costs, messages, scale=scale, max_sweeps=max_sweeps)[0]


def _solve_gco(problem: _Problem, max_sweeps: int) -> NDArray[np.int32]:
    """Alpha-expansion with gco-wrapper, on integer costs as fine as it accepts."""
    try:
        import gco
    except ImportError as error:
        raise MissingDependencyError("gco-wrapper", "solver 'gco'", "gco") from error

    # Whole numbers times whole numbers: 0 and 1 are exact, other tables get thousandths.
    # Rounding up keeps the triangle inequality.
    steps = 1 if np.isin(problem.pairwise, (0.0, 1.0)).all() else 1000
    scale = _FINEST_COST_GCO / problem.ceiling
    labels = gco.cut_grid_graph(
        np.rint(problem.unary * scale).astype(np.int32),
        np.ceil(problem.pairwise * steps - 1e-6).astype(np.int32),
        np.rint(problem.vertical * (scale / steps)).astype(np.int32),
        np.rint(problem.horizontal * (scale / steps)).astype(np.int32),
        n_iter=-1 if max_sweeps >= 100 else max_sweeps,
    )
    return labels.reshape(problem.unary.shape[:2]).astype(np.int32)
