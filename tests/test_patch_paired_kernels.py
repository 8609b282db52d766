"""Kernels of paired patch mode against plain NumPy."""

import numpy as np
import pytest

from facestyle.kernels import local_regression, patch_overlap, quilting
from facestyle.kernels.candidate_search import search
from facestyle.kernels.patch_grid import PatchGrid, PatchPlaces
from facestyle.kernels.patch_moments import pooled_moments

HALF, RADIUS = 2, 1
MARGIN = HALF + RADIUS


@pytest.fixture
def pictures():
    generator = np.random.default_rng(0)
    target = generator.random((2, 20, 22), np.float32)
    sources = generator.random((3, 2, 20, 22), np.float32)
    return target, sources, PatchGrid(np.array([3, 7, 11, 16]), np.array([3, 8, 18]), HALF)


@pytest.fixture
def candidates():
    generator = np.random.default_rng(1)
    shape = (4, 3, 5)
    index = generator.integers(0, 3, shape).astype(np.int32)
    ys = generator.integers(MARGIN, 20 - MARGIN, shape).astype(np.int32)
    xs = generator.integers(MARGIN, 22 - MARGIN, shape).astype(np.int32)
    return PatchPlaces(index, ys, xs)


def patch(image, y, x):
    return image[..., y - HALF : y + HALF + 1, x - HALF : x + HALF + 1]


def stack(sources, candidates, i, j):
    index, ys, xs = candidates
    return np.stack(
        [patch(sources[n], y, x) for n, y, x in zip(index[i, j], ys[i, j], xs[i, j], strict=True)]
    )


def test_search_finds_the_best_offset(pictures):
    target, sources, grid = pictures
    rows, columns, _ = grid
    cost, dy, dx = search(target, sources, grid, RADIUS)
    assert cost.shape == (3, 4, 3)
    for n, i, j in np.ndindex(cost.shape):
        own = patch(target, rows[i], columns[j])
        costs = {
            (v, u): ((own - patch(sources[n], rows[i] + v, columns[j] + u)) ** 2).sum() / 25
            for v in (-1, 0, 1)
            for u in (-1, 0, 1)
        }
        best = min(costs, key=costs.get)
        assert cost[n, i, j] == pytest.approx(costs[best], rel=1e-4)
        assert (dy[n, i, j], dx[n, i, j]) == best


@pytest.mark.parametrize("count", [5, 19])
def test_weights_solve_the_ridge_problem(pictures, candidates, count):
    target, sources, grid = pictures
    rows, columns, _ = grid
    places = PatchPlaces(*(np.resize(values, (4, 3, count)) for values in candidates))
    weights = local_regression.fit_weights(target, sources, grid, places, step=1, ridge=0.3)
    for i, j in np.ndindex(weights.shape[:2]):
        own = patch(target, rows[i], columns[j])
        difference = (stack(sources, places, i, j) - own).reshape(count, -1).astype(float)
        gram = difference @ difference.T
        gram += 0.3 * np.trace(gram) / count * np.eye(count)
        expected = np.linalg.solve(gram, np.ones(count))
        assert weights[i, j] == pytest.approx(expected / expected.sum(), abs=1e-4)


def test_mixed_patches_and_their_overlay(pictures, candidates):
    _, sources, grid = pictures
    rows, columns, _ = grid
    weights = np.random.default_rng(2).random(candidates[0].shape, np.float32)
    patches = local_regression.mix_patches(sources, candidates, weights, HALF)
    window = np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1]).astype(np.float32)
    expected, weight = np.zeros((2, 20, 22)), np.zeros((20, 22))
    for i, j in np.ndindex(4, 3):
        mixed = np.tensordot(weights[i, j], stack(sources, candidates, i, j), axes=1)
        assert patches[i, j] == pytest.approx(mixed, abs=1e-5)
        patch(expected, rows[i], columns[j])[:] += window * mixed
        patch(weight, rows[i], columns[j])[:] += window
    total, weights_sum = local_regression.overlay(patches, grid, window, (20, 22))
    assert total == pytest.approx(expected, abs=1e-3)
    assert weights_sum == pytest.approx(weight)


def test_pooled_moments(pictures, candidates):
    _, sources, _ = pictures
    photos = np.ascontiguousarray(sources[:, :1])
    moments = pooled_moments(photos, sources, candidates, HALF)
    for i, j in np.ndindex(4, 3):
        photo = stack(photos, candidates, i, j)
        photo = photo - photo.mean(axis=(2, 3), keepdims=True)
        drawing = stack(sources, candidates, i, j)
        expected = [*(photo * drawing).mean(axis=(0, 2, 3)), (photo**2).mean()]
        assert moments[i, j] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("down", "right"), [(3, 0), (0, 3)])
def test_overlap_tables(down, right):
    patches = np.random.default_rng(0).random((3, 3, 4, 1, 5, 5), np.float32)
    tables = patch_overlap.overlap_tables(patches, down, right)
    assert tables.shape == (3 - int(down > 0), 3 - int(right > 0), 4, 4)
    for i, j, a, b in np.ndindex(tables.shape):
        first = patches[i, j, a, 0, down:, right:]
        second = patches[i + int(down > 0), j + int(right > 0), b, 0]
        second = second[: 5 - down, : 5 - right]
        assert tables[i, j, a, b] == pytest.approx(((first - second) ** 2).mean(), rel=1e-4)


def cheapest_path(error):
    """Least cost of a connected path from the first row to the last, by recursion."""
    best = error[0]
    for row in error[1:]:
        padded = np.pad(best, 1, constant_values=np.inf)
        best = row + np.minimum(np.minimum(padded[:-2], padded[1:-1]), padded[2:])
    return best.min()


def test_cut_is_the_cheapest_connected_path():
    for seed in range(5):
        error = np.random.default_rng(seed).random((8, 5)).astype(np.float32)
        position = np.zeros(8, np.int64)
        quilting._cut(error.copy(), position)
        assert error[np.arange(8), position].sum() == pytest.approx(cheapest_path(error), rel=1e-5)
        assert np.abs(np.diff(position)).max() <= 1


def test_quilt_of_one_pictures_patches_is_that_picture(pictures):
    target, _, _ = pictures
    rows, columns = np.arange(2, 18, 3), np.arange(2, 20, 3)
    patches = np.stack([[patch(target, y, x) for x in columns] for y in rows])
    result = np.zeros_like(target)
    quilting.quilt(patches, PatchGrid(rows, columns, HALF), result)
    assert np.array_equal(result[..., :20], target[..., :20])


def test_quilt_hides_the_seam_where_patches_agree():
    left, right = np.zeros((1, 5, 5), np.float32), np.ones((1, 5, 5), np.float32)
    right[0, :, 1] = 0  # the two agree here only: the seam belongs here
    patches = np.stack([[left, right]])
    result = np.full((1, 5, 8), -1, np.float32)
    quilting.quilt(patches, PatchGrid(np.array([2]), np.array([2, 5]), HALF), result)
    assert np.array_equal(result[0, 0], [0, 0, 0, 0, 0, 1, 1, 1])
