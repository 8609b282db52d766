"""Neighboring pieces of background, faded into each other where they meet.

A minimum cut hides a seam where two pieces agree. Hatching beside bare paper agrees nowhere: it
ended along a straight line, mostly at the border of the exemplar that it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import find_objects

from facestyle.imaging.color import to_lab
from facestyle.imaging.resampling import resized_window
from facestyle.methods.patch_unpaired.background import Background
from facestyle.methods.patch_unpaired.background_seams import numbered_pieces
from facestyle.methods.patch_unpaired.background_search import shifted
from facestyle.methods.patch_unpaired.pictures import depth_inside, masked_mean

# In face widths: over which a piece fades into the next (three sitters in four styles, by eye:
# hatching ends as if by a lighter hand, and engraved lines stay lines); blocks agree where they
# are cut
_FADING, _FADING_OF_BLOCKS = 0.06, 0.02
# of forms that a piece must not bring into another (a collar's outline, a signature): they differ
# by more of Lab of 1 than hatching and paper do, once these are in one low band
_FORM_SIGMA = 0.02
_ALIKE = 0.04
_REACH = 3.0  # times as far a piece is seen at most
_LEAST = np.float32(1e-3)  # weight of a piece where it is laid: there is always one
_ALONE = np.float32(0.98)  # share from which a piece is as good as alone
_TILE = 256  # px of the rendering that are blended at once

Window = tuple[slice, slice]


@dataclass(frozen=True)
class Piece:
    """A piece of background where it is laid, and as far around as it is seen.

    Attributes
    ----------
    exemplar : int
        That it comes from.
    step : (2,) int
        Row and column from a pixel's to its source, px of the working size.
    box : (slice, slice)
        Rows and columns that it is seen in, px of the working size.
    share : (h, w) float32
        Of it in each of these pixels, in [0, 1].
    change : (h, w, 3) float32
        What brings it to the background's low band, Lab of 1.
    """

    exemplar: int
    step: np.ndarray
    box: Window
    share: np.ndarray
    change: np.ndarray


def fading_pieces(
    laid: np.ndarray, background: Background, behind: np.ndarray, face_width: float
) -> list[Piece]:
    """Find how the pieces of a background share the places around their seams.

    Parameters
    ----------
    laid : (h, w, 3) float32
        The pieces beside each other in one low band, Lab of 1.
    background : Background
    behind : (h, w) bool
        Where the background is; what no piece reaches of it fades into what was searched there.
    face_width : float
        px of the working size.

    Returns
    -------
    list of Piece
        Their shares add up to 1 where pieces are placed, and to less beyond.
    """
    numbers = numbered_pieces(background)
    reach = (_FADING_OF_BLOCKS if background.of_blocks else _FADING) * face_width
    forms = masked_mean(laid, behind, _FORM_SIGMA * face_width)[1]
    searched = behind & ~background.placed
    total = np.minimum(depth_inside(searched) / (2 * reach), 1) + _LEAST * searched
    lows = {exemplar: drop.low_lab() for exemplar, drop in background.drops.items()}
    pieces = []
    for number, around in enumerate(find_objects(numbers + 1)):
        rows, columns = around
        row, column = np.argwhere(numbers[around] == number)[0]
        first = int(rows.start + row), int(columns.start + column)
        box = _grown(around, int(_REACH * reach) + 1, behind.shape)
        piece = _weighed(
            background, first, (numbers[box] == number, box), lows, forms, (face_width, reach)
        )
        piece.share[...] *= behind[piece.box]
        total[piece.box] += piece.share
        pieces.append(piece)
    for piece in pieces:
        piece.share[...] /= np.maximum(total[piece.box], _LEAST)
    return pieces


def _weighed(
    background: Background,
    first: tuple[int, int],
    own_in_box: tuple[np.ndarray, Window],
    lows: Mapping[int, np.ndarray],
    forms: np.ndarray,
    widths: tuple[float, float],
) -> Piece:
    """One of the pieces, with weights that have to be divided by those of all."""
    (own, box), (face_width, reach) = own_in_box, widths
    exemplar = int(background.layers[first])
    step = (background.places[first] - first).round().astype(int)
    drop = background.drops[exemplar]
    shape = own.shape
    corner = step + np.array([box[0].start, box[1].start])
    change = background.tone[box] - shifted(lows[exemplar], corner, shape)
    free = shifted(drop.free[0], corner, shape)
    strokes = to_lab(shifted(drop.pictures[0], corner, shape) / np.float32(255)) + change
    other = masked_mean(strokes, free, _FORM_SIGMA * face_width)[1] - forms[box]
    weight = cv2.GaussianBlur(own.astype(np.float32), (0, 0), reach)
    # nothing is left where its exemplar ends
    weight *= np.minimum(depth_inside(free) / (2 * reach), 1)
    weight *= np.exp(-((np.abs(other).max(axis=-1) / _ALIKE) ** 2))
    return Piece(exemplar, step, box, weight + _LEAST * own, change)


def _grown(box: Window, reach: int, shape: tuple[int, ...]) -> Window:
    """A window with what is around it, within a picture."""
    rows, columns = (
        slice(max(0, side.start - reach), min(most, side.stop + reach))
        for side, most in zip(box, shape, strict=False)
    )
    return rows, columns


def blend_pieces(
    lab: np.ndarray,
    pieces: Sequence[Piece],
    behind: np.ndarray,
    images: Sequence[np.ndarray],
    scale: float,
) -> None:
    """Draw pieces of background anew where several are seen, in place.

    Parameters
    ----------
    lab : (H, W, 3) float32
        The rendering, each piece of it brought to the background's low band; Lab of 1.
    pieces : sequence of Piece
    behind : (h, w) bool
        Where the background is, at the working size.
    images : sequence of (h', w', 3) uint8
        The exemplars at the rendering's size.
    scale : float
        Size of the rendering over the working size.
    """
    most = np.zeros(behind.shape, np.float32)
    for piece in pieces:
        np.maximum(most[piece.box], piece.share, out=most[piece.box])
    mixed = (behind & (most < _ALONE)).astype(np.float32)
    height, width = lab.shape[:2]
    for top in range(0, height, _TILE):
        for left in range(0, width, _TILE):
            tile = slice(top, min(top + _TILE, height)), slice(left, min(left + _TILE, width))
            inside = resized_window(mixed, (height, width), *tile)
            if inside.any():
                zoom = height / len(behind), width / behind.shape[1]
                change = _blended(lab, tile, pieces, zoom, images, scale)
                lab[tile] += inside[..., None] * change


def _blended(
    lab: np.ndarray,
    tile: Window,
    pieces: Sequence[Piece],
    zoom: tuple[float, float],
    images: Sequence[np.ndarray],
    scale: float,
) -> np.ndarray:
    """What makes one tile of a rendering a mixture of the pieces that are seen in it."""
    change = np.zeros_like(lab[tile])
    for piece in pieces:
        box = _enlarged(piece.box, zoom)
        part = _common(box, tile)
        if part is None:
            continue
        size = (box[0].stop - box[0].start, box[1].stop - box[1].start)
        share = resized_window(piece.share, size, *_within(part, box))
        if share.any():
            corner = np.array([part[0].start, part[1].start])
            corner += (piece.step * scale).round().astype(int)
            copied = shifted(images[piece.exemplar], corner, share.shape)
            strokes = to_lab(copied / np.float32(255))
            strokes += resized_window(piece.change, size, *_within(part, box))
            change[_within(part, tile)] += share[..., None] * (strokes - lab[part])
    return change


def _enlarged(box: Window, zoom: tuple[float, float]) -> Window:
    rows, columns = (
        slice(round(factor * side.start), round(factor * side.stop))
        for side, factor in zip(box, zoom, strict=True)
    )
    return rows, columns


def _common(one: Window, other: Window) -> Window | None:
    """What two windows have in common."""
    rows, columns = (
        slice(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(one, other, strict=True)
    )
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return None
    return rows, columns


def _within(part: Window, whole: Window) -> Window:
    """A part of a window, counted from the window's corner."""
    rows, columns = (
        slice(a.start - b.start, a.stop - b.start) for a, b in zip(part, whole, strict=True)
    )
    return rows, columns
