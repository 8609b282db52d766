"""Copies of candidate patches, and how well neighboring ones agree where they overlap."""

# mypy: allow-untyped-defs

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input
from facestyle.kernels.compiling import compiled
from facestyle.kernels.patch_grid import PatchPlaces, checked_places
from facestyle.kernels.pointers import pointer
from facestyle.kernels.threads import run_in_threads

Floats = NDArray[np.float32]


def gather(pictures: Floats, places: PatchPlaces, half: int) -> Floats:
    """Copy patches out of pictures.

    Parameters
    ----------
    pictures : (N, C, H, W) float32
    places : PatchPlaces
    half : int
        Patches reach so far from their center, px.

    Returns
    -------
    (h, w, K, C, q, q) float32

    Raises
    ------
    ValueError
        An array has another type or shape, or a patch lies outside its picture.
    """
    pictures = as_input("pictures", pictures, np.float32, (None, None, None, None))
    count, channels, height, width = pictures.shape
    places = checked_places(places, half, (count, height, width))
    side = 2 * int(half) + 1
    patches = np.empty((*places.picture.shape, channels, side, side), np.float32)
    run_in_threads(_gather, len(patches), pictures, *places, int(half), patches, least=1)
    return patches


def overlap_tables(patches: Floats, down: int, right: int) -> Floats:
    """Compare the candidates of neighboring nodes where they overlap.

    Parameters
    ----------
    patches : (h, w, K, C, q, q) float32
    down, right : int
        How far the neighbor lies below or to the right, 1 to q - 1 px; the other is 0.

    Returns
    -------
    (h - 1, w, K, K) or (h, w - 1, K, K) float32
        Mean square difference of each candidate and each of the neighbor's.

    Raises
    ------
    ValueError
        An array has another type or shape, or patches do not overlap.
    """
    patches = as_input("patches", patches, np.float32, (None,) * 6)
    rows, columns, count, _, side, _ = patches.shape
    if min(down, right) != 0 or not 0 < max(down, right) < side:
        raise ValueError(
            f"down, right: found {down}, {right}; expected one in 1 to {side - 1}, the other 0"
        )
    shape = (rows - int(down > 0), columns - int(right > 0), count, count)
    tables = np.empty(shape, np.float32)
    run_in_threads(_overlap_tables, len(tables), patches, int(down), int(right), tables, least=1)
    return tables


@compiled
def _gather(sources, index, ys, xs, half, patches, first, last):
    channels, side = sources.shape[1], 2 * half + 1
    for i in range(first, last):
        for j in range(index.shape[1]):
            for k in range(index.shape[2]):
                top, left = ys[i, j, k] - half, xs[i, j, k] - half
                for channel in range(channels):
                    source = sources[index[i, j, k], channel]
                    for v in range(side):
                        for u in range(side):
                            patches[i, j, k, channel, v, u] = source[top + v, left + u]


@compiled(part=True)
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


@compiled
def _overlap_tables(patches, down, right, tables, first, last):
    columns = tables.shape[1]
    row_step, column_step = int(down > 0), int(right > 0)
    for i in range(first, last):
        for j in range(columns):
            neighbor = patches[i + row_step, j + column_step]
            _fill_table(patches[i, j], neighbor, down, right, tables[i, j])
