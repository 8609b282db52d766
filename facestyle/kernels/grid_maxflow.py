"""Maximum flow on a 4-connected grid by one search tree that grows from the sink.

Y. Boykov and V. Kolmogorov, "An Experimental Comparison of Min-Cut/Max-Flow Algorithms for Energy
Minimization in Vision", PAMI 2004, section 3, with the source's tree left out: expansion moves
that start near their optimum have few pixels on the sink's side, and only these are ever visited.

Neighbors are implicit. Pixel i of the padded grid (one unused pixel all round, flattened) has the
neighbors i + 1, i - 1, i + stride, i - stride, in this order of directions; direction ^ 1 is the
way back.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Bytes = NDArray[np.int8]
Flags = NDArray[np.bool_]

FREE, SOURCE, SINK = 0, 1, 2
# Values of `parent` beside the four directions.
TERMINAL, ORPHAN = 4, 5
FAR = 1 << 30


class Flow(NamedTuple):
    """Residual graph and search tree; all arrays run over the n pixels of the padded grid."""

    stride: int
    excess: Ints  # residual from the source (> 0) or to the sink (< 0)
    capacity: Ints  # (4, n), residual of the arcs that leave in each direction
    side: Bytes  # FREE, SOURCE (excess > 0) or SINK (in the tree)
    parent: Bytes  # direction of the next pixel on the way to the sink
    distance: Ints  # to the sink, valid as of `stamp`
    stamp: Ints
    queue: Ints  # (n + 1,), ring of pixels whose neighbors are to be looked at
    queued: Flags
    orphans: Ints


def make_flow(size: int, stride: int) -> Flow:
    """Room for graphs on a padded grid of a size, with no arcs."""
    capacity = np.zeros((4, size), np.int32)
    excess, distance, stamp, orphans = np.zeros((4, size), np.int32)
    side, parent = np.zeros((2, size), np.int8)
    queue = np.zeros(size + 1, np.int32)
    queued = np.zeros(size, np.bool_)
    return Flow(stride, excess, capacity, side, parent, distance, stamp, queue, queued, orphans)


@njit(cache=True, forceinline=True)
def step_to(direction: int, stride: int) -> int:
    """Distance in memory to the neighbor in a direction."""
    if direction == 0:
        return 1
    if direction == 1:
        return -1
    if direction == 2:
        return stride
    return -stride


@njit(cache=True, forceinline=True)
def _distance_to_sink(
    pixel: int, time: int, stride: int, parent: Bytes, distance: Ints, stamp: Ints
) -> int:
    """Steps up the tree to the sink, or FAR below an orphan; remembers them along the way."""
    steps = 0
    at = pixel
    while stamp[at] != time:
        up = parent[at]
        if up == ORPHAN:
            return FAR
        steps += 1
        if up == TERMINAL:
            break
        at += step_to(up, stride)
    else:
        steps += distance[at]
    mark = steps
    at = pixel
    while stamp[at] != time:
        stamp[at] = time
        distance[at] = mark
        mark -= 1
        if parent[at] == TERMINAL:
            break
        at += step_to(parent[at], stride)
    return steps


@njit(cache=True, forceinline=True)
def _augment(
    source: int,
    direction: int,
    stride: int,
    excess: Ints,
    capacity: Ints,
    side: Bytes,
    parent: Bytes,
    orphans: Ints,
) -> int:
    """Push what fits from a pixel with excess over a tree pixel to the sink; count orphans."""
    first = source + step_to(direction, stride)
    amount = min(excess[source], capacity[direction, source])
    at = first
    while parent[at] != TERMINAL:
        up = parent[at]
        amount = min(amount, capacity[up, at])
        at += step_to(up, stride)
    amount = min(amount, -excess[at])

    excess[source] -= amount
    if excess[source] == 0:
        side[source] = FREE
    capacity[direction, source] -= amount
    capacity[direction ^ 1, first] += amount
    count = 0
    at = first
    while parent[at] != TERMINAL:
        up = parent[at]
        above = at + step_to(up, stride)
        capacity[up, at] -= amount
        capacity[up ^ 1, above] += amount
        if capacity[up, at] == 0:
            parent[at] = ORPHAN
            orphans[count] = at
            count += 1
        at = above
    excess[at] += amount
    if excess[at] == 0:
        parent[at] = ORPHAN
        orphans[count] = at
        count += 1
    return count


@njit(cache=True, forceinline=True)
def _enqueue(pixel: int, tail: int, queue: Ints, queued: Flags) -> int:
    """Append a pixel to the ring unless it waits there already; returns the new tail."""
    if queued[pixel]:
        return tail
    queued[pixel] = True
    queue[tail] = pixel
    return tail + 1 if tail + 1 < queue.size else 0


@njit(cache=True, forceinline=True)
def _adopt(
    count: int,
    time: int,
    tail: int,
    stride: int,
    capacity: Ints,
    side: Bytes,
    parent: Bytes,
    distance: Ints,
    stamp: Ints,
    queue: Ints,
    queued: Flags,
    orphans: Ints,
) -> int:
    """Find the nearest valid parent for each orphan, or set it free; returns the ring's tail."""
    index = 0
    while index < count:
        orphan = orphans[index]
        index += 1
        best = ORPHAN
        nearest = FAR
        for direction in range(4):
            neighbor = orphan + step_to(direction, stride)
            if side[neighbor] == SINK and capacity[direction, orphan] > 0:
                steps = _distance_to_sink(neighbor, time, stride, parent, distance, stamp)
                if steps < nearest:
                    nearest = steps
                    best = direction
        if best != ORPHAN:
            parent[orphan] = best
            stamp[orphan] = time
            distance[orphan] = nearest + 1
            continue
        side[orphan] = FREE
        for direction in range(4):
            neighbor = orphan + step_to(direction, stride)
            if side[neighbor] != SINK:
                continue
            if capacity[direction, orphan] > 0:
                tail = _enqueue(neighbor, tail, queue, queued)
            if parent[neighbor] == (direction ^ 1):
                parent[neighbor] = ORPHAN
                orphans[count] = neighbor
                count += 1
    return tail


@njit(cache=True)
def maximum_flow(flow: Flow, seeds: Ints) -> None:
    """Saturate the graph; `side` ends as SINK on the sink's side of the smallest minimum cut.

    `excess` and `capacity` are overwritten with their residuals. `side` must be given by the sign
    of `excess`, and `seeds` list the pixels where it is negative.
    """
    # Numba counts references at every access to a field: unpack once.
    stride, excess, capacity, side, parent, distance, stamp, queue, queued, orphans = flow
    head, tail, time = 0, 0, 0
    for pixel in seeds:
        parent[pixel] = TERMINAL
        stamp[pixel] = 0
        distance[pixel] = 1
        tail = _enqueue(pixel, tail, queue, queued)
    while head != tail:
        pixel = queue[head]
        head = head + 1 if head + 1 < queue.size else 0
        queued[pixel] = False
        direction = 0
        while direction < 4 and side[pixel] == SINK:
            neighbor = pixel + step_to(direction, stride)
            back = direction ^ 1
            if capacity[back, neighbor] == 0:
                direction += 1
            elif side[neighbor] == SOURCE:
                # The same neighbor is looked at again until it or the arc is exhausted.
                time += 1
                count = _augment(neighbor, back, stride, excess, capacity, side, parent, orphans)
                tail = _adopt(
                    count,
                    time,
                    tail,
                    stride,
                    capacity,
                    side,
                    parent,
                    distance,
                    stamp,
                    queue,
                    queued,
                    orphans,
                )
            else:
                grown = side[neighbor] == FREE
                nearer = stamp[neighbor] <= stamp[pixel] and distance[neighbor] > distance[pixel]
                if grown or nearer:
                    side[neighbor] = SINK
                    parent[neighbor] = back
                    stamp[neighbor] = stamp[pixel]
                    distance[neighbor] = distance[pixel] + 1
                if grown:
                    tail = _enqueue(neighbor, tail, queue, queued)
                direction += 1
