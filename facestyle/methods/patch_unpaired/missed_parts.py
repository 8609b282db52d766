"""Drawn heads and shoulders that count as paper: found by a second look, or no source of paper.

The network that finds persons knows photographs. Of a drawing in outlines, or of hair and clothes
that are hatched, it may see no more than the face; what is left came back around other heads.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from facestyle.faces.contours import face_width, feature_contours
from facestyle.faces.face import Portrait
from facestyle.faces.face_coordinates import FaceCoordinates, face_coordinates
from facestyle.faces.matte import person_matte
from facestyle.faces.regions import BACKGROUND

# Half width of a skull and how far it reaches above the face's oval, in face widths (people in
# photographs); shoulders: from so far below the chin, so wide there on each side, and wider by so
# much farther down
_ACROSS, _UP = 0.6, 0.35
SHOULDERS = (0.15, 0.5, 1.5)
# where hair may be that nobody saw: to either side, in face widths
_HAIR_ACROSS = 1.0
# Share of a skull, or of shoulders, below which they were missed. Of 190 exemplars in 23 styles
# those that lost their hair or coat have .18 at most, all others .27 and more. (At .5 a hat and a
# coat of `engraving` change: its identity goes from .322 to .310 in the development half, from .297
# to .305 in the test half.)
_SEEN = 0.25
# ... and of a skull, below which hair may be missed: where a second look finds half a head
_WHOLE = 0.5
# share of shoulders below which a head stands alone
_BODY = 0.1
# Sigmas of the blurs that make strokes a shade, in face widths. Intersection over union with the
# photographs' mattes, seven bundled sources hatched by script whose hair is missed (.06 is too
# much): .30 without, .68 with the first, .75 with the second where that misses them
_BLURS = (0.03, 0.02)


def with_missed_parts(portrait: Portrait) -> Portrait:
    """Look again at a drawing whose person ends at the face: blurred, strokes are shades.

    Parameters
    ----------
    portrait : Portrait

    Returns
    -------
    Portrait
        With a matte that has more, or as it was.
    """
    place = face_coordinates(portrait, feature_contours(portrait.face))
    parts = skull(place), shoulders(place)
    matte = portrait.matte
    for blur in _BLURS:
        if all(_share(matte, part) >= _SEEN for part in parts):
            break
        sigma = blur * face_width(portrait.face)
        blurred = cv2.GaussianBlur(portrait.image, (0, 0), sigma)
        matte = np.maximum(matte, person_matte(blurred, portrait.face))
    return replace(portrait, matte=matte)


def missed_parts(region_map: np.ndarray, place: FaceCoordinates) -> np.ndarray:
    """Background where heads are, and around them and below where little of them was seen.

    Parameters
    ----------
    region_map : (H, W) uint8
    place : FaceCoordinates

    Returns
    -------
    (H, W) bool
    """
    person = (region_map != BACKGROUND).astype(np.float32)
    missed = skull(place)
    if _share(person, missed) < _WHOLE:
        missed |= (np.abs(place.across) < _HAIR_ACROSS) & (place.down < place.chin)
    if _share(person, shoulders(place)) < _BODY:
        missed |= place.down > place.chin + SHOULDERS[0]
    return np.asarray(missed & (region_map == BACKGROUND))


def skull(place: FaceCoordinates) -> np.ndarray:
    """Where a head is, but for the face; (H, W) bool."""
    vertex = place.top - _UP
    middle, half = (place.chin + vertex) / 2, (place.chin - vertex) / 2
    inside = (place.across / _ACROSS) ** 2 + ((place.down - middle) / half) ** 2 < 1
    return np.asarray(inside & (place.inside < 0))


def shoulders(place: FaceCoordinates) -> np.ndarray:
    """Where anybody has shoulders; (H, W) bool."""
    drop, half, slope = SHOULDERS
    below = place.down - np.float32(place.chin + drop)
    return np.asarray((below > 0) & (np.abs(place.across) <= half + slope * below))


def _share(person: np.ndarray, part: np.ndarray) -> float:
    """Share of a part that is the person's; 1 of one that is not in the picture."""
    return float(person[part].mean()) if part.any() else 1.0
