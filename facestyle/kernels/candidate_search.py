"""For every patch of a picture, the most similar patch of each aligned picture near its place."""

# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input
from facestyle.kernels.compiling import compiled
from facestyle.kernels.patch_grid import PatchGrid, checked_grid
from facestyle.kernels.pointers import pointer
from facestyle.kernels.threads import run_in_threads

Floats = NDArray[np.float32]


class Offsets(NamedTuple):
    """The best patch of each of N pictures, for each node.

    Attributes
    ----------
    cost : (N, h, w) float32
        Sum over the channels of the mean square difference of the patches.
    down, right : (N, h, w) int32
        From the node to the patch's center, px.
    """

    cost: Floats
    down: NDArray[np.int32]
    right: NDArray[np.int32]


def search(target: Floats, pictures: Floats, grid: PatchGrid, radius: int) -> Offsets:
    """Find the best offset near each node in each picture.

    Parameters
    ----------
    target : (C, H, W) float32
    pictures : (N, C, H, W) float32
        Aligned with the target.
    grid : PatchGrid
        Its patches keep a distance of `radius` from the border.
    radius : int
        Largest offset, px.

    Returns
    -------
    Offsets

    Raises
    ------
    ValueError
        An array has another type or shape, or a patch lies too near to the border.
    """
    target = as_input("target", target, np.float32, (None, None, None))
    pictures = as_input("pictures", pictures, np.float32, (None, *target.shape))
    radius = int(radius)
    checked_grid(grid._replace(half=grid.half + radius), target.shape[1:])
    grid = checked_grid(grid, target.shape[1:])
    shape = (len(pictures), len(grid.rows), len(grid.columns))
    found = Offsets(
        np.empty(shape, np.float32), np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    )
    run_in_threads(_search, len(pictures), target, pictures, grid, radius, found, least=1)
    return found


@compiled(part=True)
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


@compiled(part=True)
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


@compiled(allocates=True)
def _search(target, sources, grid, radius, found, first, last):
    rows, columns, half = grid
    cost, dy_best, dx_best = found
    _, height, width = target.shape
    area = np.float32((2 * half + 1) ** 2)
    for n in range(first, last):
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
