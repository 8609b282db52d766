"""Skin tone: does a light sitter stay light and a dark one dark in a style?"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from facestyle.errors import LandmarksError, UsageError
from facestyle.faces.landmarks import check_landmarks
from facestyle.metrics.inputs import Image, check_image, lab

# iBUG points around each cheek: jaw, wing of the nose, below the eye; and the bridge of the nose.
RIGHT_CHEEK, LEFT_CHEEK = (1, 2, 3, 31, 40, 41), (15, 14, 13, 35, 47, 46)
NOSE = (27, 31, 33, 35)
SHRINK = 0.8  # about its center: keeps eyelids, jaw line and nostrils out
FEWEST_SITTERS = 3  # a correlation of two says nothing
LEAST_PIXELS = 16  # of a cheek: a thumbnail's; chosen, not measured


def skin_lightness(image: Image, landmarks: NDArray[np.floating[Any]]) -> float:
    """Return the median CIE L* of the cheeks and the nose.

    Parameters
    ----------
    image : (H, W, 3) or (H, W), float in [0, 1] or uint8
        sRGB picture.
    landmarks : (68, 2)
        The face, xy pixels; for a result, the landmarks of its photograph.

    Returns
    -------
    float
        0 (black) to 100 (white).

    Raises
    ------
    LandmarksError
        If the array does not hold 68 points, or the face lies outside the picture.
    """
    check_image(image)
    points = check_landmarks(landmarks, "skin lightness")
    inside = np.zeros(image.shape[:2], np.uint8)
    for group in (RIGHT_CHEEK, LEFT_CHEEK, NOSE):
        polygon = points[list(group)]
        center = polygon.mean(axis=0)
        shrunk = np.round(center + SHRINK * (polygon - center)).astype(np.int32)
        cv2.fillConvexPoly(inside, cv2.convexHull(shrunk), 1)
    lightness = lab(image)[..., 0][inside > 0]
    if lightness.size < LEAST_PIXELS:
        raise LandmarksError(
            f"skin lightness: {lightness.size} px of skin lie inside the picture of "
            f"{image.shape[:2]}; expected {LEAST_PIXELS}: are these the landmarks of this picture?"
        )
    return float(np.median(lightness))


def skin_tone_slope(photos: ArrayLike, results: ArrayLike) -> float:
    """Return how much of the sitters' differences in skin lightness a style keeps.

    Parameters
    ----------
    photos, results : (N,)
        Skin lightness of N >= 3 sitters (`skin_lightness`), in the photographs and in the
        results of one style, in the same order.

    Returns
    -------
    float
        Slope of the least-squares line of result on photograph: 1 where a style keeps the
        differences, 0 where it draws everyone with one skin, below 0 where it reverses them;
        nearest 1 is best.

    Raises
    ------
    UsageError
        If the arrays do not fit, there are fewer than 3 sitters, or all have one skin.

    References
    ----------
    This project's; the line is scipy.stats.linregress.
    """
    x, y = _checked(photos, results)
    return float(stats.linregress(x, y).slope)


def skin_tone_rank(photos: ArrayLike, results: ArrayLike) -> float:
    """Return whether a style keeps the order of the sitters from dark to light.

    Parameters
    ----------
    photos, results : (N,)
        As for `skin_tone_slope`.

    Returns
    -------
    float
        Spearman's rank correlation, in [-1, 1]; 1 where the order is kept; 0 where all results
        have one skin; higher is better.

    Raises
    ------
    UsageError
        If the arrays do not fit, there are fewer than 3 sitters, or all have one skin.

    References
    ----------
    Spearman: The Proof and Measurement of Association between Two Things. American Journal of
    Psychology 1904; scipy.stats.spearmanr.
    """
    x, y = _checked(photos, results)
    if np.ptp(y) == 0:
        return 0.0
    return float(stats.spearmanr(x, y).statistic)


def _checked(
    photos: ArrayLike, results: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = np.asarray(photos, np.float64), np.asarray(results, np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise UsageError(
            f"skin lightness of the same sitters is compared; found {x.shape} of photographs and "
            f"{y.shape} of results"
        )
    if len(x) < FEWEST_SITTERS:
        raise UsageError(
            f"a skin-tone slope needs {FEWEST_SITTERS} sitters at least; found {len(x)}"
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise UsageError("skin lightness is finite; found NaN or infinity: leave that sitter out")
    if np.ptp(x) == 0:
        raise UsageError("all sitters have one skin lightness; give light and dark ones")
    return x, y
