"""The picture that a nearest-neighbor field with fractions of a pixel describes."""

# mypy: allow-untyped-defs

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.compiling import compiled
from facestyle.kernels.flat_pictures import FlatPictures, checked_pictures
from facestyle.kernels.float_field import FloatField, _beside, _together, checked_field
from facestyle.kernels.interpolation import _cell
from facestyle.kernels.pointers import pointer
from facestyle.kernels.threads import run_in_threads

_ONE, _HALF, _ZERO = np.float32(1), np.float32(0.5), np.float32(0)
_BYTE = np.float32(1 / 255)
# weights of a pixel's own match and of its neighbors'
_OWN, _SIDE = np.float32(1.5), np.float32(0.3)


def render(field: FloatField, pictures: FlatPictures) -> NDArray[np.float32]:
    """Fetch the picture that a field describes.

    Parameters
    ----------
    field : FloatField
        Layers below K.
    pictures : FlatPictures
        The K layers.

    Returns
    -------
    (h, w, 3) float32
        In [0, 1]. Sharp inside a piece; where pieces meet, neighbors have a say.

    Raises
    ------
    ValueError
        An array has another type or shape, or there is no such layer.
    """
    field, pictures = checked_field(field), checked_pictures(pictures)
    if field.layers.size and field.layers.max() >= len(pictures.start):
        raise ValueError(
            f"field.layers: found {field.layers.max()}, expected less than {len(pictures.start)}"
        )
    out = np.empty((*field.layers.shape, 3), np.float32)
    run_in_threads(_render, len(out), field.places, field.layers, pictures, out)
    return out


@compiled(inline=True)
def _cubic(t):
    """Catmull-Rom weights of four neighbors."""
    a = _HALF * t * ((np.float32(2) - t) * t - _ONE)
    b = _HALF * (t * t * (np.float32(3) * t - np.float32(5)) + np.float32(2))
    c = _HALF * t * ((np.float32(4) - np.float32(3) * t) * t + _ONE)
    return a, b, c, _ONE - a - b - c


@compiled(inline=True)
def _sharp(pictures, k, v, u):
    """Bicubic sample of picture k."""
    image, start = pictures.image, pictures.start[k]
    rows, columns = pictures.height[k], pictures.width[k]
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


@compiled(inline=True)
def _soft(pictures, k, v, u):
    """Bilinear sample of picture k."""
    image, start = pictures.image, pictures.start[k]
    rows, columns = pictures.height[k], pictures.width[k]
    y, fy = _cell(v, rows)
    x, fx = _cell(u, columns)
    at = (start + y * columns + x) * 3
    down = columns * 3
    a, b = (_ONE - fy) * (_ONE - fx), (_ONE - fy) * fx
    c, d = fy * (_ONE - fx), fy * fx
    r = a * image[at] + b * image[at + 3] + c * image[at + down] + d * image[at + down + 3]
    g = a * image[at + 1] + b * image[at + 4] + c * image[at + down + 1] + d * image[at + down + 4]
    e = a * image[at + 2] + b * image[at + 5] + c * image[at + down + 2] + d * image[at + down + 5]
    return r, g, e


@compiled(inline=True)
def _whole(places, layers, y, x):
    """Whether a pixel and its four neighbors come from one piece of a source."""
    height, width = layers.shape
    for number in range(1, 5):
        ny, nx = _beside(y, x, height, width, number)
        if not _together(places, layers, y, x, ny, nx):
            return False
    return True


@compiled(inline=True)
def _at_seam(places, layers, pictures, y, x, votes):
    """Robust mean of what a pixel's own match and its neighbors' propose."""
    height, width = layers.shape
    r, g, b, total = _ZERO, _ZERO, _ZERO, _ZERO
    for number in range(5):
        ny, nx = _beside(y, x, height, width, number)
        k = layers[ny, nx]
        v = places[ny, nx, 0] + np.float32(y - ny)
        u = places[ny, nx, 1] + np.float32(x - nx)
        if number == 0:
            color = _sharp(pictures, k, v, u)
            weight = _OWN
        else:
            color = _soft(pictures, k, v, u)
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


@compiled(part=True, allocates=True)
def _render_row(places, layers, pictures, out, y):
    votes = np.empty((5, 4), np.float32)
    sources = FlatPictures(
        pointer(pictures.image),
        pointer(pictures.start),
        pointer(pictures.height),
        pointer(pictures.width),
    )
    for x in range(layers.shape[1]):
        if _whole(places, layers, y, x):
            r, g, b = _sharp(sources, layers[y, x], places[y, x, 0], places[y, x, 1])
        else:
            r, g, b = _at_seam(places, layers, sources, y, x, votes)
        out[y, x, 0] = min(max(_BYTE * r, _ZERO), _ONE)
        out[y, x, 1] = min(max(_BYTE * g, _ZERO), _ONE)
        out[y, x, 2] = min(max(_BYTE * b, _ZERO), _ONE)


@compiled
def _render(places, layers, pictures, out, first, last):
    for y in range(first, last):
        _render_row(places, layers, pictures, out, y)
