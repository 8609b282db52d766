"""Image quilting: overlapping patches joined along minimum-error cuts.

A. A. Efros and W. T. Freeman, "Image Quilting for Texture Synthesis and Transfer", SIGGRAPH 2001,
section 2.1.
"""

# mypy: allow-untyped-defs

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input, as_output
from facestyle.kernels.compiling import compiled
from facestyle.kernels.patch_grid import PatchGrid, checked_grid

Floats = NDArray[np.float32]


def quilt(patches: Floats, grid: PatchGrid, result: Floats) -> None:
    """Place patches in raster order, each cut to what fits best to those before it.

    Parameters
    ----------
    patches : (h, w, C, q, q) float32
    grid : PatchGrid
        Where they belong; neighbors overlap.
    result : (C, H, W) float32
        Changed in place; what no patch covers stays.

    Raises
    ------
    ValueError
        An array has another type or shape, or a patch lies outside the result.
    """
    result = as_output("result", result, np.float32, (None, None, None))
    grid = checked_grid(grid, result.shape[1:])
    side = 2 * grid.half + 1
    shape = (len(grid.rows), len(grid.columns), len(result), side, side)
    patches = as_input("patches", patches, np.float32, shape)
    _quilt(patches, grid.rows, grid.columns, grid.half, result)


@compiled
def _cut(error, position):
    """Cheapest path from the first row to the last; `position` receives its column in each row."""
    length, width = error.shape
    for a in range(1, length):
        for b in range(width):
            best = error[a - 1, b]
            if b > 0:
                best = min(best, error[a - 1, b - 1])
            if b < width - 1:
                best = min(best, error[a - 1, b + 1])
            error[a, b] += best
    column = int(np.argmin(error[length - 1]))
    position[length - 1] = column
    for a in range(length - 2, -1, -1):
        best_column = column
        if column > 0 and error[a, column - 1] < error[a, best_column]:
            best_column = column - 1
        if column < width - 1 and error[a, column + 1] < error[a, best_column]:
            best_column = column + 1
        column = best_column
        position[a] = column


@compiled(part=True)
def _overlap_error(result, patch, top, left, error):
    """Squared differences between the result so far and the patch, (q, q)."""
    channels, side, _ = patch.shape
    error[:] = 0
    for channel in range(channels):
        for v in range(side):
            for u in range(side):
                difference = result[channel, top + v, left + u] - patch[channel, v, u]
                error[v, u] += difference * difference


@compiled(allocates=True)
def _quilt(patches, rows, columns, half, result):
    channels, side = patches.shape[2], 2 * half + 1
    error = np.empty((side, side), np.float32)
    first_column = np.zeros(side, np.int64)
    first_row = np.zeros(side, np.int64)
    for i in range(len(rows)):
        for j in range(len(columns)):
            top, left = rows[i] - half, columns[j] - half
            patch = patches[i, j]
            _overlap_error(result, patch, top, left, error)
            first_column[:] = 0
            first_row[:] = 0
            if j > 0:
                overlap = side - (columns[j] - columns[j - 1])
                _cut(error[:, :overlap].copy(), first_column)
            if i > 0:
                overlap = side - (rows[i] - rows[i - 1])
                _cut(error[:overlap].T.copy(), first_row)
            for channel in range(channels):
                for v in range(side):
                    for u in range(side):
                        if u >= first_column[v] and v >= first_row[u]:
                            result[channel, top + v, left + u] = patch[channel, v, u]
