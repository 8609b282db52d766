"""A nearest-neighbor field with fractions of a pixel, so that strokes can move smoothly.

Each pixel knows the picture that it is copied from (a layer) and the place there.
"""

# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input
from facestyle.kernels.compiling import compiled
from facestyle.kernels.interpolation import _cell
from facestyle.kernels.threads import run_in_threads

_ONE, _HALF, _ZERO = np.float32(1), np.float32(0.5), np.float32(0)
# offsets of two neighbors that differ by less come from one piece of the source, px
_APART = np.float32(0.75)


class FloatField(NamedTuple):
    """Where each pixel is copied from.

    Attributes
    ----------
    places : (h, w, 2) float32
        Row and column in the layer.
    layers : (h, w) uint8
    """

    places: NDArray[np.float32]
    layers: NDArray[np.uint8]


def checked_field(field: FloatField) -> FloatField:
    """Check types and shapes; ValueError where they differ."""
    layers = as_input("field.layers", field.layers, np.uint8, (None, None))
    places = as_input("field.places", field.places, np.float32, (*layers.shape, 2))
    return FloatField(places, layers)


def advect(field: FloatField, flow: NDArray[np.float32]) -> FloatField:
    """Move a field along a flow.

    A piece that moves as a whole stays a piece: places follow the fraction of the motion too.

    Parameters
    ----------
    field : FloatField
    flow : (h', w', 2) float32
        From the present frame to the previous one, x and y, in px of its own grid.

    Returns
    -------
    FloatField
        Of the present frame.

    Raises
    ------
    ValueError
        An array has another type or shape.
    """
    field = checked_field(field)
    flow = as_input("flow", flow, np.float32, (None, None, 2))
    moved = _empty_like(field)
    run_in_threads(_advect, len(field.layers), *field, flow, *moved)
    return moved


def tidy(field: FloatField) -> FloatField:
    """Let single pixels that come from nowhere near join a neighbor's piece.

    Parameters
    ----------
    field : FloatField

    Returns
    -------
    FloatField

    Raises
    ------
    ValueError
        An array has another type or shape.
    """
    field = checked_field(field)
    tidied = _empty_like(field)
    run_in_threads(_tidy, len(field.layers), *field, *tidied)
    return tidied


def _empty_like(field: FloatField) -> FloatField:
    return FloatField(
        np.empty(field.places.shape, np.float32), np.empty(field.layers.shape, np.uint8)
    )


@compiled(inline=True)
def _flow_at(flow, y, x, height, width):
    """Flow of a coarser grid at a pixel, in pixels of the finer one."""
    rows, columns = flow.shape[:2]
    v = (np.float32(y) + _HALF) * np.float32(rows / height) - _HALF
    u = (np.float32(x) + _HALF) * np.float32(columns / width) - _HALF
    top, fy = _cell(v, rows)
    left, fx = _cell(u, columns)
    below, right = min(top + 1, rows - 1), min(left + 1, columns - 1)
    a, b = (_ONE - fy) * (_ONE - fx), (_ONE - fy) * fx
    c, d = fy * (_ONE - fx), fy * fx
    dx = a * flow[top, left, 0] + b * flow[top, right, 0]
    dx += c * flow[below, left, 0] + d * flow[below, right, 0]
    dy = a * flow[top, left, 1] + b * flow[top, right, 1]
    dy += c * flow[below, left, 1] + d * flow[below, right, 1]
    return dy * np.float32(height / rows), dx * np.float32(width / columns)


@compiled
def _advect(places, layers, flow, out_places, out_layers, first, last):
    height, width = layers.shape
    for y in range(first, last):
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


@compiled(inline=True)
def _together(places, layers, y, x, ny, nx):
    """Whether two pixels come from one piece of a source."""
    if layers[ny, nx] != layers[y, x]:
        return False
    a = places[ny, nx, 0] - places[y, x, 0] - np.float32(ny - y)
    b = places[ny, nx, 1] - places[y, x, 1] - np.float32(nx - x)
    return abs(a) <= _APART and abs(b) <= _APART


@compiled(inline=True)
def _beside(y, x, height, width, number):
    """The pixel itself (0), above, below, left or right of it, inside the picture."""
    ny = y + (number == 2) - (number == 1)
    nx = x + (number == 4) - (number == 3)
    return min(max(ny, 0), height - 1), min(max(nx, 0), width - 1)


@compiled
def _tidy(places, layers, out_places, out_layers, first, last):
    height, width = layers.shape
    for y in range(first, last):
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
