"""Alpha-expansion moves on a 4-connected grid, each an exact minimum cut.

Y. Boykov, O. Veksler and R. Zabih, "Fast Approximate Energy Minimization via Graph Cuts", PAMI
2001. Grids are padded by one unused pixel all round and flattened (see `grid_maxflow`).
"""

import numpy as np
from numba import njit

from facestyle.kernels.grid_maxflow import SETTLED, SINK, _step, maximum_flow, workspace

OUT, WAITING, IN = 0, 1, 2


@njit(cache=True)
def _build_move(alpha, pixels, labels, unary, table, right, down, stride, excess, capacity, state):
    """Fill the graph of one move: x = 1 (sink side) switches a pixel to alpha.

    An edge with the costs C (both stay), A (first stays), B (second stays), 0 (both switch) is
    C + a x + b y + (A - C - b) (1 - x) y + (B - C - a) x (1 - y) for any a + b = -C: a near -C/2
    shares the cost between the two pixels.
    """
    for i in pixels:
        label = labels[i]
        state[i] = IN if label != alpha else OUT
        excess[i] = unary[alpha, i] - unary[label, i]
        capacity[i, 0] = 0
        capacity[i, 1] = 0
        capacity[i, 2] = 0
        capacity[i, 3] = 0
    for i in pixels:
        label = labels[i]
        for direction in (0, 2):
            if direction == 0:
                weight = right[i]
                j = i + 1
            else:
                weight = down[i]
                j = i + stride
            if weight == 0:
                continue
            other = labels[j]
            stay_first = int(weight * table[label, alpha] + 0.5)
            stay_second = int(weight * table[alpha, other] + 0.5)
            if label == alpha:
                excess[j] -= stay_second
            elif other == alpha:
                excess[i] -= stay_first
            else:
                stay_both = int(weight * table[label, other] + 0.5)
                share = max(min(-(stay_both >> 1), stay_second - stay_both), -stay_first)
                excess[i] += share
                excess[j] -= stay_both + share
                capacity[i, direction] = max(stay_first + share, 0)
                capacity[j, direction ^ 1] = max(stay_second - stay_both - share, 0)


@njit(cache=True)
def _settle(pixels, excess, capacity, state, tree, stack, stride):
    """Decide pixels whose terminal outweighs all their arcs, and pass their flow on; exact.

    Returns the number of pixels left, listed at the start of `stack`.
    """
    count = 0
    for i in pixels:
        tree[i] = 0
        if state[i] == IN:
            state[i] = WAITING
            stack[count] = i
            count += 1
    while count > 0:
        count -= 1
        i = stack[count]
        state[i] = IN
        outgoing = 0
        incoming = 0
        for direction in range(4):
            outgoing += capacity[i, direction]
            incoming += capacity[i + _step(direction, stride), direction ^ 1]
        if excess[i] >= outgoing:
            sign = 1
        elif excess[i] < -incoming:
            sign = -1
            tree[i] = SETTLED
        else:
            continue
        state[i] = OUT
        for direction in range(4):
            j = i + _step(direction, stride)
            flow = capacity[i, direction] if sign > 0 else -capacity[j, direction ^ 1]
            capacity[i, direction] = 0
            capacity[j, direction ^ 1] = 0
            if state[j] != OUT:
                excess[j] += flow
                if state[j] == IN:
                    state[j] = WAITING
                    stack[count] = j
                    count += 1
    for i in pixels:
        if state[i] == IN:
            stack[count] = i
            count += 1
    return count


@njit(cache=True)
def expand(labels, unary, table, right, down, pixels, stride, max_sweeps):
    """Expand label after label until none lowers the energy; `labels` is changed in place."""
    size = labels.size
    label_count = unary.shape[0]
    excess = np.zeros(size, np.int32)
    capacity = np.zeros((size, 4), np.int32)
    state = np.zeros(size, np.int8)
    tree = np.zeros(size, np.int8)
    stack = np.empty(size, np.int32)
    work = workspace(size)
    idle = 0
    moves = 0
    for move in range(max_sweeps * label_count):
        alpha = move % label_count
        _build_move(
            alpha, pixels, labels, unary, table, right, down, stride, excess, capacity, state
        )
        count = _settle(pixels, excess, capacity, state, tree, stack, stride)
        if count > 0:
            maximum_flow(stack[:count], excess, capacity, tree, work, stride)
        moves += 1
        switched = 0
        for i in pixels:
            if tree[i] >= SINK:
                labels[i] = alpha
                switched += 1
        idle = 0 if switched else idle + 1
        if idle == label_count:
            break
    return moves
