"""A stylized person and a background, computed on a reduced copy, set into the whole frame.

The frame's own detail (what its reduced copy lacks) is multiplied by the gains and added: joint
upsampling in one pass over the pixels.
"""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, prange

_RED, _GREEN, _BLUE = np.float32(0.299), np.float32(0.587), np.float32(0.114)


@njit(cache=True, fastmath=True, forceinline=True)
def _interpolation(position, size):
    """Cell and share of its second end, for half-pixel centers."""
    position = min(max(position, np.float32(0)), np.float32(size - 1))
    first = min(int(position), max(size - 2, 0))
    return first, position - np.float32(first)


@njit(cache=True, fastmath=True, forceinline=True)
def _blend_rows(values, top, below, down, line):
    """A row between two rows of (h, w, C) values, into `line` (w, C)."""
    for x in range(values.shape[1]):
        for c in range(values.shape[2]):
            line[x, c] = values[top, x, c] + down * (values[below, x, c] - values[top, x, c])


@njit(cache=True, parallel=True, fastmath=True)
def compose(frame, factor, low, person, behind, coefficients, own_share, out, opacity):
    """Fill `out` with the person before the background.

    Parameters
    ----------
    frame : (H, W, 3) uint8 or float32
    factor : float32
        Takes the frame's values to [0, 1].
    low : (h, w, 3) float32
        The reduced frame.
    person, behind : (h, w, 3) float32
        Colors of the person and of the background, less `own_share` times the frame's own.
    coefficients : (h', w', 4) float32
        Slope and offset of the opacity over the frame's luma; gains of the detail's luma and of
        its colors, less `own_share`.
    own_share : float32
        How much of the frame itself is added.
    out : (H, W, 3) float32
        In [0, 1].
    opacity : (H, W) float32
        Of the person.
    """
    height, width = frame.shape[:2]
    rows, columns = low.shape[:2]
    coarse_rows, coarse_columns = coefficients.shape[:2]
    half, zero, one = np.float32(0.5), np.float32(0), np.float32(1)
    zoom_y, zoom_x = np.float32(rows / height), np.float32(columns / width)
    coarse_y, coarse_x = np.float32(coarse_rows / height), np.float32(coarse_columns / width)
    for row in prange(height):
        y = np.int64(row)
        top, down = _interpolation((np.float32(y) + half) * zoom_y - half, rows)
        below = min(top + 1, rows - 1)
        line_low = np.empty((columns, 3), np.float32)
        line_person = np.empty((columns, 3), np.float32)
        line_behind = np.empty((columns, 3), np.float32)
        _blend_rows(low, top, below, down, line_low)
        _blend_rows(person, top, below, down, line_person)
        _blend_rows(behind, top, below, down, line_behind)
        top, down = _interpolation((np.float32(y) + half) * coarse_y - half, coarse_rows)
        line_coarse = np.empty((coarse_columns, 4), np.float32)
        _blend_rows(coefficients, top, min(top + 1, coarse_rows - 1), down, line_coarse)
        for x in range(width):
            left, across = _interpolation((np.float32(x) + half) * coarse_x - half, coarse_columns)
            right = min(left + 1, coarse_columns - 1)
            slope = line_coarse[left, 0] + across * (line_coarse[right, 0] - line_coarse[left, 0])
            offset = line_coarse[left, 1] + across * (line_coarse[right, 1] - line_coarse[left, 1])
            gain = line_coarse[left, 2] + across * (line_coarse[right, 2] - line_coarse[left, 2])
            color = line_coarse[left, 3] + across * (line_coarse[right, 3] - line_coarse[left, 3])
            left, across = _interpolation((np.float32(x) + half) * zoom_x - half, columns)
            right = min(left + 1, columns - 1)
            red = np.float32(frame[y, x, 0]) * factor
            green = np.float32(frame[y, x, 1]) * factor
            blue = np.float32(frame[y, x, 2]) * factor
            r = red - line_low[left, 0] - across * (line_low[right, 0] - line_low[left, 0])
            g = green - line_low[left, 1] - across * (line_low[right, 1] - line_low[left, 1])
            b = blue - line_low[left, 2] - across * (line_low[right, 2] - line_low[left, 2])
            detail = _RED * r + _GREEN * g + _BLUE * b
            luma = _RED * red + _GREEN * green + _BLUE * blue
            share = min(max(slope * luma + offset, zero), one)
            opacity[y, x] = share
            base = (gain - color) * detail
            rest = one - share
            r = base + color * r + line_person[left, 0]
            g = base + color * g + line_person[left, 1]
            b = base + color * b + line_person[left, 2]
            r += across * (line_person[right, 0] - line_person[left, 0])
            g += across * (line_person[right, 1] - line_person[left, 1])
            b += across * (line_person[right, 2] - line_person[left, 2])
            r = (
                own_share * red
                + share * r
                + rest
                * (line_behind[left, 0] + across * (line_behind[right, 0] - line_behind[left, 0]))
            )
            g = (
                own_share * green
                + share * g
                + rest
                * (line_behind[left, 1] + across * (line_behind[right, 1] - line_behind[left, 1]))
            )
            b = (
                own_share * blue
                + share * b
                + rest
                * (line_behind[left, 2] + across * (line_behind[right, 2] - line_behind[left, 2]))
            )
            out[y, x, 0] = min(max(r, zero), one)
            out[y, x, 1] = min(max(g, zero), one)
            out[y, x, 2] = min(max(b, zero), one)
