"""A recursive filter along the flow: what differs from the frame before by noise is averaged out.

Only small differences are averaged, so that nothing is left behind where the picture changes.
"""

# mypy: allow-untyped-defs

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input, as_output
from facestyle.kernels.compiling import compiled
from facestyle.kernels.interpolation import _cell
from facestyle.kernels.threads import run_in_threads

Floats = NDArray[np.float32]


def filter_recursively(
    image: Floats,
    previous: NDArray[np.uint8],
    flow: Floats,
    trust: Floats,
    *,
    most: float,
    tolerance: float,
) -> None:
    """Move `image` towards the previous frame's, in place.

    Parameters
    ----------
    image : (H, W, 3) float32
        In [0, 1].
    previous : (H, W, 3) uint8
        The frame before, as it was shown.
    flow : (h, w, 2) float32
        From the present frame to the one before, in px of its own grid.
    trust : (h, w) float32
        In [0, 1].
    most : float
        Largest share of the previous frame, in [0, 1].
    tolerance : float
        Root mean square difference at which that share falls to 1/e of it; above 0.

    Raises
    ------
    ValueError
        An array has another type or shape, or `tolerance` is not above 0.
    """
    image = as_output("image", image, np.float32, (None, None, 3))
    previous = as_input("previous", previous, np.uint8, image.shape)
    trust = as_input("trust", trust, np.float32, (None, None))
    flow = as_input("flow", flow, np.float32, (*trust.shape, 2))
    if not tolerance > 0:
        raise ValueError(f"tolerance: found {tolerance}, expected a number above 0")
    limits = np.float32(most), np.float32(tolerance)
    run_in_threads(_filter_recursively, len(image), image, previous, flow, trust, limits)


@compiled(inline=True)
def _blend_rows(flow, trust, top, down, line):
    """Flow and trust between two rows, into `line` (w, 3)."""
    below = min(top + 1, trust.shape[0] - 1)
    for x in range(trust.shape[1]):
        line[x, 0] = flow[top, x, 0] + down * (flow[below, x, 0] - flow[top, x, 0])
        line[x, 1] = flow[top, x, 1] + down * (flow[below, x, 1] - flow[top, x, 1])
        line[x, 2] = trust[top, x] + down * (trust[below, x] - trust[top, x])


@compiled(inline=True)
def _beyond(previous, x, y, image, row, column):
    """What the previous frame has at a place beyond a pixel of the image: red, green, blue."""
    height, width = previous.shape[:2]
    byte = np.float32(1 / 255)
    px, fx = _cell(x, width)
    py, fy = _cell(y, height)
    qx, qy = min(px + 1, width - 1), min(py + 1, height - 1)
    a, b = (np.float32(1) - fy) * byte, fy * byte
    c, d = a * fx, b * fx
    a, b = a - c, b - d
    r = a * previous[py, px, 0] + c * previous[py, qx, 0]
    g = a * previous[py, px, 1] + c * previous[py, qx, 1]
    u = a * previous[py, px, 2] + c * previous[py, qx, 2]
    r += b * previous[qy, px, 0] + d * previous[qy, qx, 0] - image[row, column, 0]
    g += b * previous[qy, px, 1] + d * previous[qy, qx, 1] - image[row, column, 1]
    u += b * previous[qy, px, 2] + d * previous[qy, qx, 2] - image[row, column, 2]
    return r, g, u


@compiled(allocates=True)
def _filter_recursively(image, previous, flow, trust, limits, first, last):
    most, tolerance = limits
    height, width = image.shape[:2]
    rows, columns = trust.shape
    half = np.float32(0.5)
    zoom_y, zoom_x = np.float32(rows / height), np.float32(columns / width)
    grow_y, grow_x = np.float32(height / rows), np.float32(width / columns)
    scale = np.float32(1) / (np.float32(3) * tolerance * tolerance)
    for y in range(first, last):
        top, down = _cell((np.float32(y) + half) * zoom_y - half, rows)
        line = np.empty((columns, 3), np.float32)
        _blend_rows(flow, trust, top, down, line)
        for x in range(width):
            left, across = _cell((np.float32(x) + half) * zoom_x - half, columns)
            right = min(left + 1, columns - 1)
            share = most * (line[left, 2] + across * (line[right, 2] - line[left, 2]))
            dx = grow_x * (line[left, 0] + across * (line[right, 0] - line[left, 0]))
            dy = grow_y * (line[left, 1] + across * (line[right, 1] - line[left, 1]))
            r, g, u = _beyond(previous, np.float32(x) + dx, np.float32(y) + dy, image, y, x)
            share *= np.exp(-(r * r + g * g + u * u) * scale)
            image[y, x, 0] += share * r
            image[y, x, 1] += share * g
            image[y, x, 2] += share * u
