"""A stylized person and a background, computed on a reduced copy, set into the whole frame.

The frame's own detail (what its reduced copy lacks) is multiplied by the gains and added: joint
upsampling in one pass over the pixels.
"""

# mypy: allow-untyped-defs

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import Number, as_input
from facestyle.kernels.compiling import compiled
from facestyle.kernels.interpolation import _cell
from facestyle.kernels.threads import run_in_threads

Floats = NDArray[np.float32]

# Rec. 601 luma
_RED, _GREEN, _BLUE = np.float32(0.299), np.float32(0.587), np.float32(0.114)


class ReducedLayers(NamedTuple):
    """The frame and what is to be seen of it, reduced.

    Attributes
    ----------
    low : (h, w, 3) float32
        The frame.
    person, behind : (h, w, 3) float32
        Colors of the person and of the background, less `own_share` times the frame's own.
    """

    low: Floats
    person: Floats
    behind: Floats


def compose(
    frame: NDArray[Any],
    factor: Number,
    layers: ReducedLayers,
    coefficients: Floats,
    own_share: Number,
) -> tuple[Floats, Floats]:
    """Set the person before the background.

    Parameters
    ----------
    frame : (H, W, 3) uint8, uint16 or float32
    factor : float
        Takes the frame's values to [0, 1].
    layers : ReducedLayers
    coefficients : (h', w', 4) float32
        Slope and offset of the opacity over the frame's luma; gains of the detail's luma and of
        its colors, less `own_share`.
    own_share : float
        How much of the frame itself is added.

    Returns
    -------
    image : (H, W, 3) float32
        In [0, 1].
    opacity : (H, W) float32
        Of the person.

    Raises
    ------
    ValueError
        An array has another type or shape.
    """
    if frame.dtype not in (np.uint8, np.uint16, np.float32):
        raise ValueError(f"frame: found {frame.dtype}, expected uint8, uint16 or float32")
    frame = as_input("frame", frame, frame.dtype, (None, None, 3))
    low = as_input("layers.low", layers.low, np.float32, (None, None, 3))
    person = as_input("layers.person", layers.person, np.float32, low.shape)
    behind = as_input("layers.behind", layers.behind, np.float32, low.shape)
    coefficients = as_input("coefficients", coefficients, np.float32, (None, None, 4))
    # scaled in the place of the result: one type for the kernel, whatever the frame's
    image = np.multiply(frame, np.float32(factor), dtype=np.float32)
    opacity = np.empty(frame.shape[:2], np.float32)
    checked = ReducedLayers(low, person, behind)
    share = np.float32(own_share)
    run_in_threads(_compose, len(image), image, checked, coefficients, share, opacity)
    return image, opacity


@compiled(inline=True)
def _blend_rows(values, top, below, down, line):
    """A row between two rows of (h, w, C) values, into `line` (w, C)."""
    for x in range(values.shape[1]):
        for c in range(values.shape[2]):
            line[x, c] = values[top, x, c] + down * (values[below, x, c] - values[top, x, c])


@compiled(inline=True)
def _between(line, left, right, across, channel):
    """A value between two of a row."""
    return line[left, channel] + across * (line[right, channel] - line[left, channel])


@compiled(inline=True)
def _mixed(own, share, person, rest, behind):
    """Person before background, in [0, 1]."""
    return min(max(own + share * person + rest * behind, np.float32(0)), np.float32(1))


@compiled(part=True)
def _compose_row(row, low, person, behind, coefficients, own_share, opacity):
    """Change one row of the frame, (W, 3) in [0, 1], to the result; the rest are rows like it."""
    width, columns, coarse_columns = len(row), len(low), len(coefficients)
    half, zero, one = np.float32(0.5), np.float32(0), np.float32(1)
    zoom, coarse = np.float32(columns / width), np.float32(coarse_columns / width)
    for x in range(width):
        left, across = _cell((np.float32(x) + half) * coarse - half, coarse_columns)
        right = min(left + 1, coarse_columns - 1)
        slope = _between(coefficients, left, right, across, 0)
        offset = _between(coefficients, left, right, across, 1)
        gain = _between(coefficients, left, right, across, 2)
        color = _between(coefficients, left, right, across, 3)
        left, across = _cell((np.float32(x) + half) * zoom - half, columns)
        right = min(left + 1, columns - 1)
        red, green, blue = row[x, 0], row[x, 1], row[x, 2]
        r = red - low[left, 0] - across * (low[right, 0] - low[left, 0])
        g = green - low[left, 1] - across * (low[right, 1] - low[left, 1])
        b = blue - low[left, 2] - across * (low[right, 2] - low[left, 2])
        detail = _RED * r + _GREEN * g + _BLUE * b
        luma = _RED * red + _GREEN * green + _BLUE * blue
        share = min(max(slope * luma + offset, zero), one)
        opacity[x] = share
        base, rest = (gain - color) * detail, one - share
        r = base + color * r + person[left, 0]
        g = base + color * g + person[left, 1]
        b = base + color * b + person[left, 2]
        r += across * (person[right, 0] - person[left, 0])
        g += across * (person[right, 1] - person[left, 1])
        b += across * (person[right, 2] - person[left, 2])
        far = _between(behind, left, right, across, 0)
        row[x, 0] = _mixed(own_share * red, share, r, rest, far)
        far = _between(behind, left, right, across, 1)
        row[x, 1] = _mixed(own_share * green, share, g, rest, far)
        far = _between(behind, left, right, across, 2)
        row[x, 2] = _mixed(own_share * blue, share, b, rest, far)


@compiled(allocates=True)
def _compose(image, layers, coefficients, own_share, opacity, first, last):
    """Change rows of the frame, (H, W, 3) in [0, 1], to the result."""
    height = image.shape[0]
    rows, columns = layers.low.shape[:2]
    coarse_rows, coarse_columns = coefficients.shape[:2]
    half = np.float32(0.5)
    zoom, coarse = np.float32(rows / height), np.float32(coarse_rows / height)
    for y in range(first, last):
        top, down = _cell((np.float32(y) + half) * zoom - half, rows)
        below = min(top + 1, rows - 1)
        low = np.empty((columns, 3), np.float32)
        person = np.empty((columns, 3), np.float32)
        behind = np.empty((columns, 3), np.float32)
        _blend_rows(layers.low, top, below, down, low)
        _blend_rows(layers.person, top, below, down, person)
        _blend_rows(layers.behind, top, below, down, behind)
        top, down = _cell((np.float32(y) + half) * coarse - half, coarse_rows)
        below = min(top + 1, coarse_rows - 1)
        values = np.empty((coarse_columns, 4), np.float32)
        _blend_rows(coefficients, top, below, down, values)
        _compose_row(image[y], low, person, behind, values, own_share, opacity[y])
