"""Maximum flow on a 4-connected grid by Boykov and Kolmogorov's augmenting search trees.

Y. Boykov and V. Kolmogorov, "An Experimental Comparison of Min-Cut/Max-Flow Algorithms for Energy
Minimization in Vision", PAMI 2004, section 3. Neighbours are implicit: pixel i of the padded grid
(one unused pixel all round) has the neighbours i + 1, i - 1, i + stride, i - stride, in this order
of directions, so that direction ^ 1 is the way back.
"""

import numpy as np
from numba import njit

FREE, SOURCE, SINK, SETTLED = 0, 1, 2, 3
# Values of `parent` beside the four directions.
TERMINAL, ORPHAN = 4, 5
FAR = 1 << 30


@njit(cache=True)
def _step(direction, stride):
    """Distance in memory to the neighbour in a direction."""
    if direction == 0:
        return 1
    if direction == 1:
        return -1
    if direction == 2:
        return stride
    return -stride


@njit(cache=True)
def _origin_distance(node, parent, stamp, distance, time, stride):
    """Steps from a node up to its terminal, or FAR when its tree was cut off; marks the path."""
    steps = 0
    at = node
    while stamp[at] != time:
        up = parent[at]
        if up == ORPHAN:
            return FAR
        steps += 1
        if up == TERMINAL:
            break
        at += _step(up, stride)
    else:
        steps += distance[at]
    mark = steps
    at = node
    while stamp[at] != time:
        stamp[at] = time
        distance[at] = mark
        mark -= 1
        if parent[at] == TERMINAL:
            break
        at += _step(parent[at], stride)
    return steps


@njit(cache=True)
def _augment(start, direction, excess, capacity, parent, orphans, stride):
    """Push the bottleneck along source .. start -> neighbour .. sink; returns (flow, orphans)."""
    end = start + _step(direction, stride)
    flow = capacity[start, direction]
    node = start
    while parent[node] != TERMINAL:
        up = parent[node]
        node += _step(up, stride)
        flow = min(flow, capacity[node, up ^ 1])
    flow = min(flow, excess[node])
    node = end
    while parent[node] != TERMINAL:
        up = parent[node]
        flow = min(flow, capacity[node, up])
        node += _step(up, stride)
    flow = min(flow, -excess[node])

    count = 0
    capacity[start, direction] -= flow
    capacity[end, direction ^ 1] += flow
    node = start
    while parent[node] != TERMINAL:
        up = parent[node]
        above = node + _step(up, stride)
        capacity[node, up] += flow
        capacity[above, up ^ 1] -= flow
        if capacity[above, up ^ 1] == 0:
            parent[node] = ORPHAN
            orphans[count] = node
            count += 1
        node = above
    excess[node] -= flow
    if excess[node] == 0:
        parent[node] = ORPHAN
        orphans[count] = node
        count += 1
    node = end
    while parent[node] != TERMINAL:
        up = parent[node]
        above = node + _step(up, stride)
        capacity[node, up] -= flow
        capacity[above, up ^ 1] += flow
        if capacity[node, up] == 0:
            parent[node] = ORPHAN
            orphans[count] = node
            count += 1
        node = above
    excess[node] += flow
    if excess[node] == 0:
        parent[node] = ORPHAN
        orphans[count] = node
        count += 1
    return flow, count


@njit(cache=True)
def maximum_flow(nodes, excess, capacity, tree, work, stride):
    """Saturate the grid; afterwards `tree` is SINK exactly where the sink side of the cut is.

    nodes: indices of the pixels that take part. excess (n,) int32: capacity from the source
    (positive) or to the sink (negative); capacity (n, 4) int32: of the arcs to the neighbours,
    zero towards and from pixels that take no part. Both are overwritten with their residuals.
    tree (n,) int8: output. work: see `workspace`. The sink's side is the smallest one possible.
    """
    parent, stamp, distance, queue, queued, orphans = work
    size = queue.size
    head, tail = 0, 0
    for node in nodes:
        stamp[node] = 0
        distance[node] = 1
        parent[node] = TERMINAL
        queued[node] = False
        if excess[node] == 0:
            tree[node] = FREE
            continue
        tree[node] = SOURCE if excess[node] > 0 else SINK
        queue[tail] = node
        tail += 1
        queued[node] = True
    if tail == size:
        tail = 0

    time = 0
    pending = -1
    while True:
        node = pending
        pending = -1
        if node < 0 or tree[node] == FREE:
            if head == tail:
                break
            node = queue[head]
            head += 1
            if head == size:
                head = 0
            queued[node] = False
            side = tree[node]
            if side == FREE:
                continue
        side = tree[node]
        # Growth: claim free neighbours until a neighbour belongs to the other tree.
        start = -1
        link = 0
        for direction in range(4):
            neighbour = node + _step(direction, stride)
            if side == SOURCE:
                open_arc = capacity[node, direction] > 0
            else:
                open_arc = capacity[neighbour, direction ^ 1] > 0
            if not open_arc:
                continue
            other = tree[neighbour]
            if other == FREE:
                tree[neighbour] = side
                parent[neighbour] = direction ^ 1
                stamp[neighbour] = stamp[node]
                distance[neighbour] = distance[node] + 1
                if not queued[neighbour]:
                    queued[neighbour] = True
                    queue[tail] = neighbour
                    tail += 1
                    if tail == size:
                        tail = 0
            elif other != side:
                if side == SOURCE:
                    start, link = node, direction
                else:
                    start, link = neighbour, direction ^ 1
                break
            elif stamp[neighbour] <= stamp[node] and distance[neighbour] > distance[node]:
                parent[neighbour] = direction ^ 1
                stamp[neighbour] = stamp[node]
                distance[neighbour] = distance[node] + 1
        if start < 0:
            continue
        pending = node
        time += 1
        _, count = _augment(start, link, excess, capacity, parent, orphans, stride)

        # Adoption: give each orphan the nearest valid parent, else set it free.
        index = 0
        while index < count:
            orphan = orphans[index]
            index += 1
            side = tree[orphan]
            best = ORPHAN
            nearest = FAR
            for direction in range(4):
                neighbour = orphan + _step(direction, stride)
                if tree[neighbour] != side:
                    continue
                if side == SOURCE:
                    open_arc = capacity[neighbour, direction ^ 1] > 0
                else:
                    open_arc = capacity[orphan, direction] > 0
                if open_arc:
                    steps = _origin_distance(neighbour, parent, stamp, distance, time, stride)
                    if steps < nearest:
                        nearest = steps
                        best = direction
            if best != ORPHAN:
                parent[orphan] = best
                stamp[orphan] = time
                distance[orphan] = nearest + 1
                continue
            tree[orphan] = FREE
            for direction in range(4):
                neighbour = orphan + _step(direction, stride)
                if tree[neighbour] != side:
                    continue
                if side == SOURCE:
                    open_arc = capacity[neighbour, direction ^ 1] > 0
                else:
                    open_arc = capacity[orphan, direction] > 0
                if open_arc and not queued[neighbour]:
                    queued[neighbour] = True
                    queue[tail] = neighbour
                    tail += 1
                    if tail == size:
                        tail = 0
                if parent[neighbour] == (direction ^ 1):
                    parent[neighbour] = ORPHAN
                    orphans[count] = neighbour
                    count += 1


@njit(cache=True)
def workspace(size):
    """Arrays that `maximum_flow` uses: parent, stamp, distance, queue, queued, orphans."""
    return (
        np.zeros(size, np.int8),
        np.zeros(size, np.int32),
        np.zeros(size, np.int32),
        np.zeros(size + 1, np.int32),
        np.zeros(size, np.bool_),
        np.zeros(size, np.int32),
    )
