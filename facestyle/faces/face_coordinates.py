"""Where a pixel lies relative to the face, in face widths; distances to masks."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.faces.contours import (
    OUTLINE_CHIN,
    OUTLINE_LEFT,
    OUTLINE_RIGHT,
    OUTLINE_TOP,
    Contours,
    face_width,
)
from facestyle.faces.face import Face, Portrait
from facestyle.frozen import FrozenRecord


@dataclass(frozen=True)
class FaceCoordinates(FrozenRecord):
    """Coordinates of a pixel grid relative to a face; the unit is the face's width.

    Attributes
    ----------
    across, down : (H, W) float32
        Distance to the right of and below the oval's center, along the face's axes.
    inside : (H, W) float32
        Signed distance to the face oval, positive inside.
    chin, top, brow : float
        `down` of chin, upper end of the oval, and brows.
    """

    across: np.ndarray
    down: np.ndarray
    inside: np.ndarray
    chin: float
    top: float
    brow: float


def face_coordinates(portrait: Portrait, contours: Contours) -> FaceCoordinates:
    """Coordinates of each pixel of a portrait relative to its face."""
    outline = portrait.face.outline
    height, width = portrait.image.shape[:2]
    unit = face_width(portrait.face)
    axis, normal = face_axes(portrait.face)
    center = outline.mean(axis=0)
    y, x = np.mgrid[:height, :width].astype(np.float32)

    def down_of(point: np.ndarray) -> float:
        return float((point - center) @ normal / unit)

    return FaceCoordinates(
        across=((x - center[0]) * axis[0] + (y - center[1]) * axis[1]) / unit,
        down=((x - center[0]) * normal[0] + (y - center[1]) * normal[1]) / unit,
        inside=signed_distance(polygon_mask((height, width), outline)) / unit,
        chin=down_of(outline[OUTLINE_CHIN]),
        top=down_of(outline[OUTLINE_TOP]),
        brow=down_of((contours.right_brow.mean(axis=0) + contours.left_brow.mean(axis=0)) / 2),
    )


def face_axes(face: Face) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors across the face, to its left, and down, (2,) xy each."""
    axis = (face.outline[OUTLINE_LEFT] - face.outline[OUTLINE_RIGHT]) / face_width(face)
    return axis, np.array([-axis[1], axis[0]])


def polygon_mask(shape: tuple[int, int], points: np.ndarray, grow: float = 0.0) -> np.ndarray:
    """Fill a polygon, grown (or shrunk, below 0) by a number of pixels; (H, W) uint8 of 0 and 1.

    Parameters
    ----------
    shape : (int, int)
        Height and width.
    points : (N, 2) float64
        Corners, xy px.
    grow : float
        px.

    Returns
    -------
    (H, W) uint8
    """
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.round(points).astype(np.int32)], 1)
    radius = round(abs(grow))
    if radius:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
        mask = cv2.dilate(mask, kernel) if grow > 0 else cv2.erode(mask, kernel)
    return mask


def signed_distance(mask: np.ndarray) -> np.ndarray:
    """Distance of each pixel to a mask's edge, px, positive inside; (H, W) float32."""
    mask = np.ascontiguousarray(mask, dtype=np.uint8)
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    distance = inside - cv2.distanceTransform(1 - mask, cv2.DIST_L2, 3)
    # a mask without an edge is FLT_MAX away from it
    limit = float(sum(mask.shape))
    return np.clip(distance, -limit, limit, out=distance)
