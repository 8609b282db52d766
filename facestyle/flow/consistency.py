"""Which vectors of a flow can be trusted.

Ruder, Dosovitskiy, Brox: Artistic Style Transfer for Videos. GCPR 2016 (arXiv:1604.08610, sections
4.2 and 4.3). Its two tests are those of Sundaram, Brox, Keutzer: Dense Point Trajectories by
GPU-Accelerated Large Displacement Optical Flow. ECCV 2010.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import UsageError
from facestyle.flow.warping import check_flow

Flow = NDArray[np.float32]
Weight = NDArray[np.float32]


def find_disocclusions(flow: Flow, opposite: Flow) -> NDArray[np.bool_]:
    """Find the points that have no counterpart in the other picture.

    There and back must lead to the same point: a point is disoccluded where, with w its vector
    and w' the opposite vector at the place it points to,
    ``|w + w'|^2 > 0.01 (|w|^2 + |w'|^2) + 0.5`` (Ruder et al. 2016, section 4.2). Vectors that
    leave the picture count as disoccluded, and so do unknown ones (NaN).

    Parameters
    ----------
    flow : (H, W, 2) float32
        From the picture whose points are judged to the other one, in pixels: for the weights of
        the present frame, the flow from it to the previous frame.
    opposite : (H, W, 2) float32
        From the other picture back.

    Returns
    -------
    (H, W) bool
    """
    return _judge(flow, opposite, disocclusions=True, boundaries=False) == 0


def find_motion_boundaries(flow: Flow) -> NDArray[np.bool_]:
    """Find the points where a flow changes abruptly and is therefore imprecise.

    ``|grad u|^2 + |grad v|^2 > 0.01 |w|^2 + 0.002`` (Ruder et al. 2016, section 4.2; gradients by
    central differences).

    Parameters
    ----------
    flow : (H, W, 2) float32
        In pixels.

    Returns
    -------
    (H, W) bool
    """
    return _judge(flow, flow, disocclusions=False, boundaries=True) == 0


def flow_reliability(flow: Flow, opposite: Flow, *, boundaries: bool = True) -> Weight:
    """Weigh every vector of a flow: 0 at disocclusions and motion boundaries, 1 elsewhere.

    Parameters
    ----------
    flow, opposite : (H, W, 2) float32
        As for `find_disocclusions`.
    boundaries : bool
        Whether motion boundaries lose their weight too.

    Returns
    -------
    (H, W) float32, 0 or 1
        The weights c of Ruder et al. 2016, on the grid of `flow`.
    """
    return _judge(flow, opposite, disocclusions=True, boundaries=boundaries)


def long_term_weights(weights: Mapping[int, Weight]) -> dict[int, Weight]:
    """Let every point be bound to the nearest earlier frame that shows it.

    ``c_long(j) = max(c(j) - sum of c(k) over nearer k, 0)`` (Ruder et al. 2016, section 4.3).

    Parameters
    ----------
    weights : mapping of int to (H, W) float32 in [0, 1]
        Reliability of the flow from the present frame to that j frames ago, by j; the paper takes
        j in {1, 2, 4}.

    Returns
    -------
    dict of int to (H, W) float32 in [0, 1]
        By j, nearest first.
    """
    exclusive: dict[int, Weight] = {}
    nearer: Weight | None = None
    for distance in sorted(weights, key=abs):
        weight = np.asarray(weights[distance], dtype=np.float32)
        if nearer is not None and nearer.shape != weight.shape:
            raise UsageError(f"Weights differ in shape: {nearer.shape} and {weight.shape}.")
        exclusive[distance] = weight if nearer is None else np.maximum(weight - nearer, 0)
        nearer = weight if nearer is None else nearer + weight
    return exclusive


def _judge(flow: Flow, opposite: Flow, *, disocclusions: bool, boundaries: bool) -> Weight:
    from facestyle.kernels.flow_reliability import judge_vectors

    for array in (flow, opposite):
        check_flow(array)
    if flow.shape != opposite.shape:
        raise UsageError(f"Flows differ in shape: {flow.shape} and {opposite.shape}.")
    if min(flow.shape[:2]) < 2:
        raise UsageError(f"A flow of {flow.shape[1]} x {flow.shape[0]} px is too small to judge.")
    return judge_vectors(
        flow.astype(np.float32, copy=False),
        opposite.astype(np.float32, copy=False),
        disocclusions=disocclusions,
        boundaries=boundaries,
    )
