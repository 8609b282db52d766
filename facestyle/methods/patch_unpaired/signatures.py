"""Signatures, dates and titles on exemplars: words that would be copied letter by letter."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.face_coordinates import FaceCoordinates
from facestyle.faces.regions import BACKGROUND, CLOTHES, SKIN
from facestyle.methods.patch_unpaired.pictures import disc

# lengths in face widths; colors in [0, 1]. Found on signatures that a script wrote on bundled
# exemplars (four styles of nine, dark on paper and red on dark clothes)
_SURROUNDINGS = 0.1  # what a letter is compared with: the median of a square
_CONTRAST, _TIMES_USUAL, _USUAL_SIGMA = 0.12, 3.0, 0.3  # letters stand out more than strokes do
_WIDTH = 128.0  # px: the face width at which words are looked for
_GAP, _LINE = 0.025, 0.02  # half of what is between letters, and half the width of single lines
_LENGTH, _HEIGHT = (0.1, 0.8), (0.025, 0.14)
_SLENDER, _FILLED = 1.8, 0.55  # a word is longer than high, and fills its rectangle
_LEVEL = 25.0  # degrees; whoever signs upright is not found
_BESIDE, _AROUND = 0.3, 0.02  # initials and dates stand beside, accents and tails around


def written_words(
    lab: np.ndarray, region_map: np.ndarray, place: FaceCoordinates, face_width: float
) -> np.ndarray:
    """Find words below the chin and on the background.

    Parameters
    ----------
    lab : (H, W, 3) float32
        CIELAB over 100.
    region_map : (H, W) uint8
    place : FaceCoordinates
    face_width : float
        px.

    Returns
    -------
    (H, W) bool
        Rectangles around them.
    """
    height, width = region_map.shape
    below = (place.down > place.chin) & np.isin(region_map, (CLOTHES, SKIN))
    where = below | (region_map == BACKGROUND)
    factor = min(1.0, _WIDTH / face_width)
    size = (max(1, round(factor * width)), max(1, round(factor * height)))
    small = cv2.resize(lab, size, interpolation=cv2.INTER_AREA)
    open_to = cv2.resize(where.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    words = _words(_standing_out(small, factor * face_width) & (open_to > 0), factor * face_width)
    return (cv2.resize(words, (width, height), interpolation=cv2.INTER_NEAREST) > 0) & where


def _words(strokes: np.ndarray, face_width: float) -> np.ndarray:
    """Rectangles around strokes that stand like the letters of a word, (h, w) uint8."""
    joined = cv2.morphologyEx(strokes.astype(np.uint8), cv2.MORPH_CLOSE, disc(_GAP * face_width))
    blocks = cv2.morphologyEx(joined, cv2.MORPH_OPEN, disc(_LINE * face_width))
    outlines, _ = cv2.findContours(blocks, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = np.zeros(strokes.shape, np.uint8)
    for outline in outlines:
        center, (length, size), angle = _level(cv2.minAreaRect(outline))
        filled = cv2.contourArea(outline) > _FILLED * length * size
        if filled and _is_word(length / face_width, size / face_width, angle):
            wider = (length + 2 * _BESIDE * face_width, size + 2 * _AROUND * face_width)
            corners = cv2.boxPoints((center, wider, angle))
            cv2.fillPoly(found, [np.round(corners).astype(np.int32)], 1)
    return found


def _standing_out(lab: np.ndarray, face_width: float) -> np.ndarray:
    """Places unlike what is around them, by more than is usual there, (H, W) bool."""
    side = 2 * max(1, round(_SURROUNDINGS * face_width / 2)) + 1
    # OpenCV has medians of large squares for bytes alone
    levels = np.clip(np.round(lab * (255, 127.5, 127.5) + (0, 127.5, 127.5)), 0, 255)
    levels = np.ascontiguousarray(levels.astype(np.uint8))
    unlike = cv2.absdiff(levels, cv2.medianBlur(levels, side)).astype(np.float32)
    unlike = unlike.max(axis=2) / np.float32(255)
    usual = cv2.GaussianBlur(unlike, (0, 0), _USUAL_SIGMA * face_width)
    return np.asarray(unlike > np.maximum(_CONTRAST, _TIMES_USUAL * usual))


def _level(
    rectangle: tuple[tuple[float, float], tuple[float, float], float],
) -> tuple[tuple[float, float], tuple[float, float], float]:
    """A rectangle from OpenCV with its longer side first, its angle within 90 degrees of level."""
    center, (length, size), angle = rectangle
    if length < size:
        length, size, angle = size, length, angle + 90
    return center, (length, size), (angle + 90) % 180 - 90


def _is_word(length: float, height: float, angle: float) -> bool:
    """Whether a rectangle has the proportions of a word, lengths in face widths."""
    return (
        _LENGTH[0] < length < _LENGTH[1]
        and _HEIGHT[0] < height < _HEIGHT[1]
        and length > _SLENDER * height
        and abs(angle) < _LEVEL
    )
