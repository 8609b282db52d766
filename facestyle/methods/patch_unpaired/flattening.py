"""Even lighting of a face: the medium's light and shade are the exemplars'."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.regions import GROUP_OF_REGION

_FLATTENING = 0.6  # share of the light that is taken out (DESIGN 4.3, step 3)
_FLATTENING_SIGMA = 0.22  # face widths


def flattened(lab: np.ndarray, region_map: np.ndarray, face_width: float) -> np.ndarray:
    """Even out the lighting of the face: take away 60 % of its wide-range luminance.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab of 1.
    region_map : (H, W) uint8
        Regions.
    face_width : float
        px.
    """
    height, width = region_map.shape
    mask = (GROUP_OF_REGION[region_map] == 0).astype(np.float32)
    step = max(1, int(0.04 * face_width))
    size = (max(1, width // step), max(1, height // step))
    sigma = _FLATTENING_SIGMA * face_width / step
    small_mask = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(mask * lab[..., 0], size, interpolation=cv2.INTER_AREA)
    lighting = cv2.GaussianBlur(small, (0, 0), sigma)
    lighting /= cv2.GaussianBlur(small_mask, (0, 0), sigma) + 1e-3
    lighting = cv2.resize(lighting, (width, height), interpolation=cv2.INTER_LINEAR)
    mean = float((lab[..., 0] * mask).sum() / max(1.0, float(mask.sum())))
    soft = cv2.GaussianBlur(mask, (0, 0), 0.02 * face_width)
    result = lab.copy()
    result[..., 0] = np.clip(lab[..., 0] - _FLATTENING * (lighting - mean) * soft, 0, 1)
    return result
