"""PatchMatch with guides: the search, on plain arrays.

C. Barnes et al., "PatchMatch: A Randomized Correspondence Algorithm for Structural Image Editing",
SIGGRAPH 2009. A sweep here is a Jacobi iteration: every pixel looks at the field that the sweep
before left, and its random numbers are a hash of its position, so that rows can run in parallel
and the result doesn't depend on the number of threads.

The arrays are described in `facestyle.kernels.patchmatch_problem`.
"""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, prange

from facestyle.kernels.byte_distances import patch_distance, weighted_distance
from facestyle.kernels.match_keys import OUTSIDE, pack_match, unpack_match
from facestyle.kernels.patchmatch_problem import (
    CHANNELS,
    GUIDE_WEIGHT_ONE,
    GUIDES,
    RADIUS,
    REGIONS,
    check_problem,
    take_pointers,
)

_FAR = np.float32(1e9)


@njit(cache=True, forceinline=True)
def _hash(value):
    """Mix 32 bits (Wellons' lowbias32)."""
    value = np.uint32(value)
    value = np.uint32(value ^ (value >> np.uint32(16)))
    value = np.uint32(value * np.uint32(0x7FEB352D))
    value = np.uint32(value ^ (value >> np.uint32(15)))
    value = np.uint32(value * np.uint32(0x46CA68B))
    return np.int64(np.uint32(value ^ (value >> np.uint32(16))))


@njit(cache=True, forceinline=True)
def _warped(p, pixel, k):
    """Row and column that the warp gives a pixel in source k."""
    at = 2 * (p.sources.origin[k] * p.height * p.width + pixel)
    row, column, m = p.target.positions[at], p.target.positions[at + 1], 6 * k
    matrix = p.sources.matrix
    return (
        matrix[m] * row + matrix[m + 1] * column + matrix[m + 2],
        matrix[m + 3] * row + matrix[m + 4] * column + matrix[m + 5],
    )


@njit(cache=True, fastmath=True, forceinline=True)
def _distance(p, y, x, k, sy, sx, best):
    """Cost of filling pixel (y, x) from (sy, sx) of source k; stops early above `best`."""
    pixel = y * p.width + x
    region = np.int64(p.target.regions[pixel])
    width = p.sources.width[k]
    at = p.sources.start[k] + sy * width + sx
    dy, dx = _warped(p, pixel, k)
    dy, dx = dy - np.float32(sy), dx - np.float32(sx)
    position = p.target.position_weight[pixel] * (dy * dy + dx * dx)
    # the position's cost saturates at 4
    cost = position / (np.float32(1) + position * np.float32(0.25))
    cost += p.target.prior[p.sources.origin[k] * p.height * p.width + pixel]
    cost += p.region_costs[(k * (REGIONS - 1) + region) * REGIONS + p.sources.regions[at]]
    cost += p.occurrence * p.use[at]
    if cost >= best:
        return cost
    ours, theirs, row = p.target.guides, p.sources.guides, region * GUIDES
    total = weighted_distance(ours, pixel * GUIDES, theirs, at * GUIDES, p.guide_weights, row)
    cost += np.float32(total) * np.float32(1 / GUIDE_WEIGHT_ONE)
    if cost >= best:
        return cost
    stride = (p.width + 2 * RADIUS) * CHANNELS
    corner = (at - RADIUS * width - RADIUS) * CHANNELS
    ours, theirs, corner_of_ours = p.target.image, p.sources.image, y * stride + x * CHANNELS
    total = patch_distance(ours, corner_of_ours, stride, theirs, corner, width * CHANNELS)
    return cost + np.float32(total) * p.style


@njit(cache=True, forceinline=True)
def _disagreement(key, neighbors):
    """How many of the four neighbors (keys) come from another offset."""
    up, down, left, right = neighbors
    return np.float32(
        np.int64((up != key) & (up != OUTSIDE))
        + np.int64((down != key) & (down != OUTSIDE))
        + np.int64((left != key) & (left != OUTSIDE))
        + np.int64((right != key) & (right != OUTSIDE))
    )


@njit(cache=True, forceinline=True)
def _key(p, y, x):
    if y < 0 or x < 0 or y >= p.height or x >= p.width:
        return np.int64(OUTSIDE)
    return p.keys[y * p.width + x]


@njit(cache=True, forceinline=True)
def _neighbors(p, y, x, step):
    """Keys above, below, left and right, `step` pixels away."""
    return _key(p, y - step, x), _key(p, y + step, x), _key(p, y, x - step), _key(p, y, x + step)


@njit(cache=True, forceinline=True)
def _fits(p, k, sy, sx):
    """Whether the patch around a place lies inside its source."""
    low = sy >= RADIUS and sx >= RADIUS
    return low and sy < p.sources.height[k] - RADIUS and sx < p.sources.width[k] - RADIUS


@njit(cache=True, forceinline=True)
def _random_candidate(p, y, x, k, sy, sx, radius, first, seed):
    """A random place: near the best, near the warp (first), or the same place in another source."""
    low, high = seed & 0xFFFF, (seed >> 16) & 0xFFFF
    pixel = y * p.width + x
    if p.count > 1 and (low & 3) == 0:
        other = np.int64(np.uint32(_hash(seed + 77)) % np.uint32(p.count))
        ours, theirs = _warped(p, pixel, k), _warped(p, pixel, other)
        sy, sx = np.int64(theirs[0] + sy - ours[0]), np.int64(theirs[1] + sx - ours[1])
        k = other
    elif first:
        ours = _warped(p, pixel, k)
        sy, sx = np.int64(ours[0]), np.int64(ours[1])
    sy += (low * (2 * radius + 1) >> 16) - radius
    sx += (high * (2 * radius + 1) >> 16) - radius
    sy = min(max(sy, RADIUS), p.sources.height[k] - RADIUS - 1)
    sx = min(max(sx, RADIUS), p.sources.width[k] - RADIUS - 1)
    return k, sy, sx


@njit(cache=True, fastmath=True, forceinline=True)
def _ask_neighbors(p, y, x, near, step, best, penalty, own):
    """Best of a pixel's own match and its neighbors': cost with penalty, penalty, key."""
    far = near if step == 1 else _neighbors(p, y, x, step)
    key = own
    for q in range(4):
        other = far[q]
        if other in (OUTSIDE, own, key):
            continue
        # neighbors often agree: ask each match once
        if (
            (q > 0 and other == far[0])
            or (q > 1 and other == far[1])
            or (q > 2 and other == far[2])
        ):
            continue
        k, dy, dx = unpack_match(other)
        if not _fits(p, k, y + dy, x + dx):
            continue
        extra = p.coherence * _disagreement(other, near)
        cost = _distance(p, y, x, k, y + dy, x + dx, best - extra) + extra
        if cost < best:
            best, penalty, key = cost, extra, other
    return best, penalty, key


@njit(cache=True, fastmath=True, forceinline=True)
def _improve_pixel(p, y, x, best, step, radius, settled, seed):
    """Best of a pixel's own match, its neighbors' and some random ones."""
    own, near = _key(p, y, x), _neighbors(p, y, x, 1)
    penalty = p.coherence * _disagreement(own, near)
    best, penalty, key = _ask_neighbors(p, y, x, near, step, best + penalty, penalty, own)
    k, sy, sx = unpack_match(key)
    sy, sx = y + sy, x + sx
    if settled and penalty == 0:
        return best, k, sy, sx
    state = _hash((y * p.width + x) * 7477964 + seed * 28913453)
    first = True
    while radius >= 1:
        state = _hash(state + 0x9E3779B9)
        other, cy, cx = _random_candidate(p, y, x, k, sy, sx, radius, first, state)
        first = False
        extra = p.coherence * _disagreement(pack_match(other, cy - y, cx - x), near)
        cost = _distance(p, y, x, other, cy, cx, best - extra) + extra
        if cost < best:
            best, penalty, k, sy, sx = cost, extra, other, cy, cx
        radius //= 2
    return best - penalty, k, sy, sx


@njit(cache=True)
def _sweep_row(target, sources, costs, use, keys, field, cost, out_field, out_cost, options, y):
    step, radius, seed, stale, settled = options
    p = take_pointers(target, sources, costs, use, keys)
    for x in range(keys.shape[1]):
        best = cost[y, x]
        if stale:
            k, sy, sx = np.int64(field[y, x, 0]), np.int64(field[y, x, 1]), np.int64(field[y, x, 2])
            best = _distance(p, y, x, k, sy, sx, _FAR)
        best, k, sy, sx = _improve_pixel(p, y, x, best, step, radius, settled != 0, seed)
        out_field[y, x, 0] = k
        out_field[y, x, 1] = sy
        out_field[y, x, 2] = sx
        out_cost[y, x] = best


@njit(cache=True, parallel=True)
def _sweep(target, sources, costs, use, field, cost, out_field, out_cost, options):
    height, width = field.shape[:2]
    keys = np.empty((height, width), np.int64)
    for row in prange(height):
        y = np.int64(row)
        for x in range(width):
            keys[y, x] = pack_match(field[y, x, 0], field[y, x, 1] - y, field[y, x, 2] - x)
    for row in prange(height):
        y = np.int64(row)
        _sweep_row(target, sources, costs, use, keys, field, cost, out_field, out_cost, options, y)


def sweep(target, sources, costs, use, field, cost, out_field, out_cost, options):
    """Improve a nearest-neighbor field once.

    Parameters
    ----------
    target, sources, costs : Target, Sources, Costs
    use : (P,) float32
        How often each source pixel is used beyond its share.
    field : (h, w, 3) int32
        Source, row and column of each pixel's match.
    cost : (h, w) float32
        Cost of the matches without the coherence term.
    out_field, out_cost : like `field` and `cost`
        Where the result goes.
    options : tuple of five int
        Distance of the neighbors asked, radius of the random search, seed, whether `cost` is
        stale, whether pixels that agree with all neighbors skip the random search.

    Raises
    ------
    ValueError
        If an array has another type, shape or layout than it should: pointers do not notice.
    """
    check_problem(target, sources, costs, use, field)
    _sweep(target, sources, costs, use, field, cost, out_field, out_cost, options)


@njit(cache=True)
def count_use(field, sources, use):
    """Count how many pixels each source pixel fills; `use` (P,) float32 is overwritten."""
    use[:] = 0
    height, width = field.shape[:2]
    for y in range(height):
        for x in range(width):
            k = field[y, x, 0]
            use[sources.start[k] + field[y, x, 1] * sources.width[k] + field[y, x, 2]] += 1


@njit(cache=True)
def _double(coarse, height, width, out):
    for y in range(out.shape[0]):
        ny = min(y // 2, coarse.shape[0] - 1)
        for x in range(out.shape[1]):
            nx = min(x // 2, coarse.shape[1] - 1)
            k = coarse[ny, nx, 0]
            out[y, x, 0] = k
            row, column = 2 * coarse[ny, nx, 1] + y % 2, 2 * coarse[ny, nx, 2] + x % 2
            out[y, x, 1] = min(max(row, RADIUS), height[k] - RADIUS - 1)
            out[y, x, 2] = min(max(column, RADIUS), width[k] - RADIUS - 1)


def doubled(field, shape, sources):
    """A field of half the size, brought to the next finer level.

    Parameters
    ----------
    field : (h, w, 3) int32
    shape : (int, int)
        Height and width of the finer level.
    sources : Sources
        Of the finer level.

    Returns
    -------
    (H, W, 3) int32
    """
    out = np.empty((*shape, 3), np.int32)
    _double(field, sources.height, sources.width, out)
    return out
