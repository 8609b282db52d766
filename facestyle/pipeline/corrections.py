"""What users know better than the analysis, carried over to pictures that were made smaller."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.imaging.points import scaled_points
from facestyle.io.images import Picture
from facestyle.pipeline.mattes import check_matte


def scaled_landmarks(points: np.ndarray | None, whole: Picture, used: Picture) -> np.ndarray | None:
    """Landmarks of a picture, in pixels of what it was reduced to.

    Parameters
    ----------
    points : (68, 2) float64 or None
        xy px of the whole picture.
    whole, used : Picture

    Returns
    -------
    (68, 2) float64 or None
    """
    if points is None or used is whole:
        return points
    factors = np.divide(used.rgb.shape[1::-1], whole.rgb.shape[1::-1])
    return scaled_points(points, factors)


def scaled_matte(matte: np.ndarray | None, whole: Picture, used: Picture) -> np.ndarray | None:
    """The matte of a picture, at the size of what it was reduced to.

    Parameters
    ----------
    matte : (H, W) or None
        At the whole picture's size, or already at that of what it was reduced to.
    whole, used : Picture

    Returns
    -------
    (h, w) float32 in [0, 1] or None
    """
    if matte is None or matte.shape == used.rgb.shape[:2]:
        return matte
    known = check_matte(matte, whole.rgb.shape[:2])
    return np.asarray(cv2.resize(known, used.rgb.shape[1::-1], interpolation=cv2.INTER_AREA))
