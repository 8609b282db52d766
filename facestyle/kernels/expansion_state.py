"""What alpha-expansion works in: the labeling, messages over the edges, a graph for the cuts."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.grid_maxflow import Flow, make_flow
from facestyle.kernels.grid_messages import GridCosts

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


class Edges(NamedTuple):
    """All edges of one direction; entry i is the edge from pixel i to its neighbor i + step."""

    step: int
    weight: Floats  # (n,), 0 where there is no neighbor
    to_first: Ints  # (K, n), message into the edge's first pixel, by its label
    to_second: Ints  # (K, n), into its second pixel
    # At the present labels (n,): message into the first pixel, cost of the edge, and what the
    # messages leave of it (negated).
    first_now: Ints
    cost_now: Ints
    slack_now: Ints
    # Of the present move (n,): the edge's part in the excess of its pixels, its capacity.
    share_first: Ints
    share_second: Ints
    capacity: Ints


class State(NamedTuple):
    """The present labeling."""

    costs: Ints  # (K, n), unary costs plus all messages in
    own: Ints  # (n,), those of the present labels
    labels: Ints  # (n,)
    table: Floats  # (K, K)


Start = tuple[State, Edges, Edges, Flow, tuple[Floats, Ints]]


def start(labels: Ints, costs: GridCosts, scale: float) -> Start:
    """Make room for the kernels, with a border of one pixel and no messages yet.

    Parameters
    ----------
    labels : (h, w) int32
        To start from.
    costs : GridCosts
    scale : float
        Of the costs.

    Returns
    -------
    state : State
    across, along : Edges
        To the right and below.
    flow : Flow
    room : (n,) float32, (n,) int32
        For whatever a move needs.
    """
    height, width, count = costs.unary.shape
    stride = width + 2
    padded = np.zeros((height + 2, stride), np.int32)
    padded[1:-1, 1:-1] = labels
    weights = np.zeros((2, height + 2, stride), np.float32)
    weights[0, 1:-1, 1:-2] = costs.horizontal * scale
    weights[1, 1:-2, 1:-1] = costs.vertical * scale
    across = _make_edges(1, weights[0].ravel(), count)
    along = _make_edges(stride, weights[1].ravel(), count)
    sums, own = np.zeros((count, padded.size), np.int32), np.zeros(padded.size, np.int32)
    state = State(sums, own, padded.reshape(-1), costs.table)
    room = np.zeros(padded.size, np.float32), np.empty(padded.size, np.int32)
    return state, across, along, make_flow(padded.size, stride), room


def _make_edges(step: int, weight: Floats, label_count: int) -> Edges:
    """Edges with no messages yet; weight is flat, on the padded grid."""
    messages = np.zeros((2, label_count, weight.size), np.int32)
    state = np.zeros((6, weight.size), np.int32)
    return Edges(step, weight, messages[0], messages[1], *state)
