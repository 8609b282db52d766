"""The dark line that many drawings have along the silhouette and the jaw.

Its mean luminance profile across the edge is measured in the exemplars and added to the
tone-mapped photo.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.faces.contours import OUTLINE_LEFT, OUTLINE_RIGHT
from facestyle.faces.face import Face
from facestyle.faces.face_coordinates import polygon_mask
from facestyle.faces.regions import BACKGROUND, GROUP_OF_REGION
from facestyle.frozen import FrozenRecord

_REACH = 0.05  # face widths on either side of the edge (DESIGN 4.3, step 3)
# 20 places of the profile
_EDGES = np.linspace(-_REACH, _REACH, 21)
_CENTERS = (_EDGES[1:] + _EDGES[:-1]) / 2
# a soft edge without a line, of the same places: what is darker is the line
_STEP = 1 / (1 + np.exp(-np.linspace(-6, 6, 20)))
# fades a profile out at its ends
_WINDOW = np.hanning(22)[1:-1] ** 0.5
# distance where there is no edge: beyond every profile
_FAR = np.float32(9.0)
_MARGIN = 4  # px at the picture's border that don't count
_FEW = 20  # px of a place, below which its mean is noise


@dataclass(frozen=True)
class ContourProfiles(FrozenRecord):
    """Luminance dips across the silhouette and the jaw, (2, 20) float64, 0 or below."""

    dips: np.ndarray


def edge_distances(region_map: np.ndarray, face: Face, face_width: float) -> np.ndarray:
    """Signed distances to silhouette and jaw in face widths, (2, H, W) float32; 9 where neither.

    Parameters
    ----------
    region_map : (H, W) uint8
    face : Face
    face_width : float
        px.

    Returns
    -------
    (2, H, W) float32
    """
    person = (region_map != BACKGROUND).astype(np.uint8)
    oval = polygon_mask(region_map.shape, face.outline)
    silhouette, jaw = (_distance(mask) / face_width for mask in (person, oval))
    ears = face.outline[[OUTLINE_RIGHT, OUTLINE_LEFT], 1].mean()
    rows = np.arange(region_map.shape[0])[:, None]
    near_jaw = (rows > ears + 0.1 * face_width) & (GROUP_OF_REGION[region_map] == 0)
    jaw = np.where(near_jaw, jaw, _FAR)
    return np.stack([silhouette, jaw]).astype(np.float32)


def contour_profiles(luminance: np.ndarray, distances: np.ndarray) -> ContourProfiles:
    """Measure the dips of luminance across the two edges.

    Parameters
    ----------
    luminance : (H, W) float32
    distances : (2, H, W) float32
        From `edge_distances`.
    """
    return ContourProfiles(np.stack([_dip(luminance, distance) for distance in distances]))


def add_contour_line(
    luminance: np.ndarray, distances: np.ndarray, wanted: ContourProfiles
) -> np.ndarray:
    """Darken the target's silhouette and jaw where the exemplars' lines are darker.

    Parameters
    ----------
    luminance : (H, W) float32
        Of the tone-mapped photo.
    distances : (2, H, W) float32
        Its `edge_distances`.
    wanted : ContourProfiles
        Mean of the exemplars'.
    """
    result = luminance.copy()
    for distance, dip in zip(distances, wanted.dips, strict=True):
        missing = np.minimum(dip - _dip(result, distance), 0)
        result += np.interp(distance, _CENTERS, missing, left=0, right=0).astype(np.float32)
    return result


def _distance(mask: np.ndarray) -> np.ndarray:
    """Signed distance to a mask's edge; the picture's border is no edge."""
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    inside = cv2.distanceTransform(padded, cv2.DIST_L2, 3)
    return (inside - cv2.distanceTransform(1 - padded, cv2.DIST_L2, 3))[1:-1, 1:-1]


def _dip(luminance: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """How far the median profile lies below a smooth step from outside to inside, (20,)."""
    inner = (slice(_MARGIN, -_MARGIN), slice(_MARGIN, -_MARGIN))
    near = np.abs(distance[inner]) < _REACH
    values = luminance[inner][near]
    bins = np.digitize(distance[inner][near], _EDGES) - 1
    profile = np.full(20, np.nan)
    for number in range(20):
        members = values[bins == number]
        if len(members) > _FEW:
            profile[number] = np.median(members)
    known = np.isfinite(profile)
    if known.sum() <= 3:
        return np.zeros(20)
    profile = np.interp(np.arange(20), np.flatnonzero(known), profile[known])
    outside, inside = profile[:4].mean(), profile[-4:].mean()
    return np.minimum(profile - (outside + (inside - outside) * _STEP), 0) * _WINDOW
