"""The pictures that patches are taken from: exemplars, and their hair in further rotations.

Rotated hair lets strokes of any direction be found (DESIGN 4.3, step 8).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.faces.regions import HAIR
from facestyle.methods.patch_unpaired.recipe import HAIR_ROTATIONS

OUTSIDE = 8  # region of pixels that must not be used
_LEAST_HAIR = 200  # px
_MARGIN = 4  # px around a rotated piece: its patches' radius, and what resampling touches


@dataclass(frozen=True)
class Layer:
    """One picture to take patches from: an exemplar, or its hair rotated.

    Attributes
    ----------
    image : (h, w, 3) float32 or uint8
        sRGB, bytes once the search has them; empty where it is rotated hair, which is made of the
        exemplar's.
    region_map : (h, w) uint8
        Regions; 8 is outside.
    usable : (h, w) bool
        False where nothing must be copied.
    origin : int
        Which exemplar.
    matrix : (2, 3) float64
        Takes the exemplar's pixels to this layer's.
    """

    image: np.ndarray
    region_map: np.ndarray
    usable: np.ndarray
    origin: int
    matrix: np.ndarray


def rotated_hair(layer: Layer) -> list[Layer]:
    """Copies of an exemplar rotated about its hair, cropped to it and usable for hair only."""
    hair = (layer.region_map == HAIR).astype(np.uint8)
    rows, columns = np.nonzero(hair)
    if len(rows) < _LEAST_HAIR:
        return []
    center = (float(columns.mean()), float(rows.mean()))
    # the outermost pixels alone say how large the rotated piece is
    corners = cv2.convexHull(np.stack([columns, rows], axis=1).astype(np.int32))[:, 0]
    turned = []
    for angle in HAIR_ROTATIONS:
        matrix = cv2.getRotationMatrix2D(center, angle, 1.0)
        points = corners @ matrix[:, :2].T + matrix[:, 2]
        low, high = points.min(axis=0) - _MARGIN, points.max(axis=0) + _MARGIN
        matrix[:, 2] -= np.floor(low)
        size = tuple(int(side) for side in np.ceil(high - np.floor(low)))
        mask = cv2.warpAffine(hair, matrix, size, flags=cv2.INTER_NEAREST)
        region_map = np.where(mask > 0, np.uint8(HAIR), np.uint8(OUTSIDE))
        empty = np.empty((0, 0, 3), np.float32)
        turned.append(Layer(empty, region_map, mask > 0, layer.origin, matrix))
    return turned


def turned_picture(image: np.ndarray, matrix: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """An exemplar's picture as a layer of rotated hair has it.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float32
        The exemplar's.
    matrix : (2, 3) float64
        Takes its pixels to the layer's.
    shape : (int, int)
        Height and width of the layer.

    Returns
    -------
    (h, w, 3) uint8 or float32
    """
    turned = cv2.warpAffine(
        image, matrix, shape[::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    # cubic interpolation overshoots
    return turned if turned.dtype == np.uint8 else np.clip(turned, 0, 1, out=turned)
