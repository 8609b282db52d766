"""Maximum flow on a 4-connected grid by one search tree that grows from the sink.

Y. Boykov and V. Kolmogorov, "An Experimental Comparison of Min-Cut/Max-Flow Algorithms for Energy
Minimization in Vision", PAMI 2004, section 3, with the source's tree left out: expansion moves
that start near their optimum have few pixels on the sink's side, and only these are ever visited.

Neighbours are implicit. Pixel i of the padded grid (one unused pixel all round, flattened) has the
neighbours i + 1, i - 1, i + stride, i - stride, in this order of directions; direction ^ 1 is the
way back.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

FREE, SOURCE, SINK = 0, 1, 2
# Values of `parent` beside the four directions.
TERMINAL, ORPHAN = 4, 5
FAR = 1 << 30


class Flow(NamedTuple):
    """Residual graph and search tree; all arrays run over the n pixels of the padded grid."""

    stride: int
    excess: NDArray[np.int32]  # residual from the source (> 0) or to the sink (< 0)
    capacity: NDArray[np.int32]  # (4, n), residual of the arcs that leave in each direction
    side: NDArray[np.int8]  # FREE, SOURCE (excess > 0) or SINK (in the tree)
    parent: NDArray[np.int8]  # direction of the next pixel on the way to the sink
    distance: NDArray[np.int32]  # to the sink, valid as of `stamp`
    stamp: NDArray[np.int32]
    queue: NDArray[np.int32]  # (n + 1,), ring of pixels whose neighbours are to be looked at
    queued: NDArray[np.bool_]
    orphans: NDArray[np.int32]


def make_flow(size: int, stride: int) -> Flow:
    """Room for graphs on a padded grid of a size, with no arcs."""
    capacity = np.zeros((4, size), np.int32)
    excess, distance, stamp, orphans = np.zeros((4, size), np.int32)
    side, parent = np.zeros((2, size), np.int8)
    queue = np.zeros(size + 1, np.int32)
    queued = np.zeros(size, np.bool_)
    return Flow(stride, excess, capacity, side, parent, distance, stamp, queue, queued, orphans)


@njit(cache=True)
def step_to(direction: int, stride: int) -> int:
    """Distance in memory to the neighbour in a direction."""
    if direction == 0:
        return 1
    if direction == 1:
        return -1
    if direction == 2:
        return stride
    return -stride


@njit(cache=True)
def _distance_to_sink(flow: Flow, pixel: int, time: int) -> int:
    """Steps up the tree to the sink, or FAR below an orphan; remembers them along the way."""
    steps = 0
    at = pixel
    while flow.stamp[at] != time:
        up = flow.parent[at]
        if up == ORPHAN:
            return FAR
        steps += 1
        if up == TERMINAL:
            break
        at += step_to(up, flow.stride)
    else:
        steps += flow.distance[at]
    mark = steps
    at = pixel
    while flow.stamp[at] != time:
        flow.stamp[at] = time
        flow.distance[at] = mark
        mark -= 1
        if flow.parent[at] == TERMINAL:
            break
        at += step_to(flow.parent[at], flow.stride)
    return steps


@njit(cache=True)
def _augment(flow: Flow, source: int, direction: int) -> int:
    """Push what fits from a pixel with excess over a tree pixel to the sink; count orphans."""
    first = source + step_to(direction, flow.stride)
    amount = min(flow.excess[source], flow.capacity[direction, source])
    at = first
    while flow.parent[at] != TERMINAL:
        up = flow.parent[at]
        amount = min(amount, flow.capacity[up, at])
        at += step_to(up, flow.stride)
    amount = min(amount, -flow.excess[at])

    flow.excess[source] -= amount
    if flow.excess[source] == 0:
        flow.side[source] = FREE
    flow.capacity[direction, source] -= amount
    flow.capacity[direction ^ 1, first] += amount
    count = 0
    at = first
    while flow.parent[at] != TERMINAL:
        up = flow.parent[at]
        above = at + step_to(up, flow.stride)
        flow.capacity[up, at] -= amount
        flow.capacity[up ^ 1, above] += amount
        if flow.capacity[up, at] == 0:
            flow.parent[at] = ORPHAN
            flow.orphans[count] = at
            count += 1
        at = above
    flow.excess[at] += amount
    if flow.excess[at] == 0:
        flow.parent[at] = ORPHAN
        flow.orphans[count] = at
        count += 1
    return count


@njit(cache=True)
def _enqueue(flow: Flow, pixel: int, tail: int) -> int:
    """Append a pixel to the ring unless it waits there already; returns the new tail."""
    if flow.queued[pixel]:
        return tail
    flow.queued[pixel] = True
    flow.queue[tail] = pixel
    return tail + 1 if tail + 1 < flow.queue.size else 0


@njit(cache=True)
def _adopt(flow: Flow, count: int, time: int, tail: int) -> int:
    """Find the nearest valid parent for each orphan, or set it free; returns the ring's tail."""
    index = 0
    while index < count:
        orphan = flow.orphans[index]
        index += 1
        best = ORPHAN
        nearest = FAR
        for direction in range(4):
            neighbour = orphan + step_to(direction, flow.stride)
            if flow.side[neighbour] == SINK and flow.capacity[direction, orphan] > 0:
                steps = _distance_to_sink(flow, neighbour, time)
                if steps < nearest:
                    nearest = steps
                    best = direction
        if best != ORPHAN:
            flow.parent[orphan] = best
            flow.stamp[orphan] = time
            flow.distance[orphan] = nearest + 1
            continue
        flow.side[orphan] = FREE
        for direction in range(4):
            neighbour = orphan + step_to(direction, flow.stride)
            if flow.side[neighbour] != SINK:
                continue
            if flow.capacity[direction, orphan] > 0:
                tail = _enqueue(flow, neighbour, tail)
            if flow.parent[neighbour] == (direction ^ 1):
                flow.parent[neighbour] = ORPHAN
                flow.orphans[count] = neighbour
                count += 1
    return tail


@njit(cache=True)
def maximum_flow(flow: Flow, seeds: NDArray[np.int32]) -> None:
    """Saturate the graph; `side` ends as SINK on the sink's side of the smallest minimum cut.

    `excess` and `capacity` are overwritten with their residuals. `side` must be given by the sign
    of `excess`, and `seeds` list the pixels where it is negative.
    """
    head, tail, time = 0, 0, 0
    for pixel in seeds:
        flow.parent[pixel] = TERMINAL
        flow.stamp[pixel] = 0
        flow.distance[pixel] = 1
        tail = _enqueue(flow, pixel, tail)
    while head != tail:
        pixel = flow.queue[head]
        head = head + 1 if head + 1 < flow.queue.size else 0
        flow.queued[pixel] = False
        direction = 0
        while direction < 4 and flow.side[pixel] == SINK:
            neighbour = pixel + step_to(direction, flow.stride)
            back = direction ^ 1
            if flow.capacity[back, neighbour] == 0:
                direction += 1
            elif flow.side[neighbour] == SOURCE:
                # The same neighbour is looked at again until it or the arc is exhausted.
                time += 1
                tail = _adopt(flow, _augment(flow, neighbour, back), time, tail)
            else:
                grown = flow.side[neighbour] == FREE
                nearer = (
                    flow.stamp[neighbour] <= flow.stamp[pixel]
                    and flow.distance[neighbour] > flow.distance[pixel]
                )
                if grown or nearer:
                    flow.side[neighbour] = SINK
                    flow.parent[neighbour] = back
                    flow.stamp[neighbour] = flow.stamp[pixel]
                    flow.distance[neighbour] = flow.distance[pixel] + 1
                if grown:
                    tail = _enqueue(flow, neighbour, tail)
                direction += 1
