"""A recursive filter along the flow: what differs from the frame before by noise only is settled.

Only small differences are averaged, so that nothing is left behind where the picture changes.
"""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, prange


@njit(cache=True, fastmath=True, forceinline=True)
def _cell(position, size):
    """Cell and share of its second end."""
    position = min(max(position, np.float32(0)), np.float32(size - 1))
    first = min(int(position), max(size - 2, 0))
    return first, position - np.float32(first)


@njit(cache=True, parallel=True, fastmath=True)
def settle(image, previous, flow, trust, most, tolerance):
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
    most : float32
        Largest share of the previous frame.
    tolerance : float32
        Root mean square difference at which that share falls to 1/e of it.
    """
    height, width = image.shape[:2]
    rows, columns = trust.shape
    half, byte = np.float32(0.5), np.float32(1 / 255)
    zoom_y, zoom_x = np.float32(rows / height), np.float32(columns / width)
    grow_y, grow_x = np.float32(height / rows), np.float32(width / columns)
    scale = np.float32(1) / (np.float32(3) * tolerance * tolerance)
    for row in prange(height):
        y = np.int64(row)
        top, down = _cell((np.float32(y) + half) * zoom_y - half, rows)
        below = min(top + 1, rows - 1)
        line = np.empty((columns, 3), np.float32)
        for x in range(columns):
            line[x, 0] = flow[top, x, 0] + down * (flow[below, x, 0] - flow[top, x, 0])
            line[x, 1] = flow[top, x, 1] + down * (flow[below, x, 1] - flow[top, x, 1])
            line[x, 2] = trust[top, x] + down * (trust[below, x] - trust[top, x])
        for x in range(width):
            left, across = _cell((np.float32(x) + half) * zoom_x - half, columns)
            right = min(left + 1, columns - 1)
            share = most * (line[left, 2] + across * (line[right, 2] - line[left, 2]))
            dx = grow_x * (line[left, 0] + across * (line[right, 0] - line[left, 0]))
            dy = grow_y * (line[left, 1] + across * (line[right, 1] - line[left, 1]))
            px, fx = _cell(np.float32(x) + dx, width)
            py, fy = _cell(np.float32(y) + dy, height)
            qx, qy = min(px + 1, width - 1), min(py + 1, height - 1)
            a, b = (np.float32(1) - fy) * byte, fy * byte
            c, d = a * fx, b * fx
            a, b = a - c, b - d
            r = a * previous[py, px, 0] + c * previous[py, qx, 0]
            g = a * previous[py, px, 1] + c * previous[py, qx, 1]
            u = a * previous[py, px, 2] + c * previous[py, qx, 2]
            r += b * previous[qy, px, 0] + d * previous[qy, qx, 0] - image[y, x, 0]
            g += b * previous[qy, px, 1] + d * previous[qy, qx, 1] - image[y, x, 1]
            u += b * previous[qy, px, 2] + d * previous[qy, qx, 2] - image[y, x, 2]
            share *= np.exp(-(r * r + g * g + u * u) * scale)
            image[y, x, 0] += share * r
            image[y, x, 1] += share * g
            image[y, x, 2] += share * u
