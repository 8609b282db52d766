"""Thin lines around the eyes that no search finds: rims of glasses, creases of lids.

Patches of faces without glasses draw a face without glasses, and the correction towards the photo
is broader than a wire.
"""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.face import Face
from facestyle.faces.regions import NOSE, SKIN

_LINE = 0.012  # face widths: radius of what a line is thinner than
# Contrast of lines, L of 1: at least, and over that of most skin around the eyes, so that wrinkled
# and grainy skin has none. Twelve sitters, by eye: all rims of four pairs of glasses, creases of
# six sitters' lids, nothing of coarse skin in black and white
_LEAST, _OVER_SKIN = 0.028, 4.0
_SHORTEST = 0.3  # inter-ocular distances
_ZONE = (1.25, -0.45, 0.65)  # the same: to either side of the eyes, above and below them
_SOFT = 0.7  # px
_FORMS = 0.03  # face widths: what is broader than the surroundings of a line stays as it was drawn


def eye_lines(
    luminance: np.ndarray, region_map: np.ndarray, face: Face, face_width: float
) -> np.ndarray:
    """Find thin dark or light lines on the skin around the eyes.

    Parameters
    ----------
    luminance : (h, w) float32
        Of the photo, L of 1.
    region_map : (h, w) uint8
        Regions.
    face : Face
    face_width : float
        px.

    Returns
    -------
    (h, w) float32
        1 on lines, 0 elsewhere, soft between.
    """
    side = max(3, 2 * round(_LINE * face_width) + 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    dark, light = (
        cv2.morphologyEx(luminance, kind, kernel) for kind in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT)
    )
    contrast = np.maximum(dark, light)
    zone = _around_eyes(face, luminance.shape) & np.isin(region_map, (SKIN, NOSE))
    if not zone.any():
        return np.zeros(luminance.shape, np.float32)
    limit = max(_LEAST, _OVER_SKIN * float(np.median(contrast[zone])))
    found = (zone & (contrast > limit)).astype(np.uint8)
    joined = cv2.dilate(found, np.ones((3, 3), np.uint8))
    _, parts, stats, _ = cv2.connectedComponentsWithStats(joined)
    length = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    long = length > _SHORTEST * face.inter_ocular
    long[0] = False  # what is no line
    return cv2.GaussianBlur((long[parts] & zone).astype(np.float32), (0, 0), _SOFT)


def drawn_lines(rest: np.ndarray, lines: np.ndarray, face_width: float) -> np.ndarray:
    """What to add to a picture so that it has the lines of its target.

    Parameters
    ----------
    rest : (h, w, 3) float32
        What it lacks of the target, Lab of 1.
    lines : (h, w) float32
        From `eye_lines`.
    face_width : float
        px.

    Returns
    -------
    (h, w, 3) float32
    """
    broad = cv2.GaussianBlur(rest, (0, 0), max(0.5, _FORMS * face_width))
    return np.asarray(lines[..., None] * (rest - broad))


def _around_eyes(face: Face, shape: tuple[int, ...]) -> np.ndarray:
    """Whether a pixel is near the eyes, (h, w) bool."""
    left, right = face.eyes
    center, axis = (left + right) / 2, (right - left) / np.linalg.norm(right - left)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    x, y = (x - center[0]) / face.inter_ocular, (y - center[1]) / face.inter_ocular
    across, down = x * axis[0] + y * axis[1], y * axis[0] - x * axis[1]
    aside, above, below = _ZONE
    return np.asarray((np.abs(across) < aside) & (down > above) & (down < below))
