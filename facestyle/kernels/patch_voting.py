"""Voting: every pixel becomes a robust mean of what the patches that cover it propose.

A field found at one size can be rendered at another: a match's offset is scaled and rounded to
whole pixels, so that the sources' texture is copied, never interpolated.
"""

# mypy: allow-untyped-defs

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import Number
from facestyle.kernels.compiling import compiled
from facestyle.kernels.flat_pictures import FlatPictures, checked_pictures
from facestyle.kernels.match_keys import _pack, _unpack
from facestyle.kernels.matches import Matches, checked_matches
from facestyle.kernels.pointers import pointer
from facestyle.kernels.threads import run_in_threads

CHANNELS = 3
_CERTAIN = np.float32(0.02)  # keeps votes finite; not measured
_BYTE = np.float32(1 / 255)
_ALMOST_NONE = np.float32(1e-3)  # so that the farthest pixel in reach still counts
_ONE, _HALF = np.float32(1), np.float32(0.5)


class Voting(NamedTuple):
    """How votes are taken.

    Attributes
    ----------
    scale : float
        Size of the picture over the size of the field.
    reach : float
        Matches up to so far away vote, with weights that fall linearly; in pixels of the field.
    rounds : int
        Steps of mean shift; 0 is the plain weighted mean.
    bandwidth : float
        Of the first step, in [0, 1] as colors; each later one has .6 of it.
    """

    scale: Number
    reach: Number
    rounds: int
    bandwidth: Number


def vote(
    matches: Matches, pictures: FlatPictures, size: tuple[int, int], voting: Voting
) -> NDArray[np.float32]:
    """Render a nearest-neighbor field.

    Parameters
    ----------
    matches : Matches
        A cheaper match has more say.
    pictures : FlatPictures
        The sources at `voting.scale` times the size that the field was found at.
    size : (int, int)
        Height and width of the result, px.
    voting : Voting

    Returns
    -------
    (H, W, 3) float32
        sRGB in [0, 1].

    Raises
    ------
    ValueError
        An array has another type or shape, or a scale or reach is not above 0. (That the field's
        sources exist is not checked; places outside of them are moved to their border.)
    """
    matches, pictures = checked_matches(matches), checked_pictures(pictures)
    if not (voting.scale > 0 and voting.reach > 0):
        raise ValueError(f"voting: found {voting}, expected a scale and a reach above 0")
    out = np.empty((*size, 3), np.float32)
    bandwidth = np.float32(255) * np.float32(voting.bandwidth)  # votes are counted in bytes
    exact = Voting(float(voting.scale), float(voting.reach), int(voting.rounds), bandwidth)
    rows = len(matches.field)
    nodes, weight = np.empty(matches.cost.shape, np.int64), np.empty(matches.cost.shape, np.float32)
    run_in_threads(_weigh_nodes, rows, *matches, exact.scale, nodes, weight)
    run_in_threads(_vote, len(out), nodes, weight, pictures, exact, out)
    return out


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
    near: Any  # the weight times how near a color is; room for `_shift`


@compiled(inline=True)
def _window(place, scale, reach, size):
    """Place on the nodes' axis, the first node within reach and the one after the last."""
    node = (np.float32(place) + _HALF) / scale - _HALF
    return node, max(int(np.ceil(node - reach)), 0), min(int(np.floor(node + reach)) + 1, size)


@compiled(part=True)
def _propose(nodes, weight, pictures, y, window, reach, proposals):
    """Fill the last five arrays of `_Row` for row y of the picture."""
    first, offset, last, say, alike = proposals
    _, start, height, width = pictures
    node_y, top, bottom = window
    columns = nodes.shape[1]
    for ny in range(top, bottom):
        near = reach - abs(np.float32(ny) - node_y) + _ALMOST_NONE
        for nx in range(columns):
            k, dy, dx = _unpack(nodes[ny, nx])
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


@compiled(inline=True)
def _agreed(row, left, right):
    """Whether all nodes propose the same pixel."""
    for nx in range(left, right - 1):
        if row.alike[nx] == 0:
            return False
    return row.alike[left] != 0


@compiled(inline=True)
def _proposal(row, at, x):
    """Index of the first byte that node `at` proposes for column x."""
    return CHANNELS * (row.first[at] + min(max(x + row.offset[at], 0), row.last[at]))


@compiled(inline=True)
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


@compiled(inline=True)
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


@compiled(inline=True)
def _shift(ballot, count, r, g, b, bandwidth):
    """One step of mean shift from a color towards the nearest mode."""
    nr, ng, nb, total = np.float32(0), np.float32(0), np.float32(0), np.float32(1e-9)
    # (1 - d / 16)^16 is exp(-d) for our purposes, and several are computed at once
    scale = _ONE / (np.float32(16) * bandwidth * bandwidth)
    for i in range(count):  # by itself, for sums keep their order and are computed one by one
        dr, dg, db = ballot.red[i] - r, ballot.green[i] - g, ballot.blue[i] - b
        near = max(_ONE - scale * (dr * dr + dg * dg + db * db), np.float32(0))
        for _ in range(4):
            near *= near
        ballot.near[i] = ballot.weight[i] * near
    for i in range(count):
        weight = ballot.near[i]
        total += weight
        nr += weight * ballot.red[i]
        ng += weight * ballot.green[i]
        nb += weight * ballot.blue[i]
    if total < np.float32(1e-6):
        return r, g, b
    share = _ONE / total
    return nr * share, ng * share, nb * share


@compiled(part=True, allocates=True)
def _vote_row(nodes, weight, pictures, voting, out, y):
    scale, reach = np.float32(voting.scale), np.float32(voting.reach)
    window = _window(y, scale, reach, nodes.shape[0])
    columns, rows = nodes.shape[1], window[2] - window[1]
    first = np.empty((rows, columns), np.int64)
    offset, last = np.empty_like(first), np.empty_like(first)
    say, alike = np.empty((rows, columns), np.float32), np.empty(columns, np.uint8)
    proposals = first, offset, last, say, alike
    _propose(nodes, weight, pictures, y, window, reach, proposals)
    votes = np.empty((5, int(2 * reach + 1) ** 2), np.float32)
    _count_row(proposals, votes, pictures.image, voting, out[y])


@compiled(part=True)
def _count_row(proposals, votes, image, voting, out):
    """Fill one row of the picture, `out` (W, 3); the caller keeps the arrays alive."""
    scale, reach = np.float32(voting.scale), np.float32(voting.reach)
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
    red, green, blue, power, near = votes[0], votes[1], votes[2], votes[3], votes[4]
    ballot = _Ballot(pointer(red), pointer(green), pointer(blue), pointer(power), pointer(near))
    for x in range(out.shape[0]):
        across = _window(x, scale, reach, columns)
        if _agreed(row, across[1], across[2]):
            byte = _proposal(row, across[1], x)
            for channel in range(CHANNELS):
                out[x, channel] = _BYTE * np.float32(row.image[byte + channel])
            continue
        count = _collect(row, ballot, x, rows, across, reach)
        r, g, b = _mean(ballot, count)
        bandwidth = voting.bandwidth
        for _ in range(voting.rounds):
            r, g, b = _shift(ballot, count, r, g, b, bandwidth)
            bandwidth *= np.float32(0.6)
        out[x, 0] = _BYTE * r
        out[x, 1] = _BYTE * g
        out[x, 2] = _BYTE * b


@compiled
def _weigh_nodes(field, cost, scale, nodes, weight, first, last):
    """Pack what each match proposes, and what its vote weighs."""
    for ny in range(first, last):
        for nx in range(field.shape[1]):
            dy = np.int64(np.rint(scale * (field[ny, nx, 1] - ny)))
            dx = np.int64(np.rint(scale * (field[ny, nx, 2] - nx)))
            nodes[ny, nx] = _pack(np.int64(field[ny, nx, 0]), dy, dx)
            weight[ny, nx] = _ONE / (_CERTAIN + cost[ny, nx])


@compiled
def _vote(nodes, weight, pictures, voting, out, first, last):
    for y in range(first, last):
        _vote_row(nodes, weight, pictures, voting, out, y)
