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


@njit(cache=True, fastmath=True)
def _send(
    total: Floats,
    share: float,
    back: Floats,
    table: Floats,
    potts: bool,
    weight: float,
    out: Floats,
) -> None:
    """Write out_b = min_a (share * total_a - back_a + weight * table_ab), less its minimum."""
    lowest = np.float32(np.inf)
    for k in range(total.size):
        lowest = min(lowest, share * total[k] - back[k])
    if potts:
        for k in range(total.size):
            out[k] = min(share * total[k] - back[k] - lowest, weight)
        return
    for k in range(total.size):
        out[k] = weight
    for a in range(total.size):
        # No entry of the table is above 1, so that dearer labels reach nobody.
        value = share * total[a] - back[a] - lowest
        if value < weight:
            for b in range(total.size):
                out[b] = min(out[b], value + weight * table[a, b])


@njit(cache=True, fastmath=True)
def _collect(unary: Floats, messages: Floats, total: Floats) -> None:
    """Sum a pixel's costs and the messages into it."""
    for k in range(total.size):
        total[k] = unary[k] + messages[0, k] + messages[1, k] + messages[2, k] + messages[3, k]


@njit(cache=True, fastmath=True)
def pass_messages(
    unary: Floats,
    table: Floats,
    potts: bool,
    horizontal: Floats,
    vertical: Floats,
    sweeps: int,
    messages: Floats,
) -> None:
    """Improve messages (h, w, 4, K), zero at first, by passes over the grid to and fro.

    unary (h, w, K); table (K, K) in [0, 1]; potts: whether it is 1 off its diagonal;
    horizontal (h, w - 1) and vertical (h - 1, w): factors of the table.
    """
    height, width, count = unary.shape
    total = np.empty(count, np.float32)
    for _ in range(sweeps):
        for y in range(height):
            for x in range(width):
                into = messages[y, x]
                chains = max((x > 0) + (y > 0), (x + 1 < width) + (y + 1 < height), 1)
                share = np.float32(1 / chains)
                _collect(unary[y, x], into, total)
                if x + 1 < width:
                    out = messages[y, x + 1, LEFT]
                    _send(total, share, into[RIGHT], table, potts, horizontal[y, x], out)
                if y + 1 < height:
                    out = messages[y + 1, x, ABOVE]
                    _send(total, share, into[BELOW], table, potts, vertical[y, x], out)
        for y in range(height - 1, -1, -1):
            for x in range(width - 1, -1, -1):
                into = messages[y, x]
                chains = max((x > 0) + (y > 0), (x + 1 < width) + (y + 1 < height), 1)
                share = np.float32(1 / chains)
                _collect(unary[y, x], into, total)
                if x > 0:
                    out = messages[y, x - 1, RIGHT]
                    _send(total, share, into[LEFT], table, potts, horizontal[y, x - 1], out)
                if y > 0:
                    out = messages[y - 1, x, BELOW]
                    _send(total, share, into[ABOVE], table, potts, vertical[y - 1, x], out)


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
