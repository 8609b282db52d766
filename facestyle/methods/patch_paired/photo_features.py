"""What photographs are compared by: for patches, for optical flow, and as a whole."""

from __future__ import annotations

import cv2
import numpy as np

_NORMALIZATION_SIGMA = 12.0  # px
_NORMALIZATION_NOISE = 12 / 255  # contrast below which an area counts as flat
# px; a head with its hair (not measured)
_THUMBNAIL_WIDTH, _THUMBNAIL_HEIGHT = 48, 64
_THUMBNAIL_INTER_OCULAR = 16.0  # px
_THUMBNAIL_EYES = (24.0, 28.0)  # where the point between the eyes goes


def photo_feature_maps(photo: np.ndarray) -> np.ndarray:
    """Gray level and chroma, all in units of the gray range.

    Parameters
    ----------
    photo : (H, W, 3) float32
        sRGB in [0, 1].

    Returns
    -------
    (H, W, 3) float32
    """
    photo = np.ascontiguousarray(photo)
    features = cv2.cvtColor(photo, cv2.COLOR_RGB2Lab)
    features *= np.float32(1 / 255)
    features[..., 0] = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    return features


def normalized_gray(photo: np.ndarray) -> np.ndarray:
    """Locally normalized gray picture, for the optical flow.

    Parameters
    ----------
    photo : (H, W, 3) float32
        sRGB in [0, 1].

    Returns
    -------
    (H, W) uint8
    """
    gray = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    mean = cv2.GaussianBlur(gray, (0, 0), _NORMALIZATION_SIGMA)
    square = cv2.GaussianBlur(gray * gray, (0, 0), _NORMALIZATION_SIGMA)
    deviation = np.sqrt(np.maximum(square - mean * mean, 0))
    ratio = (gray - mean) / (deviation + np.float32(_NORMALIZATION_NOISE))
    return np.clip(128 + 50 * ratio, 0, 255).astype(np.uint8)


def thumbnail(photo: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Small features of a photograph, its eyes at a fixed place.

    Parameters
    ----------
    photo : (H, W, 3) float32
        sRGB in [0, 1].
    points : (68, 2) float64
        Landmarks, xy px.

    Returns
    -------
    (64, 48, 3) float32
    """
    right, left = points[36:42].mean(axis=0), points[42:48].mean(axis=0)
    scale = _THUMBNAIL_INTER_OCULAR / float(np.hypot(*(left - right)))
    shift = np.array(_THUMBNAIL_EYES) - scale * (left + right) / 2
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    smooth = cv2.GaussianBlur(photo, (0, 0), 0.5 / scale)
    small = cv2.warpAffine(
        smooth,
        matrix,
        (_THUMBNAIL_WIDTH, _THUMBNAIL_HEIGHT),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return photo_feature_maps(small)
