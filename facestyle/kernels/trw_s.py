"""Sequential tree-reweighted message passing on a grid, with a cost table on every edge.

V. Kolmogorov, "Convergent Tree-Reweighted Message Passing for Energy Minimization", PAMI 2006,
figure 3: chains are the grid's rows and columns, nodes are visited in raster order.
"""

# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input
from facestyle.kernels.compiling import compiled

Floats = NDArray[np.float32]

UP, LEFT, DOWN, RIGHT = 0, 1, 2, 3  # where a message into a node comes from


class TableLabels(NamedTuple):
    """A labeling of a grid.

    Attributes
    ----------
    labels : (h, w) int64
        The best that any pass met.
    energy : float
        Of these labels.
    bounds : (iterations,) float64
        No labeling has a lower energy than any of these.
    """

    labels: NDArray[np.int64]
    energy: float
    bounds: NDArray[np.float64]


def label_grid(unary: Floats, horizontal: Floats, vertical: Floats, iterations: int) -> TableLabels:
    """Run TRW-S.

    Parameters
    ----------
    unary : (h, w, K) float32
    horizontal : (h, w - 1, K, K) float32
        Cost of each label of a node and each of its right neighbor.
    vertical : (h - 1, w, K, K) float32
        The same for the neighbor below.
    iterations : int
        Passes to and fro, 1 or more.

    Returns
    -------
    TableLabels

    Raises
    ------
    ValueError
        An array has another type or shape, or there is no iteration.
    """
    unary = as_input("unary", unary, np.float32, (None, None, None))
    rows, columns, count = unary.shape
    across, along = (rows, columns - 1, count, count), (rows - 1, columns, count, count)
    horizontal = as_input("horizontal", horizontal, np.float32, across)
    vertical = as_input("vertical", vertical, np.float32, along)
    if iterations < 1:
        raise ValueError(f"iterations: found {iterations}, expected 1 or more")
    labels, bounds = np.zeros((rows, columns), np.int64), np.empty(iterations)
    energy = _pass_messages(unary, horizontal, vertical, int(iterations), labels, bounds)
    return TableLabels(labels, float(energy), bounds)


@compiled(part=True, minima=True)
def _collect(unary, messages, gamma, total):
    """Sum a node's unary costs and messages, times gamma; return the lowest."""
    lowest = np.inf
    for k in range(len(total)):
        value = unary[k]
        for source in range(4):
            value += messages[source, k]
        lowest = min(lowest, value)
        total[k] = value * gamma
    return lowest


@compiled(part=True, minima=True)
def _send(total, back, table, transposed, out):
    """Message min_a (total_a - back_a + table_ab), its minimum taken off and returned."""
    labels = len(total)
    lowest = np.inf
    for b in range(labels):
        best = np.inf
        for a in range(labels):
            pair = table[b, a] if transposed else table[a, b]
            best = min(best, total[a] - back[a] + pair)
        out[b] = best
        lowest = min(lowest, best)
    for b in range(labels):
        out[b] -= lowest
    return lowest


@compiled(part=True, minima=True)
def _decide(i, j, unary, horizontal, vertical, messages, labels):
    """Best label of a node given those chosen above and to its left."""
    best, choice = np.inf, 0
    for k in range(unary.shape[2]):
        value = unary[i, j, k] + messages[i, j, DOWN, k] + messages[i, j, RIGHT, k]
        if i > 0:
            value += vertical[i - 1, j, labels[i - 1, j], k]
        if j > 0:
            value += horizontal[i, j - 1, labels[i, j - 1], k]
        if value < best:
            best, choice = value, k
    labels[i, j] = choice


@compiled(part=True, minima=True)
def _energy(labels, unary, horizontal, vertical):
    """Sum of the unary and edge costs of a labeling."""
    rows, columns, _ = unary.shape
    total = 0.0
    for i in range(rows):
        for j in range(columns):
            total += unary[i, j, labels[i, j]]
            if i + 1 < rows:
                total += vertical[i, j, labels[i, j], labels[i + 1, j]]
            if j + 1 < columns:
                total += horizontal[i, j, labels[i, j], labels[i, j + 1]]
    return total


@compiled(minima=True, allocates=True)
def _pass_messages(unary, horizontal, vertical, iterations, labels, bounds):
    """Run TRW-S; `labels` receives the best labeling met, `bounds` the bound of each iteration."""
    rows, columns, count = unary.shape
    messages = np.zeros((rows, columns, 4, count), np.float32)
    total = np.empty(count, np.float32)
    current = np.zeros((rows, columns), np.int64)
    best = np.inf
    for iteration in range(iterations):
        for i in range(rows):
            for j in range(columns):
                _decide(i, j, unary, horizontal, vertical, messages, current)
                gamma = np.float32(1 / max((i > 0) + (j > 0), (i + 1 < rows) + (j + 1 < columns)))
                _collect(unary[i, j], messages[i, j], gamma, total)
                if i + 1 < rows:
                    _send(total, messages[i, j, DOWN], vertical[i, j], False,
                          messages[i + 1, j, UP])  # fmt: skip
                if j + 1 < columns:
                    _send(total, messages[i, j, RIGHT], horizontal[i, j], False,
                          messages[i, j + 1, LEFT])  # fmt: skip
        value = _energy(current, unary, horizontal, vertical)
        if value < best:
            best = value
            # one by one: for whole arrays Numba compiles the text of an error, in four seconds
            for i in range(rows):
                for j in range(columns):
                    labels[i, j] = current[i, j]
        bound = 0.0
        for i in range(rows - 1, -1, -1):
            for j in range(columns - 1, -1, -1):
                backward, forward = (i > 0) + (j > 0), (i + 1 < rows) + (j + 1 < columns)
                gamma = np.float32(1 / max(backward, forward))
                lowest = _collect(unary[i, j], messages[i, j], gamma, total)
                # chains that end here leave their share of the node's minimum in the bound
                bound += lowest * (1 - gamma * backward)
                if i > 0:
                    bound += _send(total, messages[i, j, UP], vertical[i - 1, j], True,
                                   messages[i - 1, j, DOWN])  # fmt: skip
                if j > 0:
                    bound += _send(total, messages[i, j, LEFT], horizontal[i, j - 1], True,
                                   messages[i, j - 1, RIGHT])  # fmt: skip
        bounds[iteration] = bound
    return best
