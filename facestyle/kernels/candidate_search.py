"""For every patch of a picture, the most similar patch of each aligned picture near its place."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, prange

from facestyle.kernels.pointers import pointer


@njit(cache=True, fastmath=True)
def _row_differences(target, source, row, dy, dx, margin, differences):
    """Squared differences of one row over all channels, `source` shifted by (dx, dy)."""
    channels, height, width = target.shape
    a, b, out = pointer(target), pointer(source), pointer(differences)
    differences[:] = 0
    for channel in range(channels):
        ours = (channel * height + row) * width
        theirs = ours + dy * width + dx
        for x in range(margin, width - margin):
            difference = a[ours + x] - b[theirs + x]
            out[x] += difference * difference


@njit(cache=True, fastmath=True)
def _node_costs(sums, rows, columns, half, cumulative, costs):
    """Box sums around the nodes from column-wise cumulative sums, (rows + 1, W)."""
    width = sums.shape[1]
    for i in range(len(rows)):
        top, bottom = rows[i] - half, rows[i] + half + 1
        total = np.float32(0)
        for x in range(width):
            total += sums[bottom, x] - sums[top, x]
            cumulative[x + 1] = total
        for j in range(len(columns)):
            left, right = columns[j] - half, columns[j] + half + 1
            costs[i, j] = cumulative[right] - cumulative[left]


@njit(cache=True, fastmath=True, parallel=True)
def search(target, sources, rows, columns, half, radius, cost, dy_best, dx_best):
    """Best offset within `radius` of each node in each source; arrays are padded by half + radius.

    target (C, H, W), sources (N, C, H, W); cost (N, rows, columns) holds the mean square
    difference over a patch's pixels.
    """
    _, height, width = target.shape
    area = np.float32((2 * half + 1) ** 2)
    for n in prange(len(sources)):
        cost[n] = np.inf
        differences = np.zeros(width, np.float32)
        sums = np.zeros((height + 1, width), np.float32)
        cumulative = np.zeros(width + 1, np.float32)
        costs = np.empty((len(rows), len(columns)), np.float32)
        for dy in range(-radius, radius + 1):
            for dx in range(-radius, radius + 1):
                for y in range(radius, height - radius):
                    _row_differences(target, sources[n], y, dy, dx, radius, differences)
                    for x in range(width):
                        sums[y + 1, x] = sums[y, x] + differences[x]
                _node_costs(sums, rows, columns, half, cumulative, costs)
                for i in range(len(rows)):
                    for j in range(len(columns)):
                        value = costs[i, j] / area
                        if value < cost[n, i, j]:
                            cost[n, i, j] = value
                            dy_best[n, i, j] = dy
                            dx_best[n, i, j] = dx
