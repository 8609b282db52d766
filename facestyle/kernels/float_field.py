"""A nearest-neighbor field with fractions of a pixel, so that strokes can move smoothly.

Each pixel knows the source it is copied from (a layer) and the place there. Sources lie one after
another in flat arrays, as in `facestyle.kernels.patchmatch_problem`.
"""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, prange

_ONE, _HALF, _ZERO = np.float32(1), np.float32(0.5), np.float32(0)
_BYTE = np.float32(1 / 255)
# offsets of two neighbors that differ by less come from one piece of the source, px
_APART = np.float32(0.75)
# weights of a pixel's own match and of its neighbors'
_OWN, _SIDE = np.float32(1.5), np.float32(0.3)


@njit(cache=True, fastmath=True, forceinline=True)
def _flow_at(flow, y, x, height, width):
    """Flow of a coarser grid at a pixel, in pixels of the finer one."""
    rows, columns = flow.shape[:2]
    v = (np.float32(y) + _HALF) * np.float32(rows / height) - _HALF
    u = (np.float32(x) + _HALF) * np.float32(columns / width) - _HALF
    v, u = min(max(v, _ZERO), np.float32(rows - 1)), min(max(u, _ZERO), np.float32(columns - 1))
    top, left = min(int(v), max(rows - 2, 0)), min(int(u), max(columns - 2, 0))
    below, right = min(top + 1, rows - 1), min(left + 1, columns - 1)
    fy, fx = v - np.float32(top), u - np.float32(left)
    a, b = (_ONE - fy) * (_ONE - fx), (_ONE - fy) * fx
    c, d = fy * (_ONE - fx), fy * fx
    dx = a * flow[top, left, 0] + b * flow[top, right, 0]
    dx += c * flow[below, left, 0] + d * flow[below, right, 0]
    dy = a * flow[top, left, 1] + b * flow[top, right, 1]
    dy += c * flow[below, left, 1] + d * flow[below, right, 1]
    return dy * np.float32(height / rows), dx * np.float32(width / columns)


@njit(cache=True, parallel=True, fastmath=True)
def advect(places, layers, flow, out_places, out_layers):
    """Move a field along a flow.

    Parameters
    ----------
    places : (h, w, 2) float32
        Row and column in the source.
    layers : (h, w) uint8
    flow : (h', w', 2) float32
        From the present frame to the previous one, x and y, in px of its own grid.
    out_places, out_layers : like `places` and `layers`
        The field of the present frame. A piece that moves as a whole stays a piece: the place
        follows the fraction of the motion too.
    """
    height, width = layers.shape
    for row in prange(height):
        y = np.int64(row)
        for x in range(width):
            dy, dx = _flow_at(flow, y, x, height, width)
            v = min(max(np.float32(y) + dy, _ZERO), np.float32(height - 1))
            u = min(max(np.float32(x) + dx, _ZERO), np.float32(width - 1))
            ny, nx = int(v + _HALF), int(u + _HALF)
            k = layers[ny, nx]
            sy, sx = places[ny, nx, 0], places[ny, nx, 1]
            fy, fx = v - np.float32(ny), u - np.float32(nx)
            # one piece may be stretched: go on with its own slope
            my, mx = ny + (1 if fy > 0 else -1), nx + (1 if fx > 0 else -1)
            down, right = np.float32(my - ny), np.float32(mx - nx)
            ry, rx = sy + fy, sx + fx
            if 0 <= my < height and layers[my, nx] == k:
                a = places[my, nx, 0] - sy - down
                b = places[my, nx, 1] - sx
                if abs(a) < _APART and abs(b) < _APART:
                    ry += abs(fy) * a
                    rx += abs(fy) * b
            if 0 <= mx < width and layers[ny, mx] == k:
                a = places[ny, mx, 0] - sy
                b = places[ny, mx, 1] - sx - right
                if abs(a) < _APART and abs(b) < _APART:
                    ry += abs(fx) * a
                    rx += abs(fx) * b
            out_layers[y, x] = k
            out_places[y, x, 0] = ry
            out_places[y, x, 1] = rx


@njit(cache=True, fastmath=True, forceinline=True)
def _cubic(t):
    """Catmull-Rom weights of four neighbors."""
    a = _HALF * t * ((np.float32(2) - t) * t - _ONE)
    b = _HALF * (t * t * (np.float32(3) * t - np.float32(5)) + np.float32(2))
    c = _HALF * t * ((np.float32(4) - np.float32(3) * t) * t + _ONE)
    return a, b, c, _ONE - a - b - c


@njit(cache=True, fastmath=True, forceinline=True)
def _sharp(image, start, rows, columns, v, u):
    """Bicubic sample of a source."""
    y, x = int(np.floor(v)), int(np.floor(u))
    wy, wx = _cubic(v - np.float32(y)), _cubic(u - np.float32(x))
    r, g, b = _ZERO, _ZERO, _ZERO
    for i in range(4):
        sy = start + min(max(y + i - 1, 0), rows - 1) * columns
        lr, lg, lb = _ZERO, _ZERO, _ZERO
        for j in range(4):
            at = (sy + min(max(x + j - 1, 0), columns - 1)) * 3
            lr += wx[j] * np.float32(image[at])
            lg += wx[j] * np.float32(image[at + 1])
            lb += wx[j] * np.float32(image[at + 2])
        r += wy[i] * lr
        g += wy[i] * lg
        b += wy[i] * lb
    return r, g, b


@njit(cache=True, fastmath=True, forceinline=True)
def _soft(image, start, rows, columns, v, u):
    """Bilinear sample of a source."""
    v = min(max(v, _ZERO), np.float32(rows - 1))
    u = min(max(u, _ZERO), np.float32(columns - 1))
    y, x = min(int(v), max(rows - 2, 0)), min(int(u), max(columns - 2, 0))
    fy, fx = v - np.float32(y), u - np.float32(x)
    at = (start + y * columns + x) * 3
    down = columns * 3
    a, b = (_ONE - fy) * (_ONE - fx), (_ONE - fy) * fx
    c, d = fy * (_ONE - fx), fy * fx
    r = a * image[at] + b * image[at + 3] + c * image[at + down] + d * image[at + down + 3]
    g = a * image[at + 1] + b * image[at + 4] + c * image[at + down + 1] + d * image[at + down + 4]
    e = a * image[at + 2] + b * image[at + 5] + c * image[at + down + 2] + d * image[at + down + 5]
    return r, g, e


@njit(cache=True, fastmath=True, forceinline=True)
def _together(places, layers, y, x, ny, nx):
    """Whether two pixels come from one piece of a source."""
    if layers[ny, nx] != layers[y, x]:
        return False
    a = places[ny, nx, 0] - places[y, x, 0] - np.float32(ny - y)
    b = places[ny, nx, 1] - places[y, x, 1] - np.float32(nx - x)
    return abs(a) <= _APART and abs(b) <= _APART


@njit(cache=True, fastmath=True, forceinline=True)
def _beside(y, x, height, width, number):
    """The pixel itself (0), above, below, left or right of it, inside the picture."""
    ny = y + (number == 2) - (number == 1)
    nx = x + (number == 4) - (number == 3)
    return min(max(ny, 0), height - 1), min(max(nx, 0), width - 1)


@njit(cache=True, fastmath=True, forceinline=True)
def _whole(places, layers, y, x):
    """Whether a pixel and its four neighbors come from one piece of a source."""
    height, width = layers.shape
    for number in range(1, 5):
        ny, nx = _beside(y, x, height, width, number)
        if not _together(places, layers, y, x, ny, nx):
            return False
    return True


@njit(cache=True, fastmath=True, forceinline=True)
def _at_seam(places, layers, image, start, rows, columns, y, x, votes):
    """Robust mean of what a pixel's own match and its neighbors' propose."""
    height, width = layers.shape
    r, g, b, total = _ZERO, _ZERO, _ZERO, _ZERO
    for number in range(5):
        ny, nx = _beside(y, x, height, width, number)
        k = layers[ny, nx]
        v = places[ny, nx, 0] + np.float32(y - ny)
        u = places[ny, nx, 1] + np.float32(x - nx)
        if number == 0:
            color = _sharp(image, start[k], rows[k], columns[k], v, u)
            weight = _OWN
        else:
            color = _soft(image, start[k], rows[k], columns[k], v, u)
            weight = _SIDE
        votes[number, 0], votes[number, 1], votes[number, 2] = color
        votes[number, 3] = weight
        r += weight * color[0]
        g += weight * color[1]
        b += weight * color[2]
        total += weight
    r, g, b = r / total, g / total, b / total
    # one step of mean shift, as in `patch_voting`
    scale = np.float32(1 / (0.25 * 255) ** 2)
    nr, ng, nb, total = _ZERO, _ZERO, _ZERO, np.float32(1e-6)
    for i in range(5):
        dr, dg, db = votes[i, 0] - r, votes[i, 1] - g, votes[i, 2] - b
        weight = votes[i, 3] * np.exp(-scale * (dr * dr + dg * dg + db * db))
        nr += weight * votes[i, 0]
        ng += weight * votes[i, 1]
        nb += weight * votes[i, 2]
        total += weight
    return nr / total, ng / total, nb / total


@njit(cache=True, parallel=True, fastmath=True)
def tidy(places, layers, out_places, out_layers):
    """Let single pixels that come from nowhere near join a neighbor's piece.

    Parameters
    ----------
    places : (h, w, 2) float32
    layers : (h, w) uint8
    out_places, out_layers : like `places` and `layers`
    """
    height, width = layers.shape
    for row in prange(height):
        y = np.int64(row)
        for x in range(width):
            out_layers[y, x] = layers[y, x]
            out_places[y, x, 0] = places[y, x, 0]
            out_places[y, x, 1] = places[y, x, 1]
            best, chosen = 0, 0
            for number in range(5):
                ny, nx = _beside(y, x, height, width, number)
                support = 0
                for other in range(1, 5):
                    my, mx = _beside(y, x, height, width, other)
                    support += _together(places, layers, ny, nx, my, mx)
                if number == 0 and support > 0:
                    break
                if support > best:
                    best, chosen = support, number
            if best > 1:
                ny, nx = _beside(y, x, height, width, chosen)
                out_layers[y, x] = layers[ny, nx]
                out_places[y, x, 0] = places[ny, nx, 0] + np.float32(y - ny)
                out_places[y, x, 1] = places[ny, nx, 1] + np.float32(x - nx)


@njit(cache=True, parallel=True, fastmath=True)
def render(places, layers, image, start, rows, columns, out):
    """Fetch the picture that a field describes.

    Parameters
    ----------
    places : (h, w, 2) float32
    layers : (h, w) uint8
    image : (P * 3 or more,) uint8
        Sources, sRGB.
    start, rows, columns : (K,) int64
        Where each source lies in `image`, and its size.
    out : (h, w, 3) float32
        In [0, 1]. Sharp inside a piece; where pieces meet, neighbors have a say.
    """
    height, width = layers.shape
    for row in prange(height):
        y = np.int64(row)
        votes = np.empty((5, 4), np.float32)
        for x in range(width):
            if _whole(places, layers, y, x):
                k = layers[y, x]
                r, g, b = _sharp(
                    image, start[k], rows[k], columns[k], places[y, x, 0], places[y, x, 1]
                )
            else:
                r, g, b = _at_seam(places, layers, image, start, rows, columns, y, x, votes)
            out[y, x, 0] = min(max(_BYTE * r, _ZERO), _ONE)
            out[y, x, 1] = min(max(_BYTE * g, _ZERO), _ONE)
            out[y, x, 2] = min(max(_BYTE * b, _ZERO), _ONE)
