"""Weights that rebuild a patch from its candidates (locally linear), and what they rebuild."""

# mypy: allow-untyped-defs

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input
from facestyle.kernels.compiling import compiled
from facestyle.kernels.patch_grid import PatchGrid, PatchPlaces, checked_grid, checked_places
from facestyle.kernels.pointers import pointer
from facestyle.kernels.threads import run_in_threads

Floats = NDArray[np.float32]

_GROUP = 4  # samples that are added to the Gram matrix at a time
_LANES = 8  # float32 numbers in a vector register of AVX2


def fit_weights(
    target: Floats,
    pictures: Floats,
    grid: PatchGrid,
    places: PatchPlaces,
    *,
    step: int,
    ridge: float,
) -> Floats:
    """Find the affine mixture of each node's candidates that comes nearest to its patch.

    Parameters
    ----------
    target : (C, H, W) float32
    pictures : (N, C, H, W) float32
        Of the candidates.
    grid : PatchGrid
    places : PatchPlaces
        The candidates.
    step : int
        Patches are compared at every so many pixels of their rows and columns.
    ridge : float
        Added to the Gram matrix's diagonal, relative to the diagonal's mean.

    Returns
    -------
    (h, w, K) float32
        Sums to 1 over K.

    Raises
    ------
    ValueError
        An array has another type or shape, or a patch lies outside its picture.
    """
    target = as_input("target", target, np.float32, (None, None, None))
    _, height, width = target.shape
    pictures = as_input("pictures", pictures, np.float32, (None, *target.shape))
    grid = checked_grid(grid, (height, width))
    places = checked_places(places, grid.half, (len(pictures), height, width))
    _expect_nodes(grid, places)
    if not 1 <= step <= 2 * grid.half:
        raise ValueError(f"step: found {step}, expected 1 to {2 * grid.half}")
    weights = np.empty(places.picture.shape, np.float32)
    fit = grid, places, int(step), np.float32(ridge)
    run_in_threads(_fit_weights, len(grid.rows), target, pictures, fit, weights, least=1)
    return weights


def mix_patches(pictures: Floats, places: PatchPlaces, weights: Floats, half: int) -> Floats:
    """Mix each node's candidate patches.

    Parameters
    ----------
    pictures : (N, C, H, W) float32
    places : PatchPlaces
        The candidates.
    weights : (h, w, K) float32
    half : int
        Patches reach so far from their center, px.

    Returns
    -------
    (h, w, C, q, q) float32

    Raises
    ------
    ValueError
        An array has another type or shape, or a patch lies outside its picture.
    """
    pictures = as_input("pictures", pictures, np.float32, (None, None, None, None))
    count, channels, height, width = pictures.shape
    places = checked_places(places, half, (count, height, width))
    weights = as_input("weights", weights, np.float32, places.picture.shape)
    side = 2 * int(half) + 1
    patches = np.empty((*places.picture.shape[:2], channels, side, side), np.float32)
    run_in_threads(
        _mix_patches, len(patches), pictures, places, weights, int(half), patches, least=1
    )
    return patches


def overlay(
    patches: Floats, grid: PatchGrid, window: Floats, size: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Add up windowed patches where they belong.

    Parameters
    ----------
    patches : (h, w, C, q, q) float32
    grid : PatchGrid
    window : (q, q) float32
    size : (int, int)
        Height and width of the sums, H and W.

    Returns
    -------
    total : (C, H, W) float32
        Sum of the patches, each times the window.
    weight : (H, W) float32
        Sum of the windows.

    Raises
    ------
    ValueError
        An array has another type or shape, or a patch lies outside the sums.
    """
    grid = checked_grid(grid, size)
    side = 2 * grid.half + 1
    shape = (len(grid.rows), len(grid.columns), None, side, side)
    patches = as_input("patches", patches, np.float32, shape)
    window = as_input("window", window, np.float32, (side, side))
    total = np.zeros((patches.shape[2], *size), np.float32)
    weight = np.zeros(size, np.float32)
    _overlay(patches, grid, window, total, weight)
    return total, weight


def _expect_nodes(grid: PatchGrid, places: PatchPlaces) -> None:
    if places.picture.shape[:2] != (len(grid.rows), len(grid.columns)):
        raise ValueError(
            f"places: found candidates of {places.picture.shape[:2]} nodes, expected "
            f"{(len(grid.rows), len(grid.columns))}"
        )


@compiled(part=True)
def _subtract(target, pictures, place, node, sampling, differences):
    """Fill the differences (samples, K) of the candidates and the target's patch.

    `place` is the center of the target's patch, `node` holds the candidates' pictures and centers,
    each (K,), and `sampling` the patches' half side and the step between samples.
    """
    (row, column), (index, ys, xs), (half, step) = place, node, sampling
    channels, height, width = target.shape
    first, second, out = pointer(target), pointer(pictures), pointer(differences)
    count = differences.shape[1]
    side = (2 * half) // step + 1
    for k in range(count):
        entry = np.int64(k)
        for channel in range(channels):
            ours = (channel * height + row - half) * width + column - half
            plane = (np.int64(index[k]) * channels + channel) * height
            theirs = (plane + ys[k] - half) * width + xs[k] - half
            for _ in range(side):
                for u in range(side):
                    out[entry] = second[theirs + step * u] - first[ours + step * u]
                    entry += count
                ours += step * width
                theirs += step * width


@compiled(part=True)
def _gram(differences, gram):
    """Fill the Gram matrix (K, K) of differences (samples, K), four samples at a time.

    The sums of one row grow side by side: vectors hold them without changing any sum's order.
    """
    samples, count = differences.shape
    values, out = pointer(differences), pointer(gram)
    gram[:] = 0
    for sample in range(0, samples, _GROUP):
        first = sample * count
        second, third, fourth = first + count, first + 2 * count, first + 3 * count
        for a in range(count):
            p, q, r, s = (
                values[first + a],
                values[second + a],
                values[third + a],
                values[fourth + a],
            )
            row = a * count
            for b in range(a - a % _LANES, count):
                out[row + b] += (
                    p * values[first + b]
                    + q * values[second + b]
                    + r * values[third + b]
                    + s * values[fourth + b]
                )
    for a in range(count):
        for b in range(a):
            gram[a, b] = gram[b, a]


@compiled(part=True)
def _solve_ones(matrix, solution):
    """Solve matrix x = 1 for a positive definite matrix by Cholesky; overwrites the matrix."""
    n = len(matrix)
    for a in range(n):
        for b in range(a + 1):
            total = matrix[a, b]
            for d in range(b):
                total -= matrix[a, d] * matrix[b, d]
            if a == b:
                matrix[a, a] = np.sqrt(max(total, 1e-12))
            else:
                matrix[a, b] = total / matrix[b, b]
    for a in range(n):
        total = np.float32(1)
        for d in range(a):
            total -= matrix[a, d] * solution[d]
        solution[a] = total / matrix[a, a]
    for a in range(n - 1, -1, -1):
        total = solution[a]
        for d in range(a + 1, n):
            total -= matrix[d, a] * solution[d]
        solution[a] = total / matrix[a, a]


@compiled(allocates=True)
def _fit_weights(target, pictures, fit, weights, first, last):
    grid, places, step, ridge = fit
    rows, columns, half = grid
    index, ys, xs = places
    count = index.shape[2]
    sampling, side = (half, step), (2 * half) // step + 1
    for i in range(first, last):
        samples = target.shape[0] * side * side
        # zeros fill the last group
        difference = np.zeros((samples + -samples % _GROUP, count), np.float32)
        gram = np.empty((count, count), np.float32)
        for j in range(len(columns)):
            node = index[i, j], ys[i, j], xs[i, j]
            place = rows[i], columns[j]
            _subtract(target, pictures, place, node, sampling, difference)
            _gram(difference, gram)
            trace = np.float32(0)
            for k in range(count):
                trace += gram[k, k]
            for k in range(count):
                gram[k, k] += ridge * trace / count + np.float32(1e-6)
            _solve_ones(gram, weights[i, j])
            total = weights[i, j].sum()
            for k in range(count):
                weights[i, j, k] /= total


@compiled(part=True)
def _mix(sources, index, ys, xs, weights, half, patch):
    """Weighted sum of one node's candidate patches, (C, q, q)."""
    _, channels, height, width = sources.shape
    source, out, side = pointer(sources), pointer(patch), 2 * half + 1
    patch[:] = 0
    for k in range(len(index)):
        weight = weights[k]
        size = 0
        for channel in range(channels):
            plane = (np.int64(index[k]) * channels + channel) * height
            place = (plane + ys[k] - half) * width + xs[k] - half
            for _ in range(side):
                for u in range(side):
                    out[size + u] += weight * source[place + u]
                size += side
                place += width


@compiled
def _mix_patches(pictures, places, weights, half, patches, first, last):
    index, ys, xs = places
    for i in range(first, last):
        for j in range(index.shape[1]):
            _mix(pictures, index[i, j], ys[i, j], xs[i, j], weights[i, j], half, patches[i, j])


@compiled
def _overlay(patches, grid, window, total, weight):
    rows, columns, _ = grid
    side = window.shape[0]
    half = side // 2
    for i in range(len(rows)):
        for j in range(len(columns)):
            top, left = rows[i] - half, columns[j] - half
            for v in range(side):
                for u in range(side):
                    weight[top + v, left + u] += window[v, u]
            for channel in range(patches.shape[2]):
                for v in range(side):
                    for u in range(side):
                        value = window[v, u] * patches[i, j, channel, v, u]
                        total[channel, top + v, left + u] += value
