"""Message passing on a grid whose edges share one cost table up to a factor.

A few sweeps of sequential tree-reweighted message passing give alpha-expansion its start: labels
near the optimum, and messages that carry most of the flow its cuts would have to find.
V. Kolmogorov, "Convergent Tree-Reweighted Message Passing for Energy Minimization", PAMI 2006,
figure 3, with the grid's rows and columns as chains.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input
from facestyle.kernels.compiling import compiled

Floats = NDArray[np.float32]

# Where a message into a pixel comes from; the other way is `from ^ 1`.
# Of NumPy's type: functions are compiled anew for each of Python's integers.
RIGHT, LEFT, BELOW, ABOVE = np.arange(4, dtype=np.int64)


class GridCosts(NamedTuple):
    """What a labeling of an h by w grid with K labels costs.

    Attributes
    ----------
    unary : (h, w, K) float32
        0 or more.
    table : (K, K) float32
        Cost of two labels on neighboring pixels, in [0, 1].
    horizontal, vertical : (h, w - 1), (h - 1, w) float64
        Factors of the table between a pixel and its right or lower neighbor, 0 or more.
    """

    unary: Floats
    table: Floats
    horizontal: NDArray[np.float64]
    vertical: NDArray[np.float64]


def checked_costs(costs: GridCosts) -> GridCosts:
    """Check types and shapes; ValueError where they differ."""
    unary = as_input("costs.unary", costs.unary, np.float32, (None, None, None))
    height, width, count = unary.shape
    return GridCosts(
        unary,
        as_input("costs.table", costs.table, np.float32, (count, count)),
        as_input("costs.horizontal", costs.horizontal, np.float64, (height, width - 1)),
        as_input("costs.vertical", costs.vertical, np.float64, (height - 1, width)),
    )


def pass_messages(costs: GridCosts, sweeps: int, *, potts: bool = False) -> Floats:
    """Pass messages over the grid to and fro.

    Parameters
    ----------
    costs : GridCosts
    sweeps : int
    potts : bool
        The table is known to be 0 on its diagonal and 1 elsewhere: much faster.

    Returns
    -------
    (h, w, 4, K) float32
        Messages into each pixel from the right, the left, below and above.

    Raises
    ------
    ValueError
        An array has another type or shape.
    """
    unary, table, horizontal, vertical = _singles(checked_costs(costs))
    height, width, count = unary.shape
    messages = np.zeros((height, width, 4, count), np.float32)
    # compiled for either model: a branch at run time took four times as long for Potts
    room = np.empty(count, np.float32), np.empty(count, np.float32)
    chosen = None if potts else table
    _pass_messages(unary, chosen, (horizontal, vertical), int(sweeps), messages, room)
    return messages


def decide(costs: GridCosts, messages: Floats) -> NDArray[np.int32]:
    """Label pixel after pixel, given the labels above and to the left and the other messages.

    Parameters
    ----------
    costs : GridCosts
    messages : (h, w, 4, K) float32
        From `pass_messages`.

    Returns
    -------
    (h, w) int32

    Raises
    ------
    ValueError
        An array has another type or shape.
    """
    unary, table, horizontal, vertical = _singles(checked_costs(costs))
    height, width, count = unary.shape
    messages = as_input("messages", messages, np.float32, (height, width, 4, count))
    labels = np.zeros((height, width), np.int32)
    _decide(unary, table, horizontal, vertical, messages, labels)
    return labels


def _singles(costs: GridCosts) -> tuple[Floats, Floats, Floats, Floats]:
    """The costs in single precision, read-only."""
    horizontal, vertical = costs.horizontal.astype(np.float32), costs.vertical.astype(np.float32)
    horizontal.flags.writeable = vertical.flags.writeable = False
    return costs.unary, costs.table, horizontal, vertical


@compiled(inline=True, minima=True)
def _send(
    place: tuple[int, int, int],
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
    y, x, direction = place
    to_y = y + (direction == BELOW) - (direction == ABOVE)
    to_x = x + (direction == RIGHT) - (direction == LEFT)
    source = direction ^ 1
    count = total.size
    lowest = np.float32(np.inf)
    for k in range(count):
        value = share * total[k] - messages[y, x, direction, k]
        rest[k] = value
        lowest = min(lowest, value)
    if table is None:
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


@compiled(inline=True, minima=True)
def _collect(y: int, x: int, unary: Floats, messages: Floats, total: Floats) -> np.float32:
    """Sum a pixel's costs and the messages into it; returns the share of each chain in it."""
    height, width, count = unary.shape
    for k in range(count):
        value = unary[y, x, k] + messages[y, x, 0, k] + messages[y, x, 1, k]
        total[k] = value + messages[y, x, 2, k] + messages[y, x, 3, k]
    chains = max((x > 0) + (y > 0), (x + 1 < width) + (y + 1 < height), 1)
    return np.float32(1 / chains)


@compiled(minima=True)
def _pass_messages(
    unary: Floats,
    table: Floats | None,
    factors: tuple[Floats, Floats],
    sweeps: int,
    messages: Floats,
    room: tuple[Floats, Floats],
) -> None:
    """Improve messages, zero at first."""
    height, width, _ = unary.shape
    (horizontal, vertical), (total, rest) = factors, room
    for _ in range(sweeps):
        for y in range(height):
            for x in range(width):
                share = _collect(y, x, unary, messages, total)
                if x + 1 < width:
                    weight = horizontal[y, x]
                    _send((y, x, RIGHT), total, rest, share, weight, table, messages)
                if y + 1 < height:
                    weight = vertical[y, x]
                    _send((y, x, BELOW), total, rest, share, weight, table, messages)
        for y in range(height - 1, -1, -1):
            for x in range(width - 1, -1, -1):
                share = _collect(y, x, unary, messages, total)
                if x > 0:
                    weight = horizontal[y, x - 1]
                    _send((y, x, LEFT), total, rest, share, weight, table, messages)
                if y > 0:
                    weight = vertical[y - 1, x]
                    _send((y, x, ABOVE), total, rest, share, weight, table, messages)


@compiled(minima=True)
def _decide(
    unary: Floats,
    table: Floats,
    horizontal: Floats,
    vertical: Floats,
    messages: Floats,
    labels: NDArray[np.int32],
) -> None:
    """Fill labels."""
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
