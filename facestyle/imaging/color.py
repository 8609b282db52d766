"""Color spaces: sRGB to CIE Lab and back, on float pictures."""

from __future__ import annotations

import cv2
import numpy as np


def to_lab(rgb: np.ndarray) -> np.ndarray:
    """Convert sRGB to CIE Lab (D65) divided by 100.

    Parameters
    ----------
    rgb : (H, W, 3) float32
        sRGB in [0, 1].

    Returns
    -------
    (H, W, 3) float32
        L in [0, 1], a and b in about [-1, 1].
    """
    lab = cv2.cvtColor(np.ascontiguousarray(rgb, dtype=np.float32), cv2.COLOR_RGB2Lab)
    lab *= np.float32(0.01)
    return lab


def from_lab(lab: np.ndarray) -> np.ndarray:
    """Convert CIE Lab divided by 100 to sRGB, clipped to [0, 1].

    Parameters
    ----------
    lab : (H, W, 3) float32

    Returns
    -------
    (H, W, 3) float32
    """
    scaled = np.multiply(lab, np.float32(100), dtype=np.float32)
    np.clip(scaled[..., 0], 0, 100, out=scaled[..., 0])
    rgb = cv2.cvtColor(np.ascontiguousarray(scaled), cv2.COLOR_Lab2RGB)
    return np.clip(rgb, 0, 1, out=rgb)


def luminance(rgb: np.ndarray) -> np.ndarray:
    """CIE L of a picture divided by 100, (H, W) float32 in [0, 1]."""
    return np.ascontiguousarray(to_lab(rgb)[..., 0])
