"""Message passing on a grid whose edges share one cost table up to a factor.

A few sweeps of sequential tree-reweighted message passing give alpha-expansion its start: labels
near the optimum, and messages that carry most of the flow its cuts would have to find.
V. Kolmogorov, "Convergent Tree-Reweighted Message Passing for Energy Minimization", PAMI 2006,
figure 3, with the grid's rows and columns as chains.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Where a message into a pixel comes from; the other way is `from ^ 1`.
RIGHT, LEFT, BELOW, ABOVE = 0, 1, 2, 3


@njit(cache=True, fastmath=True, forceinline=True)
def _send(
    y: int,
    x: int,
    direction: int,
    total: Floats,
    rest: Floats,
    share: float,
    weight: float,
    table: Floats | None,
    messages: Floats,
) -> None:
    """Send out_b = min_a (share * total_a - back_a + weight * table_ab), less its minimum.

    Whole arrays and indices, no views: Numba counts references of each view it makes.
    """
    to_y = y + (direction == BELOW) - (direction == ABOVE)
    to_x = x + (direction == RIGHT) - (direction == LEFT)
    source = direction ^ 1
    count = total.size
    lowest = np.float32(np.inf)
    for k in range(count):
        value = share * total[k] - messages[y, x, direction, k]
        rest[k] = value
        lowest = min(lowest, value)
    if table is None:  # Decided when Numba compiles: a branch at run time doubled the cost.
        for k in range(count):
            messages[to_y, to_x, source, k] = min(rest[k] - lowest, weight)
    else:
        for k in range(count):
            messages[to_y, to_x, source, k] = weight
        for a in range(count):
            # No entry of the table is above 1, so that dearer labels reach nobody.
            value = rest[a] - lowest
            if value < weight:
                for b in range(count):
                    reached = value + weight * table[a, b]
                    messages[to_y, to_x, source, b] = min(messages[to_y, to_x, source, b], reached)


@njit(cache=True, fastmath=True, forceinline=True)
def _collect(y: int, x: int, unary: Floats, messages: Floats, total: Floats) -> np.float32:
    """Sum a pixel's costs and the messages into it; returns the share of each chain in it."""
    height, width, count = unary.shape
    for k in range(count):
        value = unary[y, x, k] + messages[y, x, 0, k] + messages[y, x, 1, k]
        total[k] = value + messages[y, x, 2, k] + messages[y, x, 3, k]
    chains = max((x > 0) + (y > 0), (x + 1 < width) + (y + 1 < height), 1)
    return np.float32(1 / chains)


@njit(cache=True, fastmath=True)
def pass_messages(
    unary: Floats,
    table: Floats | None,
    horizontal: Floats,
    vertical: Floats,
    sweeps: int,
    messages: Floats,
) -> None:
    """Improve messages (h, w, 4, K), zero at first, by passes over the grid to and fro.

    unary (h, w, K); table (K, K) in [0, 1], or None for the Potts
    model; horizontal (h, w - 1) and vertical (h - 1, w): factors of the table.
    """
    height, width, count = unary.shape
    total = np.empty(count, np.float32)
    rest = np.empty(count, np.float32)
    for _ in range(sweeps):
        for y in range(height):
            for x in range(width):
                share = _collect(y, x, unary, messages, total)
                if x + 1 < width:
                    weight = horizontal[y, x]
                    _send(y, x, RIGHT, total, rest, share, weight, table, messages)
                if y + 1 < height:
                    weight = vertical[y, x]
                    _send(y, x, BELOW, total, rest, share, weight, table, messages)
        for y in range(height - 1, -1, -1):
            for x in range(width - 1, -1, -1):
                share = _collect(y, x, unary, messages, total)
                if x > 0:
                    weight = horizontal[y, x - 1]
                    _send(y, x, LEFT, total, rest, share, weight, table, messages)
                if y > 0:
                    weight = vertical[y - 1, x]
                    _send(y, x, ABOVE, total, rest, share, weight, table, messages)


@njit(cache=True, fastmath=True)
def decide(
    unary: Floats,
    table: Floats,
    horizontal: Floats,
    vertical: Floats,
    messages: Floats,
    labels: NDArray[np.int32],
) -> None:
    """Label pixel after pixel, given the labels above and to the left and the other messages."""
    height, width, count = unary.shape
    for y in range(height):
        for x in range(width):
            into = messages[y, x]
            best = np.float32(np.inf)
            for k in range(count):
                value = unary[y, x, k] + into[RIGHT, k] + into[BELOW, k]
                if x > 0:
                    value += horizontal[y, x - 1] * table[labels[y, x - 1], k]
                if y > 0:
                    value += vertical[y - 1, x] * table[labels[y - 1, x], k]
                if value < best:
                    best = value
                    labels[y, x] = k
