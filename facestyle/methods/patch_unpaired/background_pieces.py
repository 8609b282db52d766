"""Lays pieces of backgrounds beside each other: where they fit best, cut where they agree.

V. Kwatra et al., "Graphcut Textures: Image and Video Synthesis Using Graph Cuts", SIGGRAPH 2003:
each piece is laid at one offset over what lies there already, and a minimum cut divides them. What
no piece reaches stays empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.methods.patch_unpaired.background_search import (
    BAND,
    Backdrop,
    Hole,
    OffsetSearch,
    shifted,
)
from facestyle.methods.patch_unpaired.pictures import bounding_box, depth_inside
from facestyle.mrf.graphcut import solve_labels

CUT_LEVEL = 2  # of the pyramid, where pieces are cut; a pixel is four of the working size
# 12 development sitters in five styles, by eye: with 6 pieces up to a third was left to the search,
# in blocks; four sitters in five styles: with 12 up to 8 % (engraved lines in shreds), with 24 1.5
_MOST_PIECES = 24
_PIECES_PER_FACE, _UTMOST_PIECES = 2.0, 200  # of wide pictures; 108 pieces take 1.5 CPU s
_LEAST_MISSING = 0.004  # share of the picture; smaller holes are left to the search
# of RGB (of 1): the most of tone that a piece is changed by; at .2 flat gray stands where an
# engraving has lines
_MOST_CHANGE = 0.1
_FADING = 0.3  # face widths beyond the first exemplar's border in which its ground may end
_SHORTEST = 1e-3  # cost of a cut where pieces agree
_SAMPLES = 1000
_MOVES = ((2, 2), (1, 2), (0, 1))  # level, and px of it that an offset is moved to agree


@dataclass(frozen=True)
class Pieces:
    """Pieces laid beside each other, at `CUT_LEVEL`.

    Attributes
    ----------
    steps : (H, W, 2) int32
        Row and column from a pixel's to its source, px of the working size.
    owners : (H, W) int32
        Which of the backdrops; -1 where none reaches.
    """

    steps: np.ndarray
    owners: np.ndarray


@dataclass(frozen=True)
class TonedPieces(Pieces):
    """Pieces that brought tones of their own to where none was known.

    Attributes
    ----------
    tone : (H, W, 3) float32
        Low band of the background, sRGB.
    toned : (H, W) bool
        Where that is known.
    """

    tone: np.ndarray
    toned: np.ndarray


class _Canvas:
    """What is laid already, at the level of the cuts."""

    def __init__(
        self, wanted: np.ndarray, tone: np.ndarray, toned: np.ndarray, unit: float
    ) -> None:
        self.wanted = wanted
        self.tone = cv2.resize(tone, wanted.shape[::-1], interpolation=cv2.INTER_LINEAR)
        self.toned = reduced(toned, wanted.shape)
        # where a ground that ends before its border is continued by what is plain alone
        self.beyond = depth_inside(~self.toned) > _FADING * unit
        self.picture = np.zeros((*wanted.shape, 3), np.float32)
        self.steps = np.zeros((*wanted.shape, 2), np.int32)
        self.owners = np.full(wanted.shape, -1, np.int32)

    @property
    def known(self) -> np.ndarray:
        return self.owners >= 0

    def lay(self, drop: Backdrop, owner: int, step: np.ndarray) -> np.ndarray:
        """Lay a piece, its tones brought to those wanted; what it takes, (H, W) bool."""
        offset = np.round(step / 2**CUT_LEVEL).astype(int)
        shape = self.wanted.shape
        own = drop.pictures[CUT_LEVEL] / np.float32(255)
        low = shifted(drop.low_at(CUT_LEVEL), offset, shape)
        change = (self.tone - low) * self.toned[..., None]
        piece = shifted(own, offset, shape) + change
        free = shifted(drop.free[CUT_LEVEL], offset, shape) & self.wanted
        free &= np.abs(change).max(axis=-1) < _MOST_CHANGE
        if drop.ends:
            free &= ~self.beyond | shifted(reduced(drop.plain, own.shape), offset, shape)
        taken = cut(piece, free, self.picture, self.known)
        if (taken & ~self.known).any():
            self.picture[taken], self.steps[taken] = piece[taken], step
            self.owners[taken] = owner
            fresh = taken & ~self.toned
            self.tone[fresh], self.toned[fresh] = low[fresh], True
            return taken
        return np.zeros(shape, bool)


def lay_pieces(
    drops: Sequence[Backdrop],
    wanted: Sequence[np.ndarray],
    tone: np.ndarray,
    toned: np.ndarray,
    face_width: float,
) -> TonedPieces:
    """Fill a background with pieces, the first one where the first exemplar's face is.

    Parameters
    ----------
    drops : sequence of Backdrop
    wanted : sequence of (H, W) bool
        Background of the target at every level.
    tone : (H, W, 3) float32
        Its low band at the coarsest level, sRGB.
    toned : (H, W) bool
        Where that is known; pieces have their own tones elsewhere.
    face_width : float
        px of the working size.

    Returns
    -------
    TonedPieces
    """
    coarse = wanted[-1]
    canvas = _Canvas(wanted[CUT_LEVEL], tone, toned, face_width / 2**CUT_LEVEL)
    factor = 2 ** (len(wanted) - 1)
    searches = [OffsetSearch(drop, coarse.shape, face_width / factor) for drop in drops]
    for number in range(_most_pieces(coarse.sum() / (face_width / factor) ** 2)):
        known = reduced(canvas.known, coarse.shape) & coarse
        missing = coarse & ~known
        if missing.sum() <= _LEAST_MISSING * missing.size:
            break
        owner, offset = 0, drops[0].first
        if number:
            content = cv2.resize(canvas.picture, coarse.shape[::-1], interpolation=cv2.INTER_AREA)
            hole = Hole(content, tone, toned, missing, known)
            found = [search.best(hole) for search in searches]
            owner = int(np.argmax([score for score, _ in found]))
            if found[owner][0] <= 0:
                break
            offset = found[owner][1]
        step = offset * factor
        if number:
            step = _moved_to_agree(drops, owner, canvas, step)
        taken = canvas.lay(drops[owner], owner, step)
        searches[owner].leave_out(offset)
        searches[owner].note_use(reduced(taken, coarse.shape), offset)
    return TonedPieces(canvas.steps, canvas.owners, canvas.tone, canvas.toned)


def _most_pieces(faces: float) -> int:
    """How many pieces are laid in a background of so many squared face widths."""
    return max(_MOST_PIECES, min(round(_PIECES_PER_FACE * faces), _UTMOST_PIECES))


def _moved_to_agree(
    drops: Sequence[Backdrop], owner: int, canvas: _Canvas, step: np.ndarray
) -> np.ndarray:
    """A step moved by a few px to where strokes agree best with those beside the hole."""
    side = 2 * BAND + 1
    missing = (canvas.wanted & ~canvas.known).astype(np.uint8)
    band = canvas.known & (cv2.dilate(missing, np.ones((side, side), np.uint8)) > 0)
    cells = np.argwhere(band)
    if not len(cells):
        return step
    random = np.random.default_rng(0)
    cells = cells[random.permutation(len(cells))[:_SAMPLES]]
    own, own_steps = canvas.owners[tuple(cells.T)], canvas.steps[tuple(cells.T)]
    scale = 2**CUT_LEVEL
    here = scale * cells + random.integers(0, scale, cells.shape)
    for level, moves in _MOVES:
        laid = np.zeros((len(cells), 3), np.float32)
        for number, drop in enumerate(drops):
            mine = own == number
            laid[mine] = _samples(drop, level, (here + own_steps)[mine])[0]
        best, least = step, np.inf
        for dy in range(-moves, moves + 1):
            for dx in range(-moves, moves + 1):
                moved = step + 2**level * np.array([dy, dx])
                values, free = _samples(drops[owner], level, here + moved)
                difference = (values - laid)[free]
                error = float((difference**2).mean()) if len(difference) > 30 else np.inf
                if error < least:
                    best, least = moved, error
        step = best
    return step


def _samples(drop: Backdrop, level: int, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Colors at places of the working size, (N, 3), and whether they may be copied, (N,) bool."""
    free = drop.free[level]
    at = places // 2**level
    inside = ((at >= 0) & (at < free.shape)).all(axis=1)
    rows, columns = np.clip(at, 0, np.array(free.shape) - 1).T
    colors = drop.pictures[level][rows, columns] / np.float32(255)
    return colors, inside & free[rows, columns]


def cut(piece: np.ndarray, free: np.ndarray, picture: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Which pixels a piece takes: all that miss, and beside them to where it agrees.

    Parameters
    ----------
    piece : (h, w, 3) float32
    free : (h, w) bool
        What of it may be taken.
    picture : (h, w, 3) float32
        What lies there already.
    known : (h, w) bool
        Where something does.

    Returns
    -------
    (h, w) bool
    """
    fills = free & ~known
    if not fills.any() or not known.any():
        return fills
    side = 4 * BAND + 1
    near = cv2.dilate(fills.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    box = bounding_box(near)
    overlap = (known & free & near)[box]
    difference = np.abs(piece[box] - picture[box]).sum(axis=-1) * overlap
    cost = cv2.GaussianBlur(difference, (0, 0), 1) + np.float32(_SHORTEST)
    sure = np.float32(1e3)
    unary = np.stack([sure * fills[box], sure * (known & ~near | ~free)[box]], axis=-1)
    labels = solve_labels(
        unary,
        1.0 - np.eye(2),
        horizontal=cost[:, 1:] + cost[:, :-1],
        vertical=cost[1:] + cost[:-1],
    ).labels
    taken = np.zeros_like(fills)
    taken[box] = (labels == 1) & (overlap | fills[box])
    return taken


def reduced(mask: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A mask at another height and width, by nearest neighbors.

    Parameters
    ----------
    mask : (h, w) bool
    shape : (int, int)

    Returns
    -------
    (H, W) bool
    """
    size = shape[1], shape[0]
    return cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
