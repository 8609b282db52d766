"""Colors that no screen shows, brought to those it does show, at the same lightness and hue."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.imaging.color import from_lab
from facestyle.row_bands import row_bands
from facestyle.srgb_curve import light_to_srgb

# of sRGB (IEC 61966-2-1), and its white, as OpenCV has them
_FROM_XYZ = np.array(
    [
        [3.240479, -1.53715, -0.498535],
        [-0.969256, 1.875991, 0.041556],
        [0.055648, -0.204043, 1.057311],
    ],
    np.float32,
)
_WHITE = np.array([0.950456, 1.0, 1.088754], np.float32)
_LEAST = np.float32(1e-9)
_GRAY = 0.003  # a and b /100 of what has no color to lose


def from_lab_in_gamut(lab: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Convert CIE Lab divided by 100 to sRGB; colors out of reach lose saturation alone.

    Cut off channel by channel instead (`facestyle.imaging.color.from_lab`), dark skin whose green
    and blue lie below 0 becomes pure red, and light skin yellow. Moving towards the gray of the
    same luminance in linear light keeps lightness exactly, and hue nearly.

    Parameters
    ----------
    lab : (H, W, 3) float32
        L is clipped to [0, 1].
    out : (H, W, 3) float32, optional
        Where the result goes; `lab` itself where that is no longer needed.

    Returns
    -------
    (H, W, 3) float32
        In [0, 1].
    """
    rgb = np.empty(lab.shape, np.float32) if out is None else out
    for rows in row_bands(*lab.shape[:2]):
        band = np.ascontiguousarray(lab[rows])
        done = from_lab(band)
        cut = _cut_off(band, done)
        if cut.any():
            done[cut] = _desaturated(band[cut])
        rgb[rows] = done
    return rgb


def _cut_off(lab: np.ndarray, rgb: np.ndarray) -> np.ndarray:
    """Where a channel ended at 0 though the color has saturation to lose, (h, w) bool."""
    above = cv2.inRange(rgb, (float(_LEAST),) * 3, (2.0,) * 3)
    if cv2.countNonZero(above) == above.size:
        return np.zeros(above.shape, bool)
    gray = cv2.inRange(lab, (-np.inf, -_GRAY, -_GRAY), (np.inf, _GRAY, _GRAY))
    return np.asarray((above | gray) == 0)


def _desaturated(lab: np.ndarray) -> np.ndarray:
    """Colors as saturated as sRGB can show, (n, 3) float32."""
    lightness = np.clip(lab[:, :1], 0, 1)
    gray = _linear(np.hstack([lightness, np.zeros_like(lab[:, 1:])]))
    offset = _linear(np.hstack([lightness, lab[:, 1:]])) - gray
    # how far each channel may go until it is 0 or 1
    share = np.where(offset < 0, gray / np.maximum(-offset, gray + _LEAST), 1)
    linear = np.clip(gray + share.min(axis=1, keepdims=True) * offset, 0, 1)
    return light_to_srgb(linear)


def _linear(lab: np.ndarray) -> np.ndarray:
    """Linear sRGB of colors in Lab/100, (n, 3) float32, not clipped."""
    y = (100 * lab[:, 0] + 16) / 116
    cubic = np.stack([y + lab[:, 1] / 5, y, y - lab[:, 2] / 2], axis=1)
    xyz = np.where(cubic > 6 / 29, cubic**3, (cubic - 4 / 29) * (3 * (6 / 29) ** 2)) * _WHITE
    return np.asarray(xyz @ _FROM_XYZ.T, np.float32)
