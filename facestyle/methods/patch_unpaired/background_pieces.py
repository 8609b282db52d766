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

from facestyle.mrf.graphcut import solve_labels

CUT_LEVEL = 2  # of the pyramid, where pieces are cut; a pixel is four of the working size
_MOST_PIECES = 6
_LEAST_MISSING = 0.004  # share of the picture; smaller holes are left to the search
_BAND = 6  # px of the coarse level in which a piece is to agree with what lies beside it
# Differences of RGB (of 1) that are hardly seen, and the most of tone that a change may bridge
_TOLERANCE, _MOST_CHANGE = 0.06, 0.2
_REACH = 1.5  # face widths from the place that the face gives
_REUSE = 0.35  # what a place counts that was copied before
_SHORTEST = 1e-3  # cost of a cut where pieces agree
_SAMPLES = 1000
_MOVES = ((2, 2), (1, 2), (0, 1))  # level, and px of it that an offset is moved to agree


@dataclass(frozen=True)
class Backdrop:
    """An exemplar's background at every level, from fine to coarse.

    Attributes
    ----------
    pictures : tuple of (h, w, 3) uint8
        sRGB.
    free : tuple of (h, w) bool
        What may be copied.
    low_band : (h, w, 3) float32
        Of the coarsest level, filled in where the person is.
    first : (2,) int
        Row and column that take the target's face to the exemplar's, px of the coarsest level.
    """

    pictures: tuple[np.ndarray, ...]
    free: tuple[np.ndarray, ...]
    low_band: np.ndarray
    first: np.ndarray

    def tone_for(self, shape: tuple[int, ...]) -> np.ndarray:
        """The low band at the target's place, beyond the border as at it; (H, W, 3) float32."""
        rows = np.clip(np.arange(shape[0]) + self.first[0], 0, self.low_band.shape[0] - 1)
        columns = np.clip(np.arange(shape[1]) + self.first[1], 0, self.low_band.shape[1] - 1)
        return np.ascontiguousarray(self.low_band[np.ix_(rows, columns)])


class _Canvas:
    """What is laid already, at the level of the cuts."""

    def __init__(self, wanted: np.ndarray, tone: np.ndarray) -> None:
        self.wanted = wanted
        self.tone = cv2.resize(tone, wanted.shape[::-1], interpolation=cv2.INTER_LINEAR)
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
        low = cv2.resize(drop.low_band, own.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        change = self.tone - shifted(low, offset, shape)
        piece = shifted(own, offset, shape) + change
        free = shifted(drop.free[CUT_LEVEL], offset, shape) & self.wanted
        free &= np.abs(change).max(axis=-1) < _MOST_CHANGE
        taken = _cut(piece, free, self.picture, self.known)
        if (taken & ~self.known).any():
            self.picture[taken], self.steps[taken] = piece[taken], step
            self.owners[taken] = owner
            return taken
        return np.zeros(shape, bool)


def lay_pieces(
    drops: Sequence[Backdrop], wanted: Sequence[np.ndarray], tone: np.ndarray, face_width: float
) -> tuple[np.ndarray, np.ndarray]:
    """Fill a background with pieces, the first one where the first exemplar's face is.

    Parameters
    ----------
    drops : sequence of Backdrop
    wanted : sequence of (H, W) bool
        Background of the target at every level.
    tone : (H, W, 3) float32
        Its low band at the coarsest level, sRGB.
    face_width : float
        px of the working size.

    Returns
    -------
    steps : (H, W, 2) int32
        Row and column from a pixel's to its source, px of the working size, at `CUT_LEVEL`.
    owners : (H, W) int32
        Which of the backdrops; -1 where none reaches.
    """
    coarse = wanted[-1]
    canvas = _Canvas(wanted[CUT_LEVEL], tone)
    factor = 2 ** (len(wanted) - 1)
    searches = [_OffsetSearch(drop, coarse.shape, face_width / factor) for drop in drops]
    for number in range(_MOST_PIECES):
        known = _reduced(canvas.known, coarse.shape) & coarse
        missing = coarse & ~known
        if missing.sum() <= _LEAST_MISSING * missing.size:
            break
        owner, offset = 0, drops[0].first
        if number:
            content = cv2.resize(canvas.picture, coarse.shape[::-1], interpolation=cv2.INTER_AREA)
            hole = _Hole(content, tone, missing, known)
            found = [search.best(hole) for search in searches]
            owner = int(np.argmax([score for score, _ in found]))
            if found[owner][0] <= 0:
                break
            offset = found[owner][1]
        step = offset * factor
        if number:
            step = _moved_to_agree(drops, owner, canvas, step)
        taken = canvas.lay(drops[owner], owner, step)
        if not taken.any():
            break
        searches[owner].note_use(_reduced(taken, coarse.shape), offset)
    return canvas.steps, canvas.owners


class _Masked:
    """Spectra that give sums of squared differences of two masked pictures at every offset."""

    def __init__(self, picture: np.ndarray, mask: np.ndarray, size: tuple[int, int]) -> None:
        weight = mask.astype(np.float32)
        values = picture * weight[..., None]
        self.mask = np.fft.rfft2(weight, size)
        self.squares = np.fft.rfft2((values**2).sum(axis=-1), size)
        self.channels = [np.fft.rfft2(values[..., channel], size) for channel in range(3)]
        self._size = size

    def counts(self, other: _Masked) -> np.ndarray:
        """How many pixels of the other picture find one here, for every offset."""
        return np.maximum(np.fft.irfft2(self.mask * other.mask.conj(), self._size), 0)

    def differences(self, other: _Masked, counts: np.ndarray) -> np.ndarray:
        """Mean squared differences of those, for every offset."""
        total = self.squares * other.mask.conj() + self.mask * other.squares.conj()
        for own, theirs in zip(self.channels, other.channels, strict=True):
            total -= 2 * own * theirs.conj()
        return np.maximum(np.fft.irfft2(total, self._size), 0) / np.maximum(counts, 1) / 3


class _Hole:
    """What is missing, in the tones that it is to have, and what lies beside it."""

    def __init__(
        self, content: np.ndarray, tone: np.ndarray, missing: np.ndarray, known: np.ndarray
    ) -> None:
        kernel = np.ones((2 * _BAND + 1, 2 * _BAND + 1), np.uint8)
        self.content, self.tone, self.missing = content, tone, missing
        self.band = known & (cv2.dilate(missing.astype(np.uint8), kernel) > 0)


class _OffsetSearch:
    """Finds the piece of one exemplar that fills most of a hole and fits beside it."""

    def __init__(self, drop: Backdrop, shape: tuple[int, ...], unit: float) -> None:
        free = drop.free[-1]
        height, width = (a + b for a, b in zip(free.shape, shape, strict=True))
        size = cv2.getOptimalDFTSize(height), cv2.getOptimalDFTSize(width)
        self._size, self._free = size, free.astype(np.float32)
        self._picture = _Masked(drop.pictures[-1] / np.float32(255), free, size)
        self._low_band = _Masked(drop.low_band, free, size)
        self._use = np.ones(free.shape, np.float32)
        self._rows = np.fft.fftfreq(size[0], 1 / size[0])
        self._columns = np.fft.fftfreq(size[1], 1 / size[1])
        away = (self._rows[:, None] - drop.first[0]) ** 2
        away = away + (self._columns - drop.first[1]) ** 2
        self._near = np.exp(-away / (2 * (_REACH * unit) ** 2))

    def best(self, hole: _Hole) -> tuple[float, np.ndarray]:
        """The best offset's score, 0 or less where there is none, and row and column."""
        inside = _Masked(hole.tone, hole.missing, self._size)
        beside = _Masked(hole.content, hole.band, self._size)
        fresh = np.fft.rfft2(self._free * self._use, self._size)
        cover = np.fft.irfft2(fresh * inside.mask.conj(), self._size)
        counts = self._picture.counts(beside)
        agreement = _likelihood(self._picture.differences(beside, counts))
        agreement *= np.minimum(counts / max(1.0, 0.3 * float(hole.band.sum())), 1)
        tones = self._low_band.differences(inside, self._low_band.counts(inside))
        score = (cover - 2) * (agreement + 0.05) * _likelihood(tones) * self._near
        at = np.unravel_index(int(score.argmax()), self._size)
        return float(score[at]), np.array([int(self._rows[at[0]]), int(self._columns[at[1]])])

    def note_use(self, taken: np.ndarray, offset: np.ndarray) -> None:
        """Let what was copied to some pixels, (H, W) bool, count less from now on."""
        self._use[shifted(taken, -offset, self._use.shape)] *= _REUSE


def _likelihood(differences: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(differences / (-2 * _TOLERANCE**2)))


def _moved_to_agree(
    drops: Sequence[Backdrop], owner: int, canvas: _Canvas, step: np.ndarray
) -> np.ndarray:
    """A step moved by a few px to where strokes agree best with those beside the hole."""
    side = 2 * _BAND + 1
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


def _cut(piece: np.ndarray, free: np.ndarray, picture: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Which pixels a piece takes: all that miss, and beside them to where it agrees."""
    fills = free & ~known
    if not fills.any() or not known.any():
        return fills
    side = 4 * _BAND + 1
    near = cv2.dilate(fills.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    top, bottom = np.flatnonzero(near.any(axis=1))[[0, -1]]
    left, right = np.flatnonzero(near.any(axis=0))[[0, -1]]
    box = slice(top, bottom + 1), slice(left, right + 1)
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


def _reduced(mask: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    size = shape[1], shape[0]
    return cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0


def shifted(values: np.ndarray, offset: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Values at every pixel plus an offset, 0 beyond the border.

    Parameters
    ----------
    values : (h, w, ...) array
    offset : (2,) int
        Row and column.
    shape : (int, int)
        Height and width of the result.

    Returns
    -------
    (H, W, ...) array
    """
    result = np.zeros((*shape[:2], *values.shape[2:]), values.dtype)
    dy, dx = int(offset[0]), int(offset[1])
    top, left = max(0, -dy), max(0, -dx)
    bottom, right = min(shape[0], values.shape[0] - dy), min(shape[1], values.shape[1] - dx)
    if bottom > top and right > left:
        result[top:bottom, left:right] = values[top + dy : bottom + dy, left + dx : right + dx]
    return result
