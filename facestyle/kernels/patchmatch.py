"""PatchMatch with guides: the search and the vote, on plain arrays.

C. Barnes et al., "PatchMatch: A Randomized Correspondence Algorithm for Structural Image Editing",
SIGGRAPH 2009. A sweep here is a Jacobi iteration: every pixel looks at the field that the sweep
before left, and its random numbers are a hash of its position, so that rows can run in parallel
and the result doesn't depend on the number of threads.

Pictures and guides are bytes: the search is bound by memory, not by arithmetic.
Sources of different sizes lie one after another in flat arrays: pixel (y, x) of source k has the
index ``start[k] + y * width[k] + x``.
"""

# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
from numba import njit, prange

RADIUS = 2
CHANNELS = 3
GUIDES = 14
GUIDE_WEIGHT_ONE = 1 << 24  # guides' weights are integers of this unit
_SIDE = 2 * RADIUS + 1
_ROW = _SIDE * CHANNELS
_FAR = np.float32(1e9)


class Target(NamedTuple):
    """The picture that is being made; h by w pixels, K sources."""

    image: np.ndarray  # ((h + 4) * (w + 4) * 3,) uint8, padded by RADIUS
    guides: np.ndarray  # (h * w * 14,) uint8
    regions: np.ndarray  # (h, w) uint8
    positions: np.ndarray  # (K, h, w, 2) float32: row, column that the warp gives in each source
    position_weight: np.ndarray  # (h, w) float32
    prior: np.ndarray  # (K, h, w) float32: cost of using a source at all


class Sources(NamedTuple):
    """The pictures that patches come from; P pixels in all."""

    image: np.ndarray  # (P * 3,) uint8
    guides: np.ndarray  # (P * 14,) uint8
    regions: np.ndarray  # (P,) uint8
    start: np.ndarray  # (K,) int64
    height: np.ndarray  # (K,) int64
    width: np.ndarray  # (K,) int64


class Costs(NamedTuple):
    """Weights of the terms."""

    guides: np.ndarray  # (8, 14) int64: for each region of the target
    regions: np.ndarray  # (K, 8, 9) float32: a pixel of the first region from one of the second
    style: float
    occurrence: float
    coherence: float


@njit(cache=True, forceinline=True)
def _hash(value):
    """Mix 32 bits (Wellons' lowbias32)."""
    value = np.int64(value) & 0xFFFFFFFF
    value ^= value >> 16
    value = (value * 0x7FEB352D) & 0xFFFFFFFF
    value ^= value >> 15
    value = (value * 0x46CA68B) & 0xFFFFFFFF
    value ^= value >> 16
    return value


@njit(cache=True, fastmath=True, forceinline=True)
def _distance(target, sources, costs, use, y, x, k, sy, sx, best):
    """Cost of filling pixel (y, x) from (sy, sx) of source k; stops early above `best`."""
    region = target.regions[y, x]
    width = sources.width[k]
    at = sources.start[k] + sy * width + sx
    dy = target.positions[k, y, x, 0] - sy
    dx = target.positions[k, y, x, 1] - sx
    position = target.position_weight[y, x] * (dy * dy + dx * dx)
    # the position's cost saturates at 4
    cost = position / (np.float32(1) + position * np.float32(0.25))
    cost += costs.regions[k, region, sources.regions[at]] + target.prior[k, y, x]
    cost += costs.occurrence * use[at]
    if cost >= best:
        return cost
    # Unsigned indices cannot be negative, integers have no rounding order: both make fast code.
    ours = np.uintp((y * target.regions.shape[1] + x) * GUIDES)
    theirs = np.uintp(at * GUIDES)
    total = np.int64(0)
    for j in range(GUIDES):
        i = np.uintp(j)
        difference = np.int64(target.guides[ours + i]) - np.int64(sources.guides[theirs + i])
        total += difference * difference * costs.guides[region, i]
    cost += np.float32(total) * np.float32(1 / GUIDE_WEIGHT_ONE)
    if cost >= best:
        return cost
    weight = np.float32(costs.style / (_SIDE * _SIDE * 255.0 * 255.0))
    ours = np.uintp((y * (target.regions.shape[1] + 2 * RADIUS) + x) * CHANNELS)
    theirs = np.uintp((at - RADIUS * width - RADIUS) * CHANNELS)
    our_stride = np.uintp((target.regions.shape[1] + 2 * RADIUS) * CHANNELS)
    their_stride = np.uintp(width * CHANNELS)
    for _ in range(_SIDE):
        total = np.int64(0)
        for j in range(_ROW):
            i = np.uintp(j)
            difference = np.int64(target.image[ours + i]) - np.int64(sources.image[theirs + i])
            total += difference * difference
        ours += our_stride
        theirs += their_stride
        cost += np.float32(total) * weight
        if cost >= best:
            return cost
    return cost


@njit(cache=True, forceinline=True)
def _disagreement(field, y, x, k, sy, sx):
    """How many of the four neighbours come from another offset."""
    height, width = field.shape[:2]
    count = 0
    for q in range(4):
        ny = y + (q == 1) - (q == 0)
        nx = x + (q == 3) - (q == 2)
        if ny < 0 or nx < 0 or ny >= height or nx >= width:
            continue
        if (
            field[ny, nx, 0] != k
            or field[ny, nx, 1] - ny != sy - y
            or field[ny, nx, 2] - nx != sx - x
        ):
            count += 1
    return count


@njit(cache=True, forceinline=True)
def _random_candidate(target, sources, y, x, k, sy, sx, radius, first, seed):
    """A random place: near the best, near the warp (first), or the same place in another source."""
    count = len(sources.start)
    low, high = seed & 0xFFFF, (seed >> 16) & 0xFFFF
    if count > 1 and (low & 3) == 0:
        other = np.int64(_hash(seed + 77) % count)
        sy = np.int64(target.positions[other, y, x, 0] + sy - target.positions[k, y, x, 0])
        sx = np.int64(target.positions[other, y, x, 1] + sx - target.positions[k, y, x, 1])
        k = other
    elif first:
        sy = np.int64(target.positions[k, y, x, 0])
        sx = np.int64(target.positions[k, y, x, 1])
    sy += (low * (2 * radius + 1) >> 16) - radius
    sx += (high * (2 * radius + 1) >> 16) - radius
    sy = min(max(sy, RADIUS), sources.height[k] - RADIUS - 1)
    sx = min(max(sx, RADIUS), sources.width[k] - RADIUS - 1)
    return k, sy, sx


@njit(cache=True, fastmath=True, forceinline=True)
def _improve_pixel(target, sources, costs, use, field, y, x, best, step, radius, settled, seed):
    """Best of a pixel's own match, its neighbours' and some random ones."""
    height, width = field.shape[:2]
    k, sy, sx = np.int64(field[y, x, 0]), np.int64(field[y, x, 1]), np.int64(field[y, x, 2])
    coherence = np.float32(costs.coherence)
    penalty = coherence * _disagreement(field, y, x, k, sy, sx)
    best += penalty
    for q in range(4):
        ny = y + step * ((q == 1) - (q == 0))
        nx = x + step * ((q == 3) - (q == 2))
        if ny < 0 or nx < 0 or ny >= height or nx >= width:
            continue
        nk = np.int64(field[ny, nx, 0])
        cy = np.int64(field[ny, nx, 1]) + y - ny
        cx = np.int64(field[ny, nx, 2]) + x - nx
        if nk == k and cy == sy and cx == sx:
            continue
        if cy < RADIUS or cx < RADIUS:
            continue
        if cy >= sources.height[nk] - RADIUS or cx >= sources.width[nk] - RADIUS:
            continue
        extra = coherence * _disagreement(field, y, x, nk, cy, cx)
        cost = _distance(target, sources, costs, use, y, x, nk, cy, cx, best - extra) + extra
        if cost < best:
            best, penalty, k, sy, sx = cost, extra, nk, cy, cx
    if settled and penalty == 0:
        return best, k, sy, sx
    state = _hash((y * width + x) * 7477964 + seed * 28913453)
    first = True
    while radius >= 1:
        state = _hash(state + 0x9E3779B9)
        nk, cy, cx = _random_candidate(target, sources, y, x, k, sy, sx, radius, first, state)
        first = False
        extra = coherence * _disagreement(field, y, x, nk, cy, cx)
        cost = _distance(target, sources, costs, use, y, x, nk, cy, cx, best - extra) + extra
        if cost < best:
            best, penalty, k, sy, sx = cost, extra, nk, cy, cx
        radius //= 2
    return best - penalty, k, sy, sx


@njit(cache=True, parallel=True)
def sweep(target, sources, costs, use, field, cost, out_field, out_cost, options):
    """Improve a nearest-neighbour field once.

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
    options : (5,) int64
        Distance of the neighbours asked, radius of the random search, seed, whether `cost` is
        stale, whether pixels that agree with all neighbours skip the random search.
    """
    height, width = field.shape[:2]
    step, radius, seed, stale, settled = options
    for row in prange(height):
        y = np.int64(row)
        for x in range(width):
            k, sy, sx = np.int64(field[y, x, 0]), np.int64(field[y, x, 1]), np.int64(field[y, x, 2])
            best = cost[y, x]
            if stale:
                best = _distance(target, sources, costs, use, y, x, k, sy, sx, _FAR)
            best, k, sy, sx = _improve_pixel(
                target, sources, costs, use, field, y, x, best, step, radius, settled != 0, seed
            )
            out_field[y, x, 0] = k
            out_field[y, x, 1] = sy
            out_field[y, x, 2] = sx
            out_cost[y, x] = best


@njit(cache=True)
def count_use(field, sources, use):
    """Count how many pixels each source pixel fills; `use` (P,) float32 is overwritten."""
    use[:] = 0
    height, width = field.shape[:2]
    for y in range(height):
        for x in range(width):
            k = field[y, x, 0]
            use[sources.start[k] + field[y, x, 1] * sources.width[k] + field[y, x, 2]] += 1
