"""A ground of blocks: what is plain of a few exemplars' grounds, in the tones of a composition.

A. A. Efros and W. T. Freeman, "Image Quilting for Texture Synthesis and Transfer", SIGGRAPH 2001:
blocks in raster order, each of those that agree best with what lies there, cut where they agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from facestyle.methods.patch_unpaired.backdrops import filled_low_band
from facestyle.methods.patch_unpaired.background_pieces import CUT_LEVEL, Pieces, cut, reduced
from facestyle.methods.patch_unpaired.background_search import Backdrop

# Sides of blocks in face widths, from the largest that an exemplar has room for
_SIDES = (0.6, 0.5, 0.4, 0.3, 0.24, 0.18)
_LEAST_PLACES = 40  # that a block can be copied from: fewer are seen to repeat
_TRIED = 160  # of these, for each block
_SMALLEST = 4  # px of `CUT_LEVEL`
_OVERLAP = 0.3  # of a block's side
_BLOTCH_SIGMA = 2.0  # px of `CUT_LEVEL`: what is wider than grain
_GRAIN = 0.5  # what grain counts beside that: a scribbled black was taken, as noise, for paper
# Blotches that nobody sees however often, and those that are seen, once; and sigmas of the low
# band, face widths, that takes them. Watercolor behind two small heads, blocks 150 and 270 times
# over: blotches of .009 and .016 were a lattice; in oil .006 is not seen, 90 times over
_NEVER_SEEN, _SEEN, _CALMING = 0.005, 0.3, (0.06, 0.04, 0.03, 0.02)
# A block's blotches and grain are at most so many times those of the calmest share's loudest
_STANDS_OUT, _CALM_SHARE = 1.25, 0.25
_USED = 2.0  # error that each use of a place adds, of the usual


def room_for_blocks(drop: Backdrop, face_width: float) -> int:
    """Side of the blocks that a ground has room for, px of `CUT_LEVEL`; 0 where it has none.

    Parameters
    ----------
    drop : Backdrop
    face_width : float
        px of the working size.
    """
    unit = face_width / 2**CUT_LEVEL
    for side in _SIDES:
        size = round(side * unit)
        if size >= _SMALLEST and _corners(drop, size).sum() >= _LEAST_PLACES:
            return size
    return 0


def blotches(drop: Backdrop, side: int) -> float:
    """How much blocks show besides grain, which is seen to repeat, and loud grain; RGB of 1.

    Parameters
    ----------
    drop : Backdrop
    side : int
        Of the blocks, px of `CUT_LEVEL`.
    """
    return float(np.sqrt(_loudness(drop)[_covered(_corners(drop, side), side)].mean()))


def lay_blocks(
    drops: Sequence[Backdrop], wanted: np.ndarray, side: int, face_width: float
) -> tuple[Pieces, list[Backdrop]]:
    """Fill a background with blocks of exemplars' that look alike beside their low bands.

    Parameters
    ----------
    drops : sequence of Backdrop
    wanted : (H, W) bool
        Background of the target at `CUT_LEVEL`.
    side : int
        Of the blocks, px of `CUT_LEVEL`; see `room_for_blocks`.
    face_width : float
        px of the working size.

    Returns
    -------
    Pieces
    list of Backdrop
        The same, but where blocks would show their blotches too often these are of the low band.
    """
    corners = _calm_corners(drops, side)
    shown = [_covered(own, side) for own in corners]
    area = sum(int(own.sum()) for own in shown)
    most = max(_NEVER_SEEN, _SEEN * area / max(1, int(wanted.sum())))
    unit = face_width / 2**CUT_LEVEL
    lent = [_calmed(drop, own, most, unit) for drop, own in zip(drops, shown, strict=True)]
    return _laid(lent, corners, wanted, side), lent


def _calm_corners(drops: Sequence[Backdrop], side: int) -> list[np.ndarray]:
    """Upper left corners of the blocks without spots that stand out, (h, w) bool of each ground."""
    corners = [_corners(drop, side) for drop in drops]
    loud = [cv2.blur(_loudness(drop), (side, side), anchor=(0, 0)) for drop in drops]
    every = np.concatenate([own[at] for own, at in zip(loud, corners, strict=True)])
    most = _STANDS_OUT**2 * np.quantile(every, _CALM_SHARE)
    return [at & (own <= most) for own, at in zip(loud, corners, strict=True)]


def _covered(corners: np.ndarray, side: int) -> np.ndarray:
    """What is in any of the blocks that have these upper left corners, both (h, w) bool."""
    block = np.ones((side, side), np.uint8)
    return cv2.dilate(corners.astype(np.uint8), block, anchor=(side - 1,) * 2) > 0


def _calmed(drop: Backdrop, shown: np.ndarray, most: float, unit: float) -> Backdrop:
    picture, free = drop.pictures[CUT_LEVEL] / np.float32(255), drop.free[CUT_LEVEL]
    for share in _CALMING:
        if not shown.any() or _loudness(drop)[shown].mean() <= most**2:
            break
        drop = replace(drop, low_band=filled_low_band(picture, free, share * unit))
    return drop


def _laid(
    drops: Sequence[Backdrop], calm: Sequence[np.ndarray], wanted: np.ndarray, side: int
) -> Pieces:
    canvas = _Canvas(wanted, _sheet(drops), side)
    firsts = _firsts(drops)
    found = [np.add(np.argwhere(own), (first, 0)) for own, first in zip(calm, firsts, strict=True)]
    owners = np.repeat(np.arange(len(drops)), [len(own) for own in found])
    corners = np.concatenate(found)
    random = np.random.default_rng(0)
    uses = np.zeros(len(corners))
    step = side - max(2, round(_OVERLAP * side))
    for row in range(0, canvas.wanted.shape[0] - side + 1, step):
        for column in range(0, canvas.wanted.shape[1] - side + 1, step):
            box = slice(row, row + side), slice(column, column + side)
            if not canvas.wanted[box].any():
                continue
            tried = random.permutation(len(corners))[:_TRIED]
            best = tried[canvas.best(box, corners[tried], uses[tried])]
            near = np.abs(corners - corners[best]).max(axis=1) < side / 2
            uses[near] += 1
            canvas.lay(box, corners[best], int(owners[best]))
    whole = slice(side, side + wanted.shape[0]), slice(side, side + wanted.shape[1])
    laid = np.where(wanted, canvas.owners[whole], -1).astype(np.int32)
    steps = canvas.steps[whole]
    steps[..., 0] -= np.array(firsts, np.int32)[np.maximum(laid, 0)]
    return Pieces(steps * 2**CUT_LEVEL, laid)


def _sheet(drops: Sequence[Backdrop]) -> np.ndarray:
    """All grounds' details below each other, (h, w, 3) float32."""
    details = [_detail(drop) for drop in drops]
    widest = max(own.shape[1] for own in details)
    return np.concatenate([np.pad(d, ((0, 0), (0, widest - d.shape[1]), (0, 0))) for d in details])


def _firsts(drops: Sequence[Backdrop]) -> list[int]:
    """Row at which each ground begins on the sheet."""
    heights = [drop.free[CUT_LEVEL].shape[0] for drop in drops]
    return np.cumsum([0, *heights[:-1]]).tolist()


def _detail(drop: Backdrop) -> np.ndarray:
    """What a ground has beside its low band, (h, w, 3) float32."""
    return drop.pictures[CUT_LEVEL] / np.float32(255) - drop.low_at(CUT_LEVEL)


def _loudness(drop: Backdrop) -> np.ndarray:
    """Squared blotches and grain at each place, RGB of 1, (h, w) float32."""
    detail = _detail(drop)
    coarse = cv2.GaussianBlur(detail, (0, 0), _BLOTCH_SIGMA)
    return np.asarray((coarse**2 + (_GRAIN * detail) ** 2).mean(axis=-1))


def _corners(drop: Backdrop, side: int) -> np.ndarray:
    """Upper left corners of the blocks that are wholly plain, (h, w) bool."""
    free = drop.free[CUT_LEVEL]
    plain = free & reduced(drop.plain, free.shape)
    block = np.ones((side, side), np.uint8)
    # without an anchor in the corner it would be the middles that are found
    whole = cv2.erode(plain.astype(np.uint8), block, anchor=(0, 0), borderValue=0)
    return np.asarray(whole > 0)


class _Canvas:
    """What is laid already, with a margin of a block."""

    def __init__(self, wanted: np.ndarray, sheet: np.ndarray, side: int) -> None:
        self.wanted = np.pad(wanted, side)
        self.side = side
        self.detail = np.zeros((*self.wanted.shape, 3), np.float32)
        self.owners = np.full(self.wanted.shape, -1, np.int32)
        self.steps = np.zeros((*self.wanted.shape, 2), np.int32)
        self._sheet = sheet
        self._blocks = sliding_window_view(sheet, (side, side), axis=(0, 1))

    def best(self, box: tuple[slice, slice], corners: np.ndarray, uses: np.ndarray) -> int:
        """Which of some blocks agrees best with what lies there, and was least used."""
        known = self.owners[box] >= 0
        if not known.any():
            return int(uses.argmin())
        blocks = self._blocks[tuple(corners.T)]
        here = self.detail[box][known].T
        error = ((blocks[:, :, known] - here) ** 2).mean(axis=(1, 2))
        return int((error + _USED * np.median(error) * uses).argmin())

    def lay(self, box: tuple[slice, slice], corner: np.ndarray, owner: int) -> None:
        """Lay a block of the sheet, cut to where it agrees with what lies there."""
        row, column = corner
        block = self._sheet[row : row + self.side, column : column + self.side]
        known = self.owners[box] >= 0
        taken = cut(block, np.ones_like(known), self.detail[box], known)
        here = np.array([box[0].start - self.side, box[1].start - self.side])
        self.detail[box][taken] = block[taken]
        self.steps[box][taken] = corner - here
        self.owners[box][taken] = owner
