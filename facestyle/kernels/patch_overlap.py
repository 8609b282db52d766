"""Copies of candidate patches, and how well neighbouring ones agree where they overlap."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, prange


@njit(cache=True, parallel=True)
def gather(sources, index, ys, xs, half, patches):
    """Copy candidate patches: sources (N, C, H, W) to patches (rows, columns, K, C, q, q)."""
    channels, side = sources.shape[1], 2 * half + 1
    for i in prange(index.shape[0]):
        for j in range(index.shape[1]):
            for k in range(index.shape[2]):
                top, left = ys[i, j, k] - half, xs[i, j, k] - half
                for channel in range(channels):
                    source = sources[index[i, j, k], channel]
                    for v in range(side):
                        for u in range(side):
                            patches[i, j, k, channel, v, u] = source[top + v, left + u]


@njit(cache=True, fastmath=True)
def _difference(first, second, down, right):
    """Mean square difference of two patches (C, q, q), the second moved by (right, down)."""
    channels, side, _ = first.shape
    total = np.float32(0)
    for channel in range(channels):
        for v in range(side - down):
            for u in range(side - right):
                difference = first[channel, v + down, u + right] - second[channel, v, u]
                total += difference * difference
    return total / (channels * (side - down) * (side - right))


@njit(cache=True, fastmath=True, parallel=True)
def overlap_tables(patches, down, right, tables):
    """Costs between the labels of neighbours, `down` or `right` px apart (the other is 0)."""
    rows, columns, count = tables.shape[:3]
    row_step, column_step = int(down > 0), int(right > 0)
    for i in prange(rows):
        for j in range(columns):
            for a in range(count):
                for b in range(count):
                    tables[i, j, a, b] = _difference(
                        patches[i, j, a], patches[i + row_step, j + column_step, b], down, right
                    )
