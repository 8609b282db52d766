"""Image quilting: overlapping patches joined along minimum-error cuts.

A. A. Efros and W. T. Freeman, "Image Quilting for Texture Synthesis and Transfer", SIGGRAPH 2001,
section 2.1.
"""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit


@njit(cache=True)
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


@njit(cache=True)
def _overlap_error(result, patch, top, left, error):
    """Squared differences between the result so far and the patch, (q, q)."""
    channels, side, _ = patch.shape
    error[:] = 0
    for channel in range(channels):
        for v in range(side):
            for u in range(side):
                difference = result[channel, top + v, left + u] - patch[channel, v, u]
                error[v, u] += difference * difference


@njit(cache=True)
def quilt(patches, rows, columns, half, result):
    """Place patches (rows, columns, C, q, q) in raster order into result (C, H, W), padded."""
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
