"""Copies of candidate patches, and how well neighboring ones agree where they overlap."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, prange

from facestyle.kernels.pointers import pointer


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
def _fill_table(first, second, down, right, table):
    """Mean square differences of patches (K, C, q, q), the second ones moved by (right, down)."""
    count, channels, side, _ = first.shape
    a, b, area = pointer(first), pointer(second), side * side
    size = np.float32(channels * (side - down) * (side - right))
    for k in range(count):
        for n in range(count):
            total = np.float32(0)
            for channel in range(channels):
                ours = (k * channels + channel) * area + down * side + right
                theirs = (n * channels + channel) * area
                for _ in range(side - down):
                    for u in range(side - right):
                        difference = a[ours + u] - b[theirs + u]
                        total += difference * difference
                    ours += side
                    theirs += side
            table[k, n] = total / size


@njit(cache=True, fastmath=True, parallel=True)
def overlap_tables(patches, down, right, tables):
    """Costs between the labels of neighbors, `down` or `right` px apart (the other is 0)."""
    rows, columns = tables.shape[:2]
    row_step, column_step = int(down > 0), int(right > 0)
    for i in prange(rows):
        for j in range(columns):
            neighbor = patches[i + row_step, j + column_step]
            _fill_table(patches[i, j], neighbor, down, right, tables[i, j])
