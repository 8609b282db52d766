"""Weights that rebuild a patch from its candidates (locally linear), and what they rebuild."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, prange

from facestyle.kernels.pointers import pointer


@njit(cache=True, fastmath=True)
def _gram(target, sources, row, column, node, half, step, difference, gram):
    """Fill the Gram matrix of the candidates' differences from the target's patch.

    `node` holds the candidates' sources, rows and columns, each (K,).
    """
    index, ys, xs = node
    channels, height, width = target.shape
    first, second, out = pointer(target), pointer(sources), pointer(difference)
    count, samples = difference.shape
    side = (2 * half) // step + 1
    for k in range(count):
        size = k * samples
        for channel in range(channels):
            ours = (channel * height + row - half) * width + column - half
            plane = (np.int64(index[k]) * channels + channel) * height
            theirs = (plane + ys[k] - half) * width + xs[k] - half
            for _ in range(side):
                for u in range(side):
                    out[size + u] = second[theirs + step * u] - first[ours + step * u]
                size += side
                ours += step * width
                theirs += step * width
    for a in range(count):
        for b in range(a + 1):
            total = np.float32(0)
            for d in range(samples):
                total += out[a * samples + d] * out[b * samples + d]
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
            node = index[i, j], ys[i, j], xs[i, j]
            _gram(target, sources, rows[i], columns[j], node, half, step, difference, gram)
            trace = np.float32(0)
            for k in range(count):
                trace += gram[k, k]
            for k in range(count):
                gram[k, k] += ridge * trace / count + np.float32(1e-6)
            _solve_ones(gram, weights[i, j])
            total = weights[i, j].sum()
            for k in range(count):
                weights[i, j, k] /= total


@njit(cache=True, fastmath=True)
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


@njit(cache=True, parallel=True)
def mix_patches(sources, index, ys, xs, weights, half, patches):
    """Weighted sum of each node's candidate patches, (rows, columns, C, q, q)."""
    for i in prange(index.shape[0]):
        for j in range(index.shape[1]):
            _mix(sources, index[i, j], ys[i, j], xs[i, j], weights[i, j], half, patches[i, j])


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


@njit(cache=True, fastmath=True)
def _moments(photos, n, top, left, side):
    """Mean and variance of a patch of gray photo n."""
    height, width = photos.shape[2:]
    photo, place = pointer(photos), (np.int64(n) * height + top) * width + left
    total, square = np.float32(0), np.float32(0)
    for v in range(side):
        for u in range(side):
            value = photo[place + v * width + u]
            total += value
            square += value * value
    area = np.float32(side * side)
    mean = total / area
    return mean, square / area - mean * mean


@njit(cache=True, fastmath=True)
def _covariance(photos, drawings, n, channel, top, left, mean, side):
    """Covariance of a patch of gray photo n, whose mean is known, with its drawing."""
    channels, height, width = drawings.shape[1:]
    photo, drawing = pointer(photos), pointer(drawings)
    ours = (np.int64(n) * height + top) * width + left
    theirs = ((np.int64(n) * channels + channel) * height + top) * width + left
    total = np.float32(0)
    for v in range(side):
        for u in range(side):
            total += (photo[ours + v * width + u] - mean) * drawing[theirs + v * width + u]
    return total / np.float32(side * side)


@njit(cache=True, fastmath=True, parallel=True)
def pooled_moments(photos, drawings, index, ys, xs, half, moments):
    """Covariance of each drawing channel with the gray photo, and the photo's variance (last).

    photos (N, 1, H, W), drawings (N, C, H, W); moments (rows, columns, C + 1): means over the
    candidates, each about its own mean.
    """
    channels, count = drawings.shape[1], index.shape[2]
    side = 2 * half + 1
    for i in prange(index.shape[0]):
        for j in range(index.shape[1]):
            moments[i, j] = 0
            for k in range(count):
                top, left = ys[i, j, k] - half, xs[i, j, k] - half
                mean, variance = _moments(photos, index[i, j, k], top, left, side)
                moments[i, j, channels] += variance / count
                for channel in range(channels):
                    n = index[i, j, k]
                    shared = _covariance(photos, drawings, n, channel, top, left, mean, side)
                    moments[i, j, channel] += shared / count
