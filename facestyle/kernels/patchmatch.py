"""PatchMatch with guides: the search, on plain arrays.

C. Barnes et al., "PatchMatch: A Randomized Correspondence Algorithm for Structural Image Editing",
SIGGRAPH 2009. A sweep here is a Jacobi iteration: every pixel looks at the field that the sweep
before left, and its random numbers are a hash of its position, so that rows can run in parallel
and the result doesn't depend on the number of threads.

The arrays are described in `facestyle.kernels.patchmatch_problem`.
"""

# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np

from facestyle.kernels.byte_distances import patch_distance, weighted_distance
from facestyle.kernels.compiling import compiled
from facestyle.kernels.match_keys import OUTSIDE, _pack, _unpack
from facestyle.kernels.matches import Matches, checked_matches
from facestyle.kernels.patchmatch_problem import (
    CHANNELS,
    GUIDE_WEIGHT_ONE,
    GUIDES,
    RADIUS,
    REGIONS,
    Problem,
    _take_pointers,
    checked_problem,
)
from facestyle.kernels.threads import run_in_threads

_FAR = np.float32(1e9)  # above every cost


class SweepOptions(NamedTuple):
    """How a sweep searches.

    Attributes
    ----------
    step : int
        Distance of the neighbors that a pixel asks, px.
    radius : int
        Of the random search at its widest, px.
    seed : int
    stale : bool
        Whether the costs of the matches have to be computed again.
    skip_coherent : bool
        Whether pixels that agree with all neighbors skip the random search.
    """

    step: int
    radius: int
    seed: int
    stale: bool
    skip_coherent: bool


def sweep(problem: Problem, matches: Matches, options: SweepOptions) -> Matches:
    """Improve a nearest-neighbor field once.

    Parameters
    ----------
    problem : Problem
    matches : Matches
        Of the target's size, with patches inside their sources.
    options : SweepOptions

    Returns
    -------
    Matches

    Raises
    ------
    ValueError
        An array has another type or shape. (That matches lie inside their sources is not checked.)
    """
    problem, matches = checked_problem(problem), checked_matches(matches)
    shape = problem.target.regions.shape
    if matches.cost.shape != shape:
        raise ValueError(f"matches.cost: found {matches.cost.shape}, expected {shape}")
    better = Matches(np.empty((*shape, 3), np.int32), np.empty(shape, np.float32))
    step, radius, seed, stale, skip_coherent = options
    exact = SweepOptions(int(step), int(radius), int(seed), bool(stale), bool(skip_coherent))
    keys = np.empty(shape, np.int64)
    run_in_threads(_pack_matches, shape[0], matches.field, keys)
    run_in_threads(_sweep, shape[0], problem, keys, matches, exact, better)
    return better


@compiled(inline=True)
def _hash(value):
    """Mix 32 bits (Wellons' lowbias32)."""
    value = np.uint32(value)
    value = np.uint32(value ^ (value >> np.uint32(16)))
    value = np.uint32(value * np.uint32(0x7FEB352D))
    value = np.uint32(value ^ (value >> np.uint32(15)))
    value = np.uint32(value * np.uint32(0x46CA68B))
    return np.int64(np.uint32(value ^ (value >> np.uint32(16))))


@compiled(inline=True)
def _warped(p, pixel, k):
    """Row and column that the warp gives a pixel in source k."""
    at = 2 * (p.sources.origin[k] * p.height * p.width + pixel)
    row, column, m = p.target.positions[at], p.target.positions[at + 1], 6 * k
    matrix = p.sources.matrix
    return (
        matrix[m] * row + matrix[m + 1] * column + matrix[m + 2],
        matrix[m + 3] * row + matrix[m + 4] * column + matrix[m + 5],
    )


@compiled(inline=True)
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


@compiled(inline=True)
def _disagreement(key, neighbors):
    """How many of the four neighbors (keys) come from another offset."""
    up, down, left, right = neighbors
    return np.float32(
        np.int64((up != key) & (up != OUTSIDE))
        + np.int64((down != key) & (down != OUTSIDE))
        + np.int64((left != key) & (left != OUTSIDE))
        + np.int64((right != key) & (right != OUTSIDE))
    )


@compiled(inline=True)
def _key(p, y, x):
    if y < 0 or x < 0 or y >= p.height or x >= p.width:
        return np.int64(OUTSIDE)
    return p.keys[y * p.width + x]


@compiled(inline=True)
def _neighbors(p, y, x, step):
    """Keys above, below, left and right, `step` pixels away."""
    return _key(p, y - step, x), _key(p, y + step, x), _key(p, y, x - step), _key(p, y, x + step)


@compiled(inline=True)
def _fits(p, k, sy, sx):
    """Whether the patch around a place lies inside its source."""
    low = sy >= RADIUS and sx >= RADIUS
    return low and sy < p.sources.height[k] - RADIUS and sx < p.sources.width[k] - RADIUS


@compiled(inline=True)
def _random_candidate(p, y, x, best, radius, first, seed):
    """A random place: near the best, near the warp (first), or the same place in another source."""
    k, sy, sx = best
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


@compiled(inline=True)
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
        k, dy, dx = _unpack(other)
        if not _fits(p, k, y + dy, x + dx):
            continue
        extra = p.coherence * _disagreement(other, near)
        cost = _distance(p, y, x, k, y + dy, x + dx, best - extra) + extra
        if cost < best:
            best, penalty, key = cost, extra, other
    return best, penalty, key


@compiled(inline=True)
def _improve_pixel(p, y, x, best, step, radius, skip_coherent, seed):
    """Best of a pixel's own match, its neighbors' and some random ones."""
    own, near = _key(p, y, x), _neighbors(p, y, x, 1)
    penalty = p.coherence * _disagreement(own, near)
    best, penalty, key = _ask_neighbors(p, y, x, near, step, best + penalty, penalty, own)
    k, sy, sx = _unpack(key)
    sy, sx = y + sy, x + sx
    if skip_coherent and penalty == 0:
        return best, k, sy, sx
    state = _hash((y * p.width + x) * 7477964 + seed * 28913453)
    first = True
    while radius >= 1:
        state = _hash(state + 0x9E3779B9)
        other, cy, cx = _random_candidate(p, y, x, (k, sy, sx), radius, first, state)
        first = False
        extra = p.coherence * _disagreement(_pack(other, cy - y, cx - x), near)
        cost = _distance(p, y, x, other, cy, cx, best - extra) + extra
        if cost < best:
            best, penalty, k, sy, sx = cost, extra, other, cy, cx
        radius //= 2
    return best - penalty, k, sy, sx


@compiled
def _pack_matches(field, keys, first, last):
    for y in range(first, last):
        for x in range(keys.shape[1]):
            source = np.int64(field[y, x, 0])
            keys[y, x] = _pack(source, field[y, x, 1] - y, field[y, x, 2] - x)


@compiled
def _sweep(problem, keys, before, options, after, first, last):
    field, cost = before
    out_field, out_cost = after
    step, radius, seed, stale, skip_coherent = options
    p = _take_pointers(problem, keys)
    for y in range(first, last):
        for x in range(keys.shape[1]):
            best = cost[y, x]
            if stale:
                k, sy, sx = field[y, x, 0], field[y, x, 1], field[y, x, 2]
                best = _distance(p, y, x, np.int64(k), np.int64(sy), np.int64(sx), _FAR)
            best, k, sy, sx = _improve_pixel(p, y, x, best, step, radius, skip_coherent, seed)
            out_field[y, x, 0] = k
            out_field[y, x, 1] = sy
            out_field[y, x, 2] = sx
            out_cost[y, x] = best
