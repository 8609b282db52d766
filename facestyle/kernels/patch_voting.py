"""Voting: every pixel becomes a robust mean of what the patches that cover it propose.

A field found at one size can be rendered at another: a match's offset is scaled and rounded to
whole pixels, so that the sources' texture is copied, never interpolated.
"""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, prange

CHANNELS = 3
_CERTAIN = np.float32(0.02)
_BYTE = np.float32(1 / 255)


@njit(cache=True, fastmath=True, forceinline=True)
def _collect(y, x, scale, field, offsets, cost, image, start, height, width, reach, votes):
    """Fill `votes` (n, 4) with colours and weights proposed for pixel (y, x).

    Returns n, or 1 where all proposals are the same pixel.
    """
    rows, columns = field.shape[:2]
    node_y = (y + 0.5) / scale - 0.5
    node_x = (x + 0.5) / scale - 0.5
    count = 0
    agreed = True
    first = np.int64(-1)
    for ny in range(max(int(np.ceil(node_y - reach)), 0), min(int(node_y + reach) + 1, rows)):
        near_y = np.float32(reach - abs(ny - node_y) + 1e-3)
        for nx in range(
            max(int(np.ceil(node_x - reach)), 0), min(int(node_x + reach) + 1, columns)
        ):
            near_x = np.float32(reach - abs(nx - node_x) + 1e-3)
            k = field[ny, nx, 0]
            sy = min(max(y + offsets[ny, nx, 0], 0), height[k] - 1)
            sx = min(max(x + offsets[ny, nx, 1], 0), width[k] - 1)
            at = (start[k] + sy * width[k] + sx) * CHANNELS
            if count == 0:
                first = at
            elif at != first:
                agreed = False
            votes[count, 0] = image[at] * _BYTE
            votes[count, 1] = image[at + 1] * _BYTE
            votes[count, 2] = image[at + 2] * _BYTE
            votes[count, 3] = near_y * near_x / (_CERTAIN + cost[ny, nx])
            count += 1
    return 1 if agreed else count


@njit(cache=True, fastmath=True, forceinline=True)
def _shift_to_mode(votes, count, rounds, bandwidth):
    """Weighted mean of the votes, moved towards the nearest mode by mean shift."""
    if count == 1:
        return votes[0, 0], votes[0, 1], votes[0, 2]
    r, g, b = np.float32(0), np.float32(0), np.float32(0)
    total = np.float32(1e-9)
    for i in range(count):
        weight = votes[i, 3]
        total += weight
        r += weight * votes[i, 0]
        g += weight * votes[i, 1]
        b += weight * votes[i, 2]
    r, g, b = r / total, g / total, b / total
    for _ in range(rounds):
        nr, ng, nb = np.float32(0), np.float32(0), np.float32(0)
        total = np.float32(1e-9)
        for i in range(count):
            dr, dg, db = votes[i, 0] - r, votes[i, 1] - g, votes[i, 2] - b
            distance = (dr * dr + dg * dg + db * db) / (bandwidth * bandwidth)
            weight = votes[i, 3] * np.exp(-distance)
            total += weight
            nr += weight * votes[i, 0]
            ng += weight * votes[i, 1]
            nb += weight * votes[i, 2]
        if total > 1e-6:
            r, g, b = nr / total, ng / total, nb / total
        bandwidth *= np.float32(0.6)
    return r, g, b


@njit(cache=True, parallel=True, fastmath=True)
def vote(field, cost, image, start, height, width, scale, reach, rounds, bandwidth, out):
    """Render a nearest-neighbour field.

    Parameters
    ----------
    field : (h, w, 3) int32
        Source, row and column of each pixel's match.
    cost : (h, w) float32
        A cheaper match has more say.
    image : (P * 3,) uint8
        Sources, sRGB, at the size of `out`: `scale` times the size that the field was found at.
    start, height, width : (K,) int64
        Where each source lies in `image`, and its size there.
    scale : float
    reach : float
        Matches up to so far away vote, with weights that fall linearly; in pixels of the field.
    rounds : int
        Steps of mean shift; 0 is the plain weighted mean.
    bandwidth : float32
        Of the first step; each later one has .6 of it.
    out : (H, W, 3) float32
        Where the picture goes, in [0, 1].
    """
    rows, columns = field.shape[:2]
    offsets = np.empty((rows, columns, 2), np.int32)
    for row in prange(rows):
        ny = np.int64(row)
        for nx in range(columns):
            offsets[ny, nx, 0] = np.int32(np.round(scale * (field[ny, nx, 1] - ny)))
            offsets[ny, nx, 1] = np.int32(np.round(scale * (field[ny, nx, 2] - nx)))
    for row in prange(out.shape[0]):
        y = np.int64(row)
        votes = np.empty((int(2 * reach + 1) ** 2, 4), np.float32)
        for x in range(out.shape[1]):
            count = _collect(
                y, x, scale, field, offsets, cost, image, start, height, width, reach, votes
            )
            r, g, b = _shift_to_mode(votes, count, rounds, np.float32(bandwidth))
            out[y, x, 0] = r
            out[y, x, 1] = g
            out[y, x, 2] = b
