"""Frames around pictures: passe-partouts, drawn lines, margins of a page, black bars."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

# Found on 34 pictures in ten frames made by script, and on 357 without any, of which none is cut
_LONG_SIDE = 400  # px, of the picture that is searched
_SHORT_SIDE = 32  # px of it; what is narrower is no portrait
_REACH = 0.35  # of a side: how wide a frame may be
_CORNER = 0.2  # of a line, at either end: other sides' frames, and rounded corners
_TILT = (-0.018, -0.012, -0.006, 0.006, 0.012, 0.018)  # of scans, as slopes
_STEP = 0.06  # of the color across a line, in [0, 1]
_HINT = 0.4  # and of one that may prove to be a line when the picture is turned upright
_SPAN = 0.85  # share of a line that shows such a step
_SAME = 0.85  # share of it that gets darker, or lighter
_PLAIN = 0.035  # standard deviation along a row of mounts and bars
# margins made by a program have no texture at all: there part of a line is enough
_BLANK, _PART = 0.02, 0.25
_NEAR = 0.03  # of a side: lines as near as this belong to one frame
# lines within the picture, be they interrupted, are a pattern (tiles) from so many rows on
_BROKEN, _PATTERN = 0.6, 3


class Box(NamedTuple):
    """Part of a picture, in px: columns left to right, rows top to bottom, ends excluded."""

    left: int
    top: int
    right: int
    bottom: int

    def cut(self, image: np.ndarray) -> np.ndarray:
        """That part of a picture, (h, w, 3), contiguous."""
        return np.ascontiguousarray(image[self.top : self.bottom, self.left : self.right])


class _Side(NamedTuple):
    """A frame at one side: how deep it is (0: there is none), in px, and how sure that is."""

    depth: int = 0
    plain: bool = False  # all outside the line is of one color
    clear: bool = False  # the line shows all along


def inside_frame(image: np.ndarray) -> Box | None:
    """Find what a frame leaves of a picture.

    A frame is made of lines that are straight and run along a whole side. It is one where three
    sides have it, or where two opposite ones have bars of one color. Where one side of four shows
    none (a dark coat before a dark frame), it is taken to be as deep as the others' shallowest.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].

    Returns
    -------
    Box or None
        The picture inside; None where there is no frame.
    """
    height, width = image.shape[:2]
    factor = min(1.0, _LONG_SIDE / max(height, width))
    if min(height, width) * factor < _SHORT_SIDE:
        return None
    small = image
    if factor < 1:
        small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    top, right, bottom, left = _agreed([_side(np.rot90(small, turn)) for turn in range(4)])
    if not max(top, right, bottom, left):
        return None
    deep = [int(np.ceil(depth / factor)) for depth in (left, top, right, bottom)]
    return Box(deep[0], deep[1], width - deep[2], height - deep[3])


def _agreed(sides: list[_Side]) -> tuple[int, int, int, int]:
    """Depths of the four sides, all 0 unless they make up a frame."""
    depths = [side.depth for side in sides]
    found = [depth for depth in depths if depth]
    if len(found) == 4 or (len(found) == 3 and all(s.clear for s in sides if s.depth)):
        top, right, bottom, left = (depth or min(found) for depth in depths)
        return top, right, bottom, left
    bars = [side.clear and side.plain for side in sides]
    upright, level = bars[0] and bars[2], bars[1] and bars[3]
    return (
        depths[0] * upright,
        depths[1] * level,
        depths[2] * upright,
        depths[3] * level,
    )


def _side(image: np.ndarray) -> _Side:
    """The deepest frame along the first rows, whatever its tilt."""
    width = image.shape[1]
    reach = int(_REACH * len(image))
    corner = int(_CORNER * width)
    rows = np.ascontiguousarray(image[: len(image) // 2, corner : width - corner])
    near = max(2, round(_NEAR * len(image)))
    upright = _frame_of(rows, reach, near)
    if not upright.depth and _spans(rows)[1][:reach].mean(axis=1).max(initial=0) < _HINT:
        return _Side()
    found = [upright] if upright.depth else []
    for slope in _TILT:
        center = slope * (width - 2 * corner) / 2
        shear = np.array([[1, 0, 0], [slope, 1, -center]], np.float32)
        strip = cv2.warpAffine(rows, shear, rows.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
        side = _frame_of(strip, reach, near)
        if side.depth:
            # a tilted line is deeper at one of its ends
            deeper = round(abs(slope) * width / 2)
            found.append(side._replace(depth=side.depth + deeper))
    return max(found, default=_Side(), key=lambda side: (side.clear, side.depth))


def _spans(strip: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Steps from row to row but one, of all colors, and where one is seen; (h - 2, w)."""
    # planes: NumPy is slow along a last axis of three
    red, green, blue = cv2.split(strip[2:] - strip[:-2])
    largest = np.maximum(np.maximum(np.abs(red), np.abs(green)), np.abs(blue))
    return red + green + blue, largest > _STEP


def _frame_of(strip: np.ndarray, reach: int, near: int) -> _Side:
    """The frame along the first rows of a strip that is not tilted."""
    step, steps = _spans(strip)
    span = steps.mean(axis=1)
    same = np.abs((np.sign(step) * steps).mean(axis=1)) >= _SAME * span
    deviation = np.max([plane.std(axis=1) for plane in cv2.split(strip)], axis=0)
    plain, blank = deviation < _PLAIN, deviation < _BLANK
    clear = (span >= _SPAN) & (same | plain[:-2])
    partial = (span >= _PART) & np.logical_and.accumulate(blank[:-2])
    lines = np.flatnonzero(clear | partial).tolist()
    if not lines or lines[0] >= reach:
        return _Side()
    last = lines[0]
    for row in lines[1:]:
        # a mount between two lines is of one color; a table within the picture is not reached
        if row >= reach or (row - last > near and plain[last + 2 : row].mean() < 0.9):
            break
        last = row
    if np.count_nonzero((span > _BROKEN) & same & (np.arange(len(span)) > last + 3)) >= _PATTERN:
        return _Side()
    first = lines[0]
    return _Side(last + 3, bool(plain[: first + 1].mean() > 0.9), bool(clear[first]))
