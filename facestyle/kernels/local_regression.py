"""Weights that rebuild a patch from its candidates (locally linear), and what they rebuild."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, prange


@njit(cache=True, fastmath=True)
def _gram(target, sources, row, column, index, ys, xs, half, step, difference, gram):
    """Fill the Gram matrix of the candidates' differences from the target's patch."""
    channels = target.shape[0]
    count = len(index)
    size = 0
    for k in range(count):
        size = 0
        for channel in range(channels):
            for v in range(-half, half + 1, step):
                for u in range(-half, half + 1, step):
                    value = sources[index[k], channel, ys[k] + v, xs[k] + u]
                    difference[k, size] = value - target[channel, row + v, column + u]
                    size += 1
    for a in range(count):
        for b in range(a + 1):
            total = np.float32(0)
            for d in range(size):
                total += difference[a, d] * difference[b, d]
            gram[a, b] = total
            gram[b, a] = total


@njit(cache=True, fastmath=True)
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


@njit(cache=True, fastmath=True, parallel=True)
def fit_weights(target, sources, rows, columns, index, ys, xs, half, step, ridge, weights):
    """Affine weights (sum 1) of the candidates of each node.

    target (C, H, W), sources (N, C, H, W) padded; index, ys, xs (rows, columns, K); `ridge` is
    relative to the mean of the Gram matrix's diagonal.
    """
    count = index.shape[2]
    samples = target.shape[0] * ((2 * half) // step + 1) ** 2
    for i in prange(len(rows)):
        difference = np.empty((count, samples), np.float32)
        gram = np.empty((count, count), np.float32)
        for j in range(len(columns)):
            _gram(
                target, sources, rows[i], columns[j], index[i, j], ys[i, j], xs[i, j],
                half, step, difference, gram,
            )  # fmt: skip
            trace = np.float32(0)
            for k in range(count):
                trace += gram[k, k]
            for k in range(count):
                gram[k, k] += ridge * trace / count + np.float32(1e-6)
            _solve_ones(gram, weights[i, j])
            total = weights[i, j].sum()
            for k in range(count):
                weights[i, j, k] /= total


@njit(cache=True, fastmath=True, parallel=True)
def mix_patches(sources, index, ys, xs, weights, half, patches):
    """Weighted sum of each node's candidate patches, (rows, columns, C, q, q)."""
    channels, side = sources.shape[1], 2 * half + 1
    for i in prange(index.shape[0]):
        for j in range(index.shape[1]):
            patches[i, j] = 0
            for k in range(index.shape[2]):
                weight = weights[i, j, k]
                top, left = ys[i, j, k] - half, xs[i, j, k] - half
                for channel in range(channels):
                    source = sources[index[i, j, k], channel]
                    for v in range(side):
                        for u in range(side):
                            patches[i, j, channel, v, u] += weight * source[top + v, left + u]


@njit(cache=True, fastmath=True)
def overlay(patches, rows, columns, window, total, weight):
    """Add windowed patches (rows, columns, C, q, q) into total (C, H, W) and weight (H, W)."""
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


@njit(cache=True, fastmath=True, parallel=True)
def pooled_moments(photos, drawings, index, ys, xs, half, moments):
    """Covariance of each drawing channel with the grey photo, and the photo's variance (last).

    photos (N, 1, H, W), drawings (N, C, H, W); moments (rows, columns, C + 1): means over the
    candidates, each about its own mean.
    """
    channels, count = drawings.shape[1], index.shape[2]
    area = np.float32((2 * half + 1) ** 2)
    for i in prange(index.shape[0]):
        for j in range(index.shape[1]):
            moments[i, j] = 0
            for k in range(count):
                y, x = ys[i, j, k], xs[i, j, k]
                photo = photos[index[i, j, k], 0, y - half : y + half + 1, x - half : x + half + 1]
                mean = np.float32(0)
                square = np.float32(0)
                for v in range(2 * half + 1):
                    for u in range(2 * half + 1):
                        mean += photo[v, u]
                        square += photo[v, u] * photo[v, u]
                mean /= area
                moments[i, j, channels] += (square / area - mean * mean) / count
                for channel in range(channels):
                    drawing = drawings[index[i, j, k], channel]
                    total = np.float32(0)
                    for v in range(2 * half + 1):
                        for u in range(2 * half + 1):
                            total += (photo[v, u] - mean) * drawing[y - half + v, x - half + u]
                    moments[i, j, channel] += total / area / count
