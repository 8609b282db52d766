"""Marks on an exemplar's face and hair that belong to its sitter or to an accident, not the style.

A star on the forehead, a strand of hair across a cheek, an earring's glint, a scar: each stands out
from its surroundings and has no counterpart on the face's other half, as eyes, lips and most
wrinkles have. In hair, what stands out is a pearl, an emblem of a hat, an ear; in a background, a
flower pot on the wall. Nothing of them must be copied to another person.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from facestyle.faces.face import Face
from facestyle.faces.face_coordinates import signed_distance
from facestyle.faces.regions import BACKGROUND, HAIR, SKIN

# lengths in face widths; strokes are finer than a background's things
_FINE, _COARSE = 0.01, 0.05
_THING, _WALL = 0.04, 0.35
_THING_SIGMA = 2.0  # px of the reduced copy that things are found on
_FROM_EDGE = 0.03  # features and the skin's edge are no clutter
_TOLERANCE = 0.05  # how far from its mirror image a counterpart may lie
_REACH = 4  # sigmas, as OpenCV truncates Gaussians of floats
_GROWN = 2.0  # how far beyond what stands out is no source either, in its sigmas
# Differences of Lab (of 1) that stand out: this much at least, and so many times the usual. Set by
# marks painted on the bundled exemplars: those above are found, strokes of the media are not.
_LEAST, _TIMES_USUAL, _TIMES_MIRRORED = 0.08, 5.0, 2.0
# by eye: at 5 times the usual a hat's pearls are found in four of five drawn looks, not all five
_LEAST_HAIR, _TIMES_USUAL_HAIR = 0.12, 4.0
# In each background of 45 bundled drawings 99 % have less than .19 (washes, shading, hatching);
# pots, plants and the like in four media of a stranger's sets .2 to .65
_LEAST_THING, _TIMES_USUAL_THING = 0.2, 4.0
# share of skin or hair, and of a background; where more stands out, the medium is like that
_MOST, _MOST_THINGS = 0.08, 0.15

# landmarks and their counterparts on the face's other half
_BROWS = [*zip(range(17, 22), range(26, 21, -1), strict=True)]
_EYES = [(36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46)]
_JAW = [*zip(range(8), range(16, 8, -1), strict=True)]
_MOUTH = [(48, 54), (49, 53), (50, 52), (59, 55), (58, 56), (31, 35), (32, 34)]
_PAIRS = np.array([*_JAW, *_BROWS, *_EYES, *_MOUTH])


def facial_clutter(
    lab: np.ndarray, region_map: np.ndarray, face: Face, face_width: float
) -> np.ndarray:
    """Find what stands out on the skin and is missing on the face's other half.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab of 1.
    region_map : (H, W) uint8
        Regions.
    face : Face
    face_width : float
        px.

    Returns
    -------
    (H, W) bool
    """

    def counterpart(strength: np.ndarray, box: tuple[slice, slice]) -> np.ndarray:
        whole = np.zeros(region_map.shape, np.float32)
        whole[box] = _dilated(strength, _TOLERANCE * face_width)
        return _TIMES_MIRRORED * _at_mirror(whole, face)[box]

    return _outstanding(lab, region_map == SKIN, face_width, (_LEAST, _TIMES_USUAL), counterpart)


def hair_clutter(lab: np.ndarray, region_map: np.ndarray, face_width: float) -> np.ndarray:
    """Find what stands out in the hair, or on a hat that counts as hair.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab of 1.
    region_map : (H, W) uint8
        Regions.
    face_width : float
        px.

    Returns
    -------
    (H, W) bool
    """
    return _outstanding(lab, region_map == HAIR, face_width, (_LEAST_HAIR, _TIMES_USUAL_HAIR))


def background_clutter(lab: np.ndarray, region_map: np.ndarray, face_width: float) -> np.ndarray:
    """Find things in an otherwise plain background.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab of 1.
    region_map : (H, W) uint8
        Regions.
    face_width : float
        px.

    Returns
    -------
    (H, W) bool
        Nothing where a background is all things.
    """
    behind = region_map == BACKGROUND
    height, width = behind.shape
    share = min(1.0, _THING_SIGMA / (_THING * face_width))
    size = max(1, round(width * share)), max(1, round(height * share))
    small = cv2.resize(behind.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    found = _outstanding(
        cv2.resize(lab, size, interpolation=cv2.INTER_AREA),
        small > 0,
        share * face_width,
        (_LEAST_THING, _TIMES_USUAL_THING),
        scales=(_THING, _WALL),
        most=_MOST_THINGS,
    )
    whole = cv2.resize(found.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return (whole > 0) & behind


def _outstanding(
    lab: np.ndarray,
    region: np.ndarray,
    face_width: float,
    limits: tuple[float, float],
    counterpart: Callable[[np.ndarray, tuple[slice, slice]], np.ndarray] | None = None,
    scales: tuple[float, float] = (_FINE, _COARSE),
    most: float = _MOST,
) -> np.ndarray:
    """What stands out inside a region and from its counterpart; nothing where much does.

    Parameters
    ----------
    lab : (H, W, 3) float32
    region : (H, W) bool
    face_width : float
        px.
    limits : (float, float)
        Least difference, and how many times the usual.
    counterpart : callable, optional
        What a difference must be above, too, from all differences in a part of the picture;
        (h, w) float32 both.
    scales : (float, float)
        Sigmas of what stands out and of what it stands out from, face widths; as far beyond it as
        twice the first, no source is left.
    most : float
        Share of the region.

    Returns
    -------
    (H, W) bool
    """
    found = np.zeros(region.shape, bool)
    # the filters are wide, and what lies farther from the region than they reach is 0
    box = _around(region, _REACH * scales[1] * face_width)
    inner = region[box] & (signed_distance(region[box]) > _FROM_EDGE * face_width)
    if not inner.any():
        return found
    strength = _prominence(lab[box], region[box], face_width, scales) * inner
    least, times = limits
    marks = strength > max(least, times * float(np.median(strength[inner])))
    if counterpart is not None:
        marks &= strength > counterpart(strength, box)
    if marks.sum() <= most * inner.sum():
        found[box] = (
            _dilated(marks.astype(np.float32), _GROWN * scales[0] * face_width) > 0
        ) & region[box]
    return found


def _around(region: np.ndarray, margin: float) -> tuple[slice, slice]:
    """Rows and columns of a region and so many px around it."""
    sides = []
    for axis in (1, 0):
        places = np.flatnonzero(region.any(axis=axis))
        low, high = (int(places[0]), int(places[-1])) if places.size else (0, 0)
        reach = int(np.ceil(margin)) + 1
        sides.append(slice(max(0, low - reach), high + reach + 1))
    return sides[0], sides[1]


def _prominence(
    lab: np.ndarray, region: np.ndarray, face_width: float, scales: tuple[float, float]
) -> np.ndarray:
    """How far the color of a small place is from that of its region around it, (H, W)."""
    weight = region.astype(np.float32)
    fine, coarse = (
        cv2.GaussianBlur(lab * weight[..., None], (0, 0), share * face_width)
        / (cv2.GaussianBlur(weight, (0, 0), share * face_width)[..., None] + 1e-3)
        for share in scales
    )
    return np.asarray(np.linalg.norm(fine - coarse, axis=2))


def _at_mirror(values: np.ndarray, face: Face) -> np.ndarray:
    """The values at each pixel's counterpart on the other half of the face, (H, W)."""
    points = face.landmarks.astype(np.float64)
    one, other = points[_PAIRS[:, 0]], points[_PAIRS[:, 1]]
    here, there = np.concatenate([one, other]), np.concatenate([other, one])
    ones = np.ones((len(here), 1))
    matrix = np.linalg.lstsq(np.hstack([here, ones]), there, rcond=None)[0].T
    height, width = values.shape
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(values, matrix, (width, height), flags=flags)


def _dilated(values: np.ndarray, radius: float) -> np.ndarray:
    side = 2 * max(1, round(radius)) + 1
    return cv2.dilate(values, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
