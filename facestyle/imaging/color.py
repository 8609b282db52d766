"""Color spaces: sRGB to CIE Lab and back, on float pictures."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.row_bands import row_bands


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
    lab = np.empty(rgb.shape, np.float32)
    for rows in row_bands(*rgb.shape[:2]):
        _band_to_lab(rgb[rows], lab[rows])
    return lab


def from_lab(lab: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Convert CIE Lab divided by 100 to sRGB, clipped to [0, 1].

    Parameters
    ----------
    lab : (H, W, 3) float32
    out : (H, W, 3) float32, optional
        Where the result goes; `lab` itself where that is no longer needed.

    Returns
    -------
    (H, W, 3) float32
    """
    rgb = np.empty(lab.shape, np.float32) if out is None else out
    for rows in row_bands(*lab.shape[:2]):
        scaled = np.multiply(lab[rows], np.float32(100), dtype=np.float32)
        np.clip(scaled[..., 0], 0, 100, out=scaled[..., 0])
        band = cv2.cvtColor(scaled, cv2.COLOR_Lab2RGB)
        np.clip(band, 0, 1, out=rgb[rows])
    return rgb


def luminance(rgb: np.ndarray) -> np.ndarray:
    """CIE L of a picture divided by 100, (H, W) float32 in [0, 1]."""
    height, width = rgb.shape[:2]
    lightness = np.empty((height, width), np.float32)
    for rows in row_bands(height, width):
        lightness[rows] = _band_to_lab(rgb[rows])[..., 0]
    return lightness


def _band_to_lab(rgb: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """A few rows, which stay in the processor's cache between the two steps."""
    lab = cv2.cvtColor(np.ascontiguousarray(rgb, dtype=np.float32), cv2.COLOR_RGB2Lab)
    return np.multiply(lab, np.float32(0.01), out=lab if out is None else out)
