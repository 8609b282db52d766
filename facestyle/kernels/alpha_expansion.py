"""Alpha-expansion on a 4-connected grid, each move an exact minimum cut from a warm start.

Y. Boykov, O. Veksler and R. Zabih, "Fast Approximate Energy Minimization via Graph Cuts", PAMI
2001. As in FastPD (N. Komodakis, G. Tziritas, N. Paragios, "Performance vs Computational
Efficiency for Optimizing Single and Dynamic MRFs", CVIU 2008) messages shift costs between pixels
and edges without changing the energy of any labeling; the flow of each cut is added to them, so
that no later cut has to find it again. Costs are integers, so that flows are exact.
"""

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input
from facestyle.kernels.compiling import compiled
from facestyle.kernels.expansion_state import Edges, State, start
from facestyle.kernels.grid_maxflow import FREE, SINK, SOURCE, Flow, _maximum_flow
from facestyle.kernels.grid_messages import GridCosts, checked_costs

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]

_HALF = np.float32(0.5)


def expand(
    labels: Ints, costs: GridCosts, messages: Floats, *, scale: float, max_sweeps: int
) -> tuple[Ints, int]:
    """Expand label after label until none lowers the energy.

    Parameters
    ----------
    labels : (h, w) int32
        To start from, in [0, K).
    costs : GridCosts
        Its table is a metric.
    messages : (h, w, 4, K) float32
        From `facestyle.kernels.grid_messages.pass_messages`.
    scale : float
        Costs times this are rounded to whole numbers; no cost may become more than 2^26.
    max_sweeps : int
        At most so many rounds over all labels.

    Returns
    -------
    labels : (h, w) int32
    moves : int
        How many expansions were tried.

    Raises
    ------
    ValueError
        An array has another type or shape, or there is no such label.
    """
    costs = checked_costs(costs)
    height, width, count = costs.unary.shape
    labels = as_input("labels", labels, np.int32, (height, width))
    messages = as_input("messages", messages, np.float32, (height, width, 4, count))
    if labels.size and not (labels.min() >= 0 and labels.max() < count):
        raise ValueError(
            f"labels: found {labels.min()} to {labels.max()}, expected 0 to {count - 1}"
        )
    state, across, along, flow, room = start(labels, costs, scale)
    _absorb_messages(costs.unary, messages, float(scale), state.costs, across, along)
    moves = _expand(state, across, along, flow, room, int(max_sweeps))
    padded = state.labels.reshape(height + 2, width + 2)
    return np.ascontiguousarray(padded[1:-1, 1:-1]), int(moves)


def expand_nothing() -> None:
    """Compile the moves alone, on a grid of one pixel."""
    nothing = np.zeros((1, 1), np.float64)
    costs = GridCosts(
        np.zeros((1, 1, 1), np.float32), np.zeros((1, 1), np.float32), nothing[:, :0], nothing[:0]
    )
    _expand(*start(np.zeros((1, 1), np.int32), checked_costs(costs), 1.0), 0)


@compiled(inline=True)
def _scatter(values: Floats, scale: float, target: Ints, start: int) -> None:
    """Write one pixel's costs per label, as integers, into the column of a (K, n) array."""
    for k in range(values.size):
        target[k, start] = np.int32(values[k] * scale + _HALF)


@compiled
def _absorb_messages(
    unary: Floats,
    messages: Floats,
    scale: float,
    costs: Ints,
    across: Edges,
    along: Edges,
) -> None:
    """Fill the integer messages of the edges, and costs (K, n) = unary + all messages in."""
    height, width, count = unary.shape
    stride = along.step
    factor = np.float32(scale)
    for y in range(height):
        for x in range(width):
            i = (y + 1) * stride + x + 1
            into = messages[y, x]
            _scatter(unary[y, x], factor, costs, i)
            _scatter(into[0], factor, across.to_first, i)
            _scatter(into[1], factor, across.to_second, i - 1)
            _scatter(into[2], factor, along.to_first, i)
            _scatter(into[3], factor, along.to_second, i - stride)
    for k in range(count):
        for i in range(stride, costs.shape[1] - stride):
            costs[k, i] += (
                across.to_first[k, i]
                + across.to_second[k, i - 1]
                + along.to_first[k, i]
                + along.to_second[k, i - stride]
            )


@compiled(inline=True)
def _refresh(edges: Edges, i: int, labels: Ints, table: Floats) -> None:
    """Bring what an edge remembers of the present labels up to date."""
    first, second = labels[i], labels[i + edges.step]
    cost = np.int32(edges.weight[i] * table[first, second] + _HALF)
    edges.first_now[i] = edges.to_first[first, i]
    edges.cost_now[i] = cost
    edges.slack_now[i] = edges.to_first[first, i] + edges.to_second[second, i] - cost


@compiled(part=True)
def _link(
    alpha: int, distance: Floats, distance_next: Floats, edges: Edges, out: Ints, back: Ints
) -> None:
    """Fill one direction's arcs of the graph of a move to alpha.

    With x, y = 1 where the first and second pixel switch, an edge that costs C when both stay, A
    when the first, B when the second, D when none stays is
    C + a x + b y + (A - C - b) (1 - x) y + (B - C - a) x (1 - y)  for any a + b = D - C.
    Capacities are >= 0 for D - A <= a <= B - C; the middle shares the cost evenly.
    """
    to_first = edges.to_first[alpha]
    to_second = edges.to_second[alpha]
    for i in range(out.size):
        change = np.int32(edges.first_now[i] - to_first[i])
        stay_first = np.int32(edges.weight[i] * distance[i] + _HALF)
        stay_second = np.int32(edges.weight[i] * distance_next[i] + _HALF)
        low = np.int32(change - stay_first)
        high = np.int32(change + np.int32(stay_second - edges.cost_now[i]))
        both = np.int32(edges.slack_now[i] - np.int32(to_first[i] + to_second[i]))
        share = min(max(np.int32(both >> 1), low), high)
        edges.share_first[i] = share
        edges.share_second[i] = np.int32(both - share)
        # Rounding may break the triangle inequality by one unit.
        capacity = max(np.int32(share - low), np.int32(0))
        edges.capacity[i] = capacity
        out[i] = capacity
        back[i] = np.int32(high - share)


@compiled(part=True)
def _build_move(
    alpha: int,
    costs: Ints,
    own: Ints,
    distance: Floats,
    across: Edges,
    along: Edges,
    flow: Flow,
    seeds: Ints,
) -> int:
    """Set up the graph of a move to alpha; returns how many pixels would gain, listed in seeds."""
    size, stride = own.size, flow.stride
    for direction, edges in ((0, across), (2, along)):
        last = size - edges.step
        out = flow.capacity[direction, :last]
        back = flow.capacity[direction + 1, edges.step :]
        _link(alpha, distance[:last], distance[edges.step :], edges, out, back)
    cost = costs[alpha]
    count = 0
    for i in range(stride, size - stride):
        excess = (cost[i] - own[i]) + across.share_first[i] + along.share_first[i]
        excess += across.share_second[i - 1] + along.share_second[i - stride]
        flow.excess[i] = excess
        flow.side[i] = SOURCE if excess > 0 else FREE
        if excess < 0:
            flow.side[i] = SINK
            seeds[count] = i
            count += 1
    return count


@compiled(part=True)
def _keep_flow(alpha: int, edges: Edges, residual: Ints, cost: Ints) -> None:
    """Add the flow over the edges to alpha's messages, and move it between the pixels' costs."""
    to_first = edges.to_first[alpha]
    to_second = edges.to_second[alpha]
    for i in range(cost.size - edges.step):
        amount = edges.capacity[i] - residual[i]
        if amount != 0:
            to_first[i] -= amount
            to_second[i] += amount
            cost[i] -= amount
            cost[i + edges.step] += amount


@compiled(part=True)
def _switch(
    alpha: int, state: State, across: Edges, along: Edges, flow: Flow, changed: Ints
) -> int:
    """Give alpha to the sink's side of the cut; returns how many pixels that are."""
    costs, own, labels, table = state
    stride = flow.stride
    count = 0
    for i in range(stride, labels.size - stride):
        if flow.side[i] == SINK:
            labels[i] = alpha
            own[i] = costs[alpha, i]
            changed[count] = i
            count += 1
    for n in range(count):
        pixel = int(changed[n])
        _refresh(across, pixel, labels, table)
        _refresh(across, pixel - 1, labels, table)
        _refresh(along, pixel, labels, table)
        _refresh(along, pixel - stride, labels, table)
    return count


@compiled
def _expand(
    state: State,
    across: Edges,
    along: Edges,
    flow: Flow,
    room: tuple[Floats, Ints],
    max_sweeps: int,
) -> int:
    """Change the labels in place; returns the number of moves."""
    costs, own, labels, table = state
    size, stride = labels.size, flow.stride
    label_count = costs.shape[0]
    distance, pixels = room
    for i in range(stride, size - stride):
        own[i] = costs[labels[i], i]
    for i in range(size - stride):
        _refresh(across, i, labels, table)
        _refresh(along, i, labels, table)
    idle = 0
    for move in range(max_sweeps * label_count):
        alpha = move % label_count
        for i in range(size):
            distance[i] = table[alpha, labels[i]]
        count = _build_move(alpha, costs, own, distance, across, along, flow, pixels)
        switched = 0
        if count > 0:
            _maximum_flow(flow, pixels[:count])
            _keep_flow(alpha, across, flow.capacity[0], costs[alpha])
            _keep_flow(alpha, along, flow.capacity[2], costs[alpha])
            switched = _switch(alpha, state, across, along, flow, pixels)
        idle = 0 if switched else idle + 1
        if idle == label_count:
            return move + 1
    return max_sweeps * label_count
