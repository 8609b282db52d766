"""Maximum flow on a 4-connected grid by one search tree that grows from the sink.

Y. Boykov and V. Kolmogorov, "An Experimental Comparison of Min-Cut/Max-Flow Algorithms for Energy
Minimization in Vision", PAMI 2004, section 3, with the source's tree left out: expansion moves
that start near their optimum have few pixels on the sink's side, and only these are ever visited.

Neighbors are implicit. Pixel i of the padded grid (one unused pixel all round, flattened) has the
neighbors i + 1, i - 1, i + stride, i - stride, in this order of directions; direction ^ 1 is the
way back.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.compiling import compiled
from facestyle.kernels.pointers import pointer

Ints = NDArray[np.int32]
Bytes = NDArray[np.int8]

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
    queued: Bytes  # 1 for those in `queue`
    orphans: Ints


class _Graph(NamedTuple):
    """A `Flow` as pointers and numbers: Numba counts references at every access to an array."""

    stride: int
    size: int  # n
    excess: Any
    capacity: Any  # of a pixel in a direction: at direction * n + pixel
    side: Any
    parent: Any
    distance: Any
    stamp: Any
    queue: Any
    queued: Any
    orphans: Any


def make_flow(size: int, stride: int) -> Flow:
    """Room for graphs on a padded grid of a size, with no arcs."""
    capacity = np.zeros((4, size), np.int32)
    excess, distance, stamp, orphans = np.zeros((4, size), np.int32)
    side, parent, queued = np.zeros((3, size), np.int8)
    queue = np.zeros(size + 1, np.int32)
    return Flow(stride, excess, capacity, side, parent, distance, stamp, queue, queued, orphans)


@compiled(inline=True)
def _step_to(direction: int, stride: int) -> int:
    """Distance in memory to the neighbor in a direction."""
    if direction == 0:
        return 1
    if direction == 1:
        return -1
    if direction == 2:
        return stride
    return -stride


@compiled(inline=True)
def _distance_to_sink(graph: _Graph, pixel: int, time: int) -> int:
    """Steps up the tree to the sink, or FAR below an orphan; remembers them along the way."""
    steps = 0
    at = pixel
    while graph.stamp[at] != time:
        up = graph.parent[at]
        if up == ORPHAN:
            return FAR
        steps += 1
        if up == TERMINAL:
            break
        at += _step_to(np.int64(up), graph.stride)
    else:
        steps += graph.distance[at]
    mark = steps
    at = pixel
    while graph.stamp[at] != time:
        graph.stamp[at] = time
        graph.distance[at] = mark
        mark -= 1
        if graph.parent[at] == TERMINAL:
            break
        at += _step_to(np.int64(graph.parent[at]), graph.stride)
    return steps


@compiled(inline=True)
def _room(graph: _Graph, source: int, direction: int) -> int:
    """What fits from a pixel with excess over a tree pixel to the sink."""
    amount = min(graph.excess[source], graph.capacity[direction * graph.size + source])
    at = source + _step_to(direction, graph.stride)
    while graph.parent[at] != TERMINAL:
        up = graph.parent[at]
        amount = min(amount, graph.capacity[up * graph.size + at])
        at += _step_to(np.int64(up), graph.stride)
    return min(amount, -graph.excess[at])


@compiled(inline=True)
def _augment(graph: _Graph, source: int, direction: int) -> int:
    """Push what fits from a pixel with excess over a tree pixel to the sink; count orphans."""
    size, capacity, parent = graph.size, graph.capacity, graph.parent
    amount = _room(graph, source, direction)
    at = source + _step_to(direction, graph.stride)
    graph.excess[source] -= amount
    if graph.excess[source] == 0:
        graph.side[source] = FREE
    capacity[direction * size + source] -= amount
    capacity[(direction ^ 1) * size + at] += amount
    count = 0
    while parent[at] != TERMINAL:
        up = parent[at]
        above = at + _step_to(np.int64(up), graph.stride)
        capacity[up * size + at] -= amount
        capacity[(up ^ 1) * size + above] += amount
        if capacity[up * size + at] == 0:
            parent[at] = ORPHAN
            graph.orphans[count] = at
            count += 1
        at = above
    graph.excess[at] += amount
    if graph.excess[at] == 0:
        parent[at] = ORPHAN
        graph.orphans[count] = at
        count += 1
    return count


@compiled(inline=True)
def _enqueue(graph: _Graph, pixel: int, tail: int) -> int:
    """Append a pixel to the ring unless it waits there already; returns the new tail."""
    if graph.queued[pixel]:
        return tail
    graph.queued[pixel] = 1
    graph.queue[tail] = pixel
    return tail + 1 if tail < graph.size else 0


@compiled(inline=True)
def _adopt(graph: _Graph, count: int, time: int, tail: int) -> int:
    """Find the nearest valid parent for each orphan, or set it free; returns the ring's tail."""
    index = 0
    while index < count:
        orphan = np.int64(graph.orphans[index])
        index += 1
        best = ORPHAN
        nearest = FAR
        for direction in range(4):
            neighbor = orphan + _step_to(direction, graph.stride)
            open_arc = graph.capacity[direction * graph.size + orphan] > 0
            if graph.side[neighbor] == SINK and open_arc:
                steps = _distance_to_sink(graph, neighbor, time)
                if steps < nearest:
                    nearest = steps
                    best = direction
        if best != ORPHAN:
            graph.parent[orphan] = best
            graph.stamp[orphan] = time
            graph.distance[orphan] = nearest + 1
            continue
        graph.side[orphan] = FREE
        for direction in range(4):
            neighbor = orphan + _step_to(direction, graph.stride)
            if graph.side[neighbor] != SINK:
                continue
            if graph.capacity[direction * graph.size + orphan] > 0:
                tail = _enqueue(graph, neighbor, tail)
            if graph.parent[neighbor] == (direction ^ 1):
                graph.parent[neighbor] = ORPHAN
                graph.orphans[count] = neighbor
                count += 1
    return tail


@compiled(inline=True)
def _grow(graph: _Graph, pixel: int, direction: int, tail: int) -> int:
    """Let a tree pixel take a free neighbor, or lead one nearer; returns the ring's tail."""
    neighbor = pixel + _step_to(direction, graph.stride)
    distance, stamp = graph.distance, graph.stamp
    grown = graph.side[neighbor] == FREE
    if grown or (stamp[neighbor] <= stamp[pixel] and distance[neighbor] > distance[pixel]):
        graph.side[neighbor] = SINK
        graph.parent[neighbor] = direction ^ 1
        stamp[neighbor] = stamp[pixel]
        distance[neighbor] = distance[pixel] + 1
    return _enqueue(graph, neighbor, tail) if grown else tail


@compiled(inline=True)
def _take_pointers(flow: Flow) -> _Graph:
    """Take the pointers; the caller keeps the arrays."""
    return _Graph(
        flow.stride,
        flow.excess.size,
        pointer(flow.excess),
        pointer(flow.capacity),
        pointer(flow.side),
        pointer(flow.parent),
        pointer(flow.distance),
        pointer(flow.stamp),
        pointer(flow.queue),
        pointer(flow.queued),
        pointer(flow.orphans),
    )


@compiled(part=True)
def _maximum_flow(flow: Flow, seeds: Ints) -> None:
    """Saturate the graph; `side` ends as SINK on the sink's side of the smallest minimum cut.

    `excess` and `capacity` are overwritten with their residuals. `side` must be given by the sign
    of `excess`, and `seeds` list the pixels where it is negative.
    """
    graph = _take_pointers(flow)
    # integers of one type only: what these functions call is compiled for each type anew
    zero: int = np.int64(0)  # type: ignore[assignment]
    head, tail, time = zero, zero, zero
    for number in range(seeds.size):
        pixel = np.int64(seeds[number])
        graph.parent[pixel] = TERMINAL
        graph.stamp[pixel] = 0
        graph.distance[pixel] = 1
        tail = _enqueue(graph, pixel, tail)
    while head != tail:
        pixel = np.int64(graph.queue[head])
        head = head + 1 if head < graph.size else 0
        graph.queued[pixel] = 0
        direction = zero
        while direction < 4 and graph.side[pixel] == SINK:
            neighbor = pixel + _step_to(direction, graph.stride)
            back = direction ^ 1
            if graph.capacity[back * graph.size + neighbor] == 0:
                direction += 1
            elif graph.side[neighbor] == SOURCE:
                # The same neighbor is looked at again until it or the arc is exhausted.
                time += 1
                tail = _adopt(graph, _augment(graph, neighbor, back), time, tail)
            else:
                tail = _grow(graph, pixel, direction, tail)
                direction += 1
