"""Finds the piece of an exemplar's background that fills most of a hole and fits beside it.

Sums of squared differences at every offset at once, by products of spectra.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.imaging.color import to_lab

BAND = 6  # px of the coarse level in which a piece is to agree with what lies beside it
_TOLERANCE = 0.06  # differences of RGB (of 1) that are hardly seen
_REACH = 1.5  # face widths from the place that the face gives
# A picture of 14 x 8 face widths (77 to 81 % of it were left to the search in three sets, in blocks
# and rows of notches; now 2 to 4) needs most of its pieces beyond the exemplars' borders: each has
# to cover half of what the largest would, ...
_LEAST_COVER = 0.5
_FAR = 0.05  # ... the farthest places count so much at least, ...
_BESIDE = 2  # px of the coarse level around an offset that was tried
_REUSE = 0.35  # what a place counts that was copied before
_LEAST_USE = 0.1  # ... and so much what was copied many times


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
    plain : (h, w) bool
        What of the coarsest level may be copied to where no tone is known.
    ends : bool
        Whether the ground ends before the border, as a vignette: nothing else is copied there then.
    """

    pictures: tuple[np.ndarray, ...]
    free: tuple[np.ndarray, ...]
    low_band: np.ndarray
    first: np.ndarray
    plain: np.ndarray
    ends: bool = False

    def low_at(self, level: int) -> np.ndarray:
        """The low band at a level, from fine to coarse, (H, W, 3) float32 sRGB."""
        size = self.free[level].shape[::-1]
        return cv2.resize(self.low_band, size, interpolation=cv2.INTER_LINEAR)

    def low_lab(self) -> np.ndarray:
        """The low band at the finest level, (H, W, 3) float32 Lab of 1."""
        height, width = self.free[0].shape
        low = to_lab(self.low_band)
        return cv2.resize(low, (width, height), interpolation=cv2.INTER_LINEAR)

    def tone_for(self, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """The low band at the target's place, (H, W, 3) float32, and where it is one, (H, W) bool.

        Beyond the border it is as at the border, and counts for nothing: carried on, border tones
        made bands as wide as the head through pictures with a small face.
        """
        places = [np.arange(side) + first for side, first in zip(shape, self.first, strict=False)]
        sides = self.low_band.shape[:2]
        inside = [(at >= 0) & (at < side) for at, side in zip(places, sides, strict=True)]
        nearest = [np.clip(at, 0, side - 1) for at, side in zip(places, sides, strict=True)]
        tone = np.ascontiguousarray(self.low_band[np.ix_(*nearest)])
        return tone, inside[0][:, None] & inside[1]


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


class Hole:
    """What is missing, in the tones that it is to have, if any, and what lies beside it."""

    def __init__(
        self,
        content: np.ndarray,
        tone: np.ndarray,
        toned: np.ndarray,
        missing: np.ndarray,
        known: np.ndarray,
    ) -> None:
        kernel = np.ones((2 * BAND + 1, 2 * BAND + 1), np.uint8)
        self.content, self.tone, self.missing = content, tone, missing
        self.toned = missing & toned
        self.band = known & (cv2.dilate(missing.astype(np.uint8), kernel) > 0)


class OffsetSearch:
    """Finds the piece of one exemplar that fills most of a hole and fits beside it."""

    def __init__(self, drop: Backdrop, shape: tuple[int, ...], unit: float) -> None:
        free = drop.free[-1]
        height, width = (a + b for a, b in zip(free.shape, shape, strict=True))
        size = cv2.getOptimalDFTSize(height), cv2.getOptimalDFTSize(width)
        self._size, self._free = size, free.astype(np.float32)
        self._plain = drop.plain.astype(np.float32)
        self._picture = _Masked(drop.pictures[-1] / np.float32(255), free, size)
        self._low_band = _Masked(drop.low_band, free, size)
        self._use = np.ones(free.shape, np.float32)
        self._rows, self._columns = (
            _offsets(*sides) for sides in zip(size, free.shape, strict=True)
        )
        away = (self._rows[:, None] - drop.first[0]) ** 2
        away = away + (self._columns - drop.first[1]) ** 2
        self._near = np.maximum(np.exp(-away / (2 * (_REACH * unit) ** 2)), _FAR)

    def best(self, hole: Hole) -> tuple[float, np.ndarray]:
        """The best offset's score, 0 or less where there is none, and row and column."""
        toned = _Masked(hole.tone, hole.toned, self._size)
        beside = _Masked(hole.content, hole.band, self._size)
        covered = self._unused(self._free) * toned.mask.conj()
        beyond = hole.missing & ~hole.toned
        if beyond.any():
            asked = np.fft.rfft2(beyond.astype(np.float32), self._size)
            covered = covered + self._unused(self._plain) * asked.conj()
        cover = np.fft.irfft2(covered, self._size)
        counts = self._picture.counts(beside)
        agreement = _likelihood(self._picture.differences(beside, counts))
        agreement *= np.minimum(counts / max(1.0, 0.3 * float(hole.band.sum())), 1)
        tones = self._low_band.differences(toned, self._low_band.counts(toned))
        score = (cover - 2) * (agreement + 0.05) * _likelihood(tones) * self._near
        if hole.toned.sum() < 0.5 * hole.missing.sum():
            score[cover < _LEAST_COVER * cover.max()] = 0
        at = np.unravel_index(int(score.argmax()), self._size)
        return float(score[at]), np.array([int(self._rows[at[0]]), int(self._columns[at[1]])])

    def _unused(self, mask: np.ndarray) -> np.ndarray:
        """Spectrum of what may be copied, less where it was copied before."""
        return np.fft.rfft2(mask * self._use, self._size)

    def leave_out(self, offset: np.ndarray) -> None:
        """Try neither an offset nor those beside it again.

        What can be filled from there has been: the best one again would end the search.
        """
        down = np.abs(self._rows - offset[0]) <= _BESIDE
        across = np.abs(self._columns - offset[1]) <= _BESIDE
        self._near[np.ix_(down, across)] = 0

    def note_use(self, taken: np.ndarray, offset: np.ndarray) -> None:
        """Let what was copied to some pixels, (H, W) bool, count less from now on."""
        used = shifted(taken, -offset, self._use.shape)
        self._use[used] = np.maximum(self._use[used] * _REUSE, _LEAST_USE)


def _offsets(size: int, side: int) -> np.ndarray:
    """What each place of a transform of some size stands for, for a source as long as its side."""
    offsets = np.arange(size)
    return np.where(offsets < side, offsets, offsets - size)


def _likelihood(differences: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(differences / (-2 * _TOLERANCE**2)))


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
