"""Labels on a grid whose edges each have their own cost table: TRW-S."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facestyle.frozen import FrozenRecord


@dataclass(frozen=True)
class TableSolution(FrozenRecord):
    """A labeling and how good it is.

    Attributes
    ----------
    labels : (h, w) int64
    energy : float
    bound : float
        No labeling has a lower energy than this.
    """

    labels: np.ndarray
    energy: float
    bound: float


def solve_tables(
    unary: np.ndarray, horizontal: np.ndarray, vertical: np.ndarray, *, iterations: int = 20
) -> TableSolution:
    """Minimize a sum of node costs and edge costs.

    Parameters
    ----------
    unary : (h, w, K) float32
        Cost of each label at each node.
    horizontal : (h, w - 1, K, K) float32
        Cost of label a at a node and label b at its right neighbor.
    vertical : (h - 1, w, K, K) float32
        The same for the neighbor below.
    iterations : int
        Forward and backward passes.

    Returns
    -------
    TableSolution
        The best labeling met in any pass.

    References
    ----------
    V. Kolmogorov: Convergent Tree-Reweighted Message Passing for Energy Minimization. PAMI 2006.
    """
    from facestyle.kernels.trw_s import label_grid

    best = label_grid(unary, horizontal, vertical, iterations)
    return TableSolution(best.labels, best.energy, float(best.bounds.max()))
