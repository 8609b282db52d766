"""Forward-backward and motion-boundary tests of optical flow, in one pass over the pixels."""

# mypy: allow-untyped-defs

import numpy as np
from numba import float32
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input
from facestyle.kernels.compiling import compiled

Floats = NDArray[np.float32]

# Ruder et al. 2016, section 4.2
_SHARE = float32(0.01)
_SLACK = float32(0.5)  # px^2
_STEEPNESS = float32(0.002)


def judge_vectors(
    flow: Floats, opposite: Floats, *, disocclusions: bool, boundaries: bool
) -> Floats:
    """Tell which vectors pass the tests that are asked for.

    Parameters
    ----------
    flow, opposite : (H, W, 2) float32
        To another frame and back from it, px; H, W >= 2.
    disocclusions : bool
        Whether there and back again must end near the start.
    boundaries : bool
        Whether the flow must be smooth there.

    Returns
    -------
    (H, W) float32
        1 where a vector passes, else 0.

    Raises
    ------
    ValueError
        An array has another type or shape.
    """
    flow = as_input("flow", flow, np.float32, (None, None, 2))
    opposite = as_input("opposite", opposite, np.float32, flow.shape)
    if min(flow.shape[:2]) < 2:
        raise ValueError(f"flow: found {flow.shape}, expected at least (2, 2, 2)")
    weights = np.empty(flow.shape[:2], np.float32)
    _judge(flow, opposite, bool(disocclusions), bool(boundaries), weights)
    return weights


@compiled
def _sample(flow, x, y):
    """Bilinear vector of a flow at a point inside the picture."""
    left = min(int(x), flow.shape[1] - 2)
    top = min(int(y), flow.shape[0] - 2)
    fx, fy = x - float32(left), y - float32(top)
    gx, gy = float32(1) - fx, float32(1) - fy
    u = (flow[top, left, 0] * gx + flow[top, left + 1, 0] * fx) * gy
    u += (flow[top + 1, left, 0] * gx + flow[top + 1, left + 1, 0] * fx) * fy
    v = (flow[top, left, 1] * gx + flow[top, left + 1, 1] * fx) * gy
    v += (flow[top + 1, left, 1] * gx + flow[top + 1, left + 1, 1] * fx) * fy
    return u, v


@compiled
def _is_smooth(flow, i, j, square):
    """Whether the squared gradient at row i, column j is small; NaN is not."""
    above, below = max(i - 1, 0), min(i + 1, flow.shape[0] - 1)
    left, right = max(j - 1, 0), min(j + 1, flow.shape[1] - 1)
    ux = flow[i, right, 0] - flow[i, left, 0]
    vx = flow[i, right, 1] - flow[i, left, 1]
    uy = flow[below, j, 0] - flow[above, j, 0]
    vy = flow[below, j, 1] - flow[above, j, 1]
    gradient = float32(0.25) * (ux * ux + vx * vx + uy * uy + vy * vy)
    return gradient <= _SHARE * square + _STEEPNESS


@compiled
def _judge(flow, opposite, disocclusions, boundaries, weights):
    height, width = flow.shape[:2]
    near = float32(-0.5)  # a pixel's center may leave the picture by half of its width
    far_x, far_y = float32(width - 0.5), float32(height - 0.5)
    last_x, last_y = float32(width - 1), float32(height - 1)
    for i in range(height):
        for j in range(width):
            weights[i, j] = float32(0)
            u, v = flow[i, j, 0], flow[i, j, 1]
            square = u * u + v * v
            if boundaries and not _is_smooth(flow, i, j, square):
                continue
            if disocclusions:
                x, y = float32(j) + u, float32(i) + v
                if not (x >= near and y >= near and x <= far_x and y <= far_y):
                    continue
                x = min(max(x, float32(0)), last_x)
                y = min(max(y, float32(0)), last_y)
                back_u, back_v = _sample(opposite, x, y)
                squares = square + back_u * back_u + back_v * back_v
                loop_u, loop_v = u + back_u, v + back_v
                if not loop_u * loop_u + loop_v * loop_v <= _SHARE * squares + _SLACK:
                    continue
            weights[i, j] = float32(1)
