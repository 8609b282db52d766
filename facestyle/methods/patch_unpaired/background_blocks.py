"""A ground of blocks: what is plain of one exemplar's ground, in the tones of a composition.

A. A. Efros and W. T. Freeman, "Image Quilting for Texture Synthesis and Transfer", SIGGRAPH 2001:
blocks in raster order, each of those that agree best with what lies there, cut where they agree.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

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
    plain = cv2.dilate(
        _corners(drop, side).astype(np.uint8),
        np.ones((side, side), np.uint8),
        anchor=(side - 1,) * 2,
    )
    detail = _detail(drop)
    coarse = cv2.GaussianBlur(detail, (0, 0), _BLOTCH_SIGMA)
    seen = (coarse**2 + (_GRAIN * detail) ** 2)[plain > 0]
    return float(np.sqrt(seen.mean()))


def lay_blocks(drop: Backdrop, wanted: np.ndarray, side: int) -> Pieces:
    """Fill a background with blocks of one exemplar's.

    Parameters
    ----------
    drop : Backdrop
    wanted : (H, W) bool
        Background of the target at `CUT_LEVEL`.
    side : int
        Of the blocks, px of `CUT_LEVEL`; see `room_for_blocks`.

    Returns
    -------
    Pieces
    """
    canvas = _Canvas(wanted, side)
    detail = _detail(drop)
    corners = np.argwhere(_corners(drop, side))
    random = np.random.default_rng(0)
    uses = np.zeros(len(corners))
    step = side - max(2, round(_OVERLAP * side))
    for row in range(0, canvas.wanted.shape[0] - side + 1, step):
        for column in range(0, canvas.wanted.shape[1] - side + 1, step):
            box = slice(row, row + side), slice(column, column + side)
            if not canvas.wanted[box].any():
                continue
            tried = random.permutation(len(corners))[:_TRIED]
            best = tried[canvas.best(box, detail, corners[tried], uses[tried])]
            near = np.abs(corners - corners[best]).max(axis=1) < side / 2
            uses[near] += 1
            canvas.lay(box, detail, corners[best])
    whole = slice(side, side + wanted.shape[0]), slice(side, side + wanted.shape[1])
    owners = np.where(canvas.known[whole] & wanted, 0, -1).astype(np.int32)
    return Pieces(canvas.steps[whole], owners)


def _detail(drop: Backdrop) -> np.ndarray:
    """What a ground has beside its low band, (h, w, 3) float32."""
    return drop.pictures[CUT_LEVEL] / np.float32(255) - drop.low_at(CUT_LEVEL)


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

    def __init__(self, wanted: np.ndarray, side: int) -> None:
        self.wanted = np.pad(wanted, side)
        self.side = side
        self.detail = np.zeros((*self.wanted.shape, 3), np.float32)
        self.known = np.zeros(self.wanted.shape, bool)
        self.steps = np.zeros((*self.wanted.shape, 2), np.int32)

    def best(
        self, box: tuple[slice, slice], detail: np.ndarray, corners: np.ndarray, uses: np.ndarray
    ) -> int:
        """Which of some blocks agrees best with what lies there, and was least used."""
        known = self.known[box]
        side = self.side
        if not known.any():
            return int(uses.argmin())
        blocks = sliding_window_view(detail, (side, side), axis=(0, 1))[tuple(corners.T)]
        here = self.detail[box][known].T
        error = ((blocks[:, :, known] - here) ** 2).mean(axis=(1, 2))
        return int((error + _USED * np.median(error) * uses).argmin())

    def lay(self, box: tuple[slice, slice], detail: np.ndarray, corner: np.ndarray) -> None:
        """Lay a block, cut to where it agrees with what lies there."""
        row, column = corner
        block = detail[row : row + self.side, column : column + self.side]
        known = self.known[box]
        taken = cut(block, np.ones_like(known), self.detail[box], known)
        here = np.array([box[0].start - self.side, box[1].start - self.side])
        self.detail[box][taken] = block[taken]
        self.steps[box][taken] = (corner - here) * 2**CUT_LEVEL
        self.known[box] = True
