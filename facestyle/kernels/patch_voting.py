"""Voting: every pixel becomes a robust mean of what the patches that cover it propose.

A field found at one size can be rendered at another: a match's offset is scaled and rounded to
whole pixels, so that the sources' texture is copied, never interpolated.
"""

# mypy: allow-untyped-defs

from typing import Any, NamedTuple

import numpy as np
from numba import njit, prange

from facestyle.kernels.match_keys import pack_match, unpack_match
from facestyle.kernels.pointers import pointer

CHANNELS = 3
_CERTAIN = np.float32(0.02)
_BYTE = np.float32(1 / 255)
_ALMOST_NONE = np.float32(1e-3)
_ONE, _HALF = np.float32(1), np.float32(0.5)


class _Row(NamedTuple):
    """Pointers to what the nodes that reach one row of pixels propose there."""

    columns: Any
    image: Any
    first: Any  # index in `image` of the source's row
    offset: Any  # from the pixel's column to the source's
    last: Any  # the source's last column
    weight: Any
    alike: Any  # whether all of a column's nodes, and the next column's, come from one offset


class _Ballot(NamedTuple):
    """Pointers to the votes for one pixel."""

    red: Any
    green: Any
    blue: Any
    weight: Any


@njit(cache=True, forceinline=True)
def _window(place, scale, reach, size):
    """Place on the nodes' axis, the first node within reach and the one after the last."""
    node = (np.float32(place) + _HALF) / scale - _HALF
    return node, max(int(np.ceil(node - reach)), 0), min(int(np.floor(node + reach)) + 1, size)


@njit(cache=True)
def _propose(nodes, weight, start, height, width, y, window, reach, proposals):
    """Fill the last five arrays of `_Row` for row y of the picture."""
    first, offset, last, say, alike = proposals
    node_y, top, bottom = window
    columns = nodes.shape[1]
    for ny in range(top, bottom):
        near = reach - abs(np.float32(ny) - node_y) + _ALMOST_NONE
        for nx in range(columns):
            k, dy, dx = unpack_match(nodes[ny, nx])
            sy = min(max(y + dy, 0), height[k] - 1)
            first[ny - top, nx] = start[k] + sy * width[k]
            offset[ny - top, nx] = dx
            last[ny - top, nx] = width[k] - 1
            say[ny - top, nx] = near * weight[ny, nx]
    for nx in range(columns):
        key, following = nodes[top, nx], min(nx + 1, columns - 1)
        same = True
        for ny in range(top, bottom):
            same = same and nodes[ny, nx] == key and nodes[ny, following] == key
        alike[nx] = same


@njit(cache=True, forceinline=True)
def _agreed(row, left, right):
    """Whether all nodes propose the same pixel."""
    for nx in range(left, right - 1):
        if row.alike[nx] == 0:
            return False
    return row.alike[left] != 0


@njit(cache=True, forceinline=True)
def _proposal(row, at, x):
    """Index of the first byte that node `at` proposes for column x."""
    return CHANNELS * (row.first[at] + min(max(x + row.offset[at], 0), row.last[at]))


@njit(cache=True, fastmath=True, forceinline=True)
def _collect(row, ballot, x, rows, window, reach):
    """Fill the ballot for column x; returns the number of votes."""
    node_x, left, right = window
    count = 0
    for nx in range(left, right):
        near = reach - abs(np.float32(nx) - node_x) + _ALMOST_NONE
        at = nx
        for _ in range(rows):
            byte = _proposal(row, at, x)
            ballot.red[count] = np.float32(row.image[byte])
            ballot.green[count] = np.float32(row.image[byte + 1])
            ballot.blue[count] = np.float32(row.image[byte + 2])
            ballot.weight[count] = near * row.weight[at]
            count += 1
            at += row.columns
    return count


@njit(cache=True, fastmath=True, forceinline=True)
def _mean(ballot, count):
    """Weighted mean of the votes."""
    r, g, b, total = np.float32(0), np.float32(0), np.float32(0), np.float32(1e-9)
    for i in range(count):
        weight = ballot.weight[i]
        total += weight
        r += weight * ballot.red[i]
        g += weight * ballot.green[i]
        b += weight * ballot.blue[i]
    share = _ONE / total
    return r * share, g * share, b * share


@njit(cache=True, fastmath=True, forceinline=True)
def _shift(ballot, count, r, g, b, bandwidth):
    """One step of mean shift from a color towards the nearest mode."""
    nr, ng, nb, total = np.float32(0), np.float32(0), np.float32(0), np.float32(1e-9)
    # (1 - d / 16)^16 is exp(-d) for our purposes, and several are computed at once
    scale = _ONE / (np.float32(16) * bandwidth * bandwidth)
    for i in range(count):
        dr, dg, db = ballot.red[i] - r, ballot.green[i] - g, ballot.blue[i] - b
        near = max(_ONE - scale * (dr * dr + dg * dg + db * db), np.float32(0))
        for _ in range(4):
            near *= near
        weight = ballot.weight[i] * near
        total += weight
        nr += weight * ballot.red[i]
        ng += weight * ballot.green[i]
        nb += weight * ballot.blue[i]
    if total < np.float32(1e-6):
        return r, g, b
    share = _ONE / total
    return nr * share, ng * share, nb * share


@njit(cache=True)
def _vote_row(nodes, weight, image, start, height, width, scale, reach, rounds, bandwidth, out, y):
    window = _window(y, scale, reach, nodes.shape[0])
    columns, rows = nodes.shape[1], window[2] - window[1]
    first = np.empty((rows, columns), np.int64)
    offset, last = np.empty_like(first), np.empty_like(first)
    say, alike = np.empty((rows, columns), np.float32), np.empty(columns, np.uint8)
    proposals = first, offset, last, say, alike
    _propose(nodes, weight, start, height, width, y, window, reach, proposals)
    votes = np.empty((4, int(2 * reach + 1) ** 2), np.float32)
    _count_row(proposals, votes, image, scale, reach, rounds, bandwidth, out[y])


@njit(cache=True)
def _count_row(proposals, votes, image, scale, reach, rounds, bandwidth, out):
    """Fill one row of the picture, `out` (W, 3); the caller keeps the arrays alive."""
    first, offset, last, say, alike = proposals
    rows, columns = first.shape
    row = _Row(
        columns,
        pointer(image),
        pointer(first),
        pointer(offset),
        pointer(last),
        pointer(say),
        pointer(alike),
    )
    red, green, blue, power = votes[0], votes[1], votes[2], votes[3]
    ballot = _Ballot(pointer(red), pointer(green), pointer(blue), pointer(power))
    for x in range(out.shape[0]):
        across = _window(x, scale, reach, columns)
        if _agreed(row, across[1], across[2]):
            byte = _proposal(row, across[1], x)
            for channel in range(CHANNELS):
                out[x, channel] = _BYTE * np.float32(row.image[byte + channel])
            continue
        count = _collect(row, ballot, x, rows, across, reach)
        r, g, b = _mean(ballot, count)
        near = bandwidth
        for _ in range(rounds):
            r, g, b = _shift(ballot, count, r, g, b, near)
            near *= np.float32(0.6)
        out[x, 0] = _BYTE * r
        out[x, 1] = _BYTE * g
        out[x, 2] = _BYTE * b


@njit(cache=True, parallel=True)
def _vote(field, cost, image, start, height, width, scale, reach, rounds, bandwidth, out):
    rows, columns = field.shape[:2]
    nodes = np.empty((rows, columns), np.int64)
    weight = np.empty((rows, columns), np.float32)
    for row in prange(rows):
        ny = np.int64(row)
        for nx in range(columns):
            dy = np.int64(np.round(scale * (field[ny, nx, 1] - ny)))
            dx = np.int64(np.round(scale * (field[ny, nx, 2] - nx)))
            nodes[ny, nx] = pack_match(field[ny, nx, 0], dy, dx)
            weight[ny, nx] = _ONE / (_CERTAIN + cost[ny, nx])
    for row in prange(out.shape[0]):
        y, size, far = np.int64(row), np.float32(scale), np.float32(reach)
        _vote_row(nodes, weight, image, start, height, width, size, far, rounds, bandwidth, out, y)


def vote(field, cost, image, start, height, width, scale, reach, rounds, bandwidth, out):
    """Render a nearest-neighbor field.

    Parameters
    ----------
    field : (h, w, 3) int32
        Source, row and column of each pixel's match.
    cost : (h, w) float32
        A cheaper match has more say.
    image : (P * 3 or more,) uint8
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

    Raises
    ------
    ValueError
        If an array has another type or layout than it should: pointers do not notice.
    """
    for name, array, dtype in (
        ("field", field, np.int32),
        ("cost", cost, np.float32),
        ("image", image, np.uint8),
        ("start", start, np.int64),
        ("height", height, np.int64),
        ("width", width, np.int64),
        ("out", out, np.float32),
    ):
        if array.dtype != dtype or not array.flags.c_contiguous:
            raise ValueError(
                f"{name}: found {array.dtype}, contiguous: {array.flags.c_contiguous}; "
                f"expected contiguous {np.dtype(dtype)}"
            )
    spread = np.float32(255 * bandwidth)  # votes are counted in bytes
    _vote(field, cost, image, start, height, width, scale, reach, rounds, spread, out)
