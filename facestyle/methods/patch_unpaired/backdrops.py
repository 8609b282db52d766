"""The background of one exemplar, as it is laid in pieces: what is free, plain, its low band."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.contours import OUTLINE_CHIN
from facestyle.faces.regions import BACKGROUND
from facestyle.methods.patch_unpaired.background_search import Backdrop
from facestyle.methods.patch_unpaired.missed_parts import SHOULDERS
from facestyle.methods.patch_unpaired.pictures import depth_inside
from facestyle.methods.patch_unpaired.recipe import LEVELS
from facestyle.methods.patch_unpaired.sources import PatchSources

_NARROW = 90.0  # px; below this face width the coarsest level shows nothing but mixtures
# Lengths in face widths, by eye on eleven sitters in five styles: of the low band that pieces are
# brought to, of what is kept from an exemplar's person (its halo), and of the shoulders, which are
# taken for paper where they are drawn in outlines
_TONE_SIGMA = 0.08
_FROM_PERSON = 0.06
# Times the usual squared detail, plus grain, RGB of 1; and how far low bands are from the usual
_MOST_DETAIL, _GRAIN, _MOST_AWAY = 2.5, 1e-4, 0.08
# Width of what lies along an exemplar's border, in sigmas of the tones, and the least share of its
# background that this has to be. A ground ends in paper where that deviates less than the whole, in
# this ratio: engravings and watercolors have .04 to .4 (one of each .6), pencil .4 to .8
_RIM, _LEAST_RIM, _EVEN = 2.0, 0.05, 0.4
_BORDER = 3  # px that patches keep from the border: their radius and one
COARSE_BORDER = 2  # at coarser levels


def coarse_level(sources: PatchSources) -> int:
    """Level of the pyramid at which tones are compared and offsets are searched."""
    return LEVELS - 1 if sources.face_width >= _NARROW else LEVELS - 2


def make_backdrop(sources: PatchSources, number: int, first: np.ndarray) -> Backdrop:
    """One exemplar's background at every level.

    Parameters
    ----------
    sources : PatchSources
    number : int
        Of the exemplar.
    first : (2,) int
        Row and column that take the target's face to the exemplar's, px of the coarsest level.

    Returns
    -------
    Backdrop
    """
    levels = range(coarse_level(sources) + 1)
    pictures, free = zip(*(ground_of(sources, number, level) for level in levels), strict=True)
    sigma = _TONE_SIGMA * sources.face_width / 2 ** levels[-1]
    coarse = pictures[-1] / np.float32(255)
    low_band = filled_low_band(coarse, free[-1], sigma)
    plain, ends = _plain(coarse, low_band, free[-1], sigma)
    return Backdrop(pictures, free, low_band, first, plain, ends)


def _plain(
    picture: np.ndarray, low_band: np.ndarray, free: np.ndarray, sigma: float
) -> tuple[np.ndarray, bool]:
    """Where a background has nothing of its own to show: not a collar's line, nor a dark corner.

    And whether its ground ends in paper before the border: then only that is plain.
    """
    if not free.any():
        return free, False
    detail = cv2.GaussianBlur(((picture - low_band) ** 2).sum(axis=-1), (0, 0), sigma)
    rim = free & _rim(free.shape, _RIM * sigma)
    seen = rim.sum() > _LEAST_RIM * free.sum()
    ends = bool(seen and _deviation(low_band[rim]) < _EVEN * _deviation(low_band[free]))
    usual = rim if ends else free
    away = np.abs(low_band - np.median(low_band[usual], axis=0)).max(axis=-1)
    limit = _MOST_DETAIL * np.median(detail[usual]) + _GRAIN
    plain = free & (detail < limit) & (away < max(_MOST_AWAY, 2 * np.median(away[usual])))
    return plain, ends


def _rim(shape: tuple[int, ...], width: float) -> np.ndarray:
    """Places near the upper border and those at the sides, bool."""
    rows, columns = np.indices(shape)
    return np.minimum(np.minimum(rows, columns), shape[1] - 1 - columns) < width


def _deviation(tones: np.ndarray) -> float:
    """Median distance from the median, of the channel that has most."""
    return float(np.median(np.abs(tones - np.median(tones, axis=0)), axis=0).max())


def ground_of(sources: PatchSources, number: int, index: int) -> tuple[np.ndarray, np.ndarray]:
    """An exemplar at one level, uint8 RGB, and what is surely its background, bool.

    Parameters
    ----------
    sources : PatchSources
    number : int
        Of the exemplar.
    index : int
        Of the level, from fine to coarse.

    Returns
    -------
    (h, w, 3) uint8
    (h, w) bool
    """
    level = sources.levels[index]
    start, height, width = (int(v[number]) for v in (level.start, level.height, level.width))
    end = start + height * width
    picture = level.image[3 * start : 3 * end].reshape(height, width, 3)
    regions = level.regions[start:end].reshape(height, width)
    unit = sources.face_width / 2**index
    # at coarse levels the pixel beside the person shows both
    free = depth_inside(regions == BACKGROUND) > max(_FROM_PERSON * unit, 1.0)
    x, y = sources.faces[number].outline[OUTLINE_CHIN] / 2**index
    drop, half, slope = SHOULDERS
    below = (np.arange(height)[:, None] - y) / unit - drop
    aside = np.abs(np.arange(width)[None, :] - x) / unit
    free &= (below <= 0) | (aside > half + slope * below)
    border = _BORDER if index == 0 else COARSE_BORDER
    inner = np.zeros_like(free)
    inner[border:-border, border:-border] = free[border:-border, border:-border]
    return picture, inner


def filled_low_band(picture: np.ndarray, free: np.ndarray, sigma: float) -> np.ndarray:
    """Low band of the background, and of what is not: from ever farther away.

    Parameters
    ----------
    picture : (h, w, 3) float32
    free : (h, w) bool
        What is background.
    sigma : float
        px.

    Returns
    -------
    (h, w, 3) float32
    """
    weight = free.astype(np.float32)
    values = picture * weight[..., None]
    filled, missing = np.zeros_like(values), np.ones_like(weight)
    for _ in range(7):
        total = cv2.GaussianBlur(weight, (0, 0), sigma)
        mean = cv2.GaussianBlur(values, (0, 0), sigma) / (total[..., None] + np.float32(1e-6))
        share = missing * np.minimum(total / np.float32(0.3), 1)
        filled += share[..., None] * mean
        missing -= share
        sigma *= 1.7
    return np.asarray(filled + missing[..., None] * mean, np.float32)
