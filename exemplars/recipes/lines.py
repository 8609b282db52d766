"""Direction fields and coherent lines (Kang, Lee, Chui: Coherent Line Drawing, NPAR 2007)."""

from __future__ import annotations

import cv2
import numpy as np

from recipes.filters import blur


def tangent_field(luma: np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Direction along the picture's edges, from the smoothed structure tensor.

    Returns
    -------
    angle : (H, W) float32
        Of the tangent, radians.
    coherence : (H, W) float32
        0 without, 1 with one clear direction.
    """
    gx = cv2.Sobel(luma, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    gy = cv2.Sobel(luma, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    xx, xy, yy = (blur(p, sigma) for p in (gx * gx, gx * gy, gy * gy))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    spread = np.sqrt((xx - yy) ** 2 + 4 * xy * xy)
    coherence = spread / (xx + yy + 2e-5)
    return angle.astype(np.float32), coherence.astype(np.float32)


def blend_angles(first: np.ndarray, second: np.ndarray | float, share: np.ndarray) -> np.ndarray:
    """Unit vectors between two direction fields (mixed as double angles), (H, W, 2)."""
    c = (1 - share) * np.cos(2 * first) + share * np.cos(2 * np.asarray(second))
    s = (1 - share) * np.sin(2 * first) + share * np.sin(2 * np.asarray(second))
    angle = 0.5 * np.arctan2(s, c)
    return np.dstack([np.cos(angle), np.sin(angle)]).astype(np.float32)


def coherent_lines(luma: np.ndarray, sigma: float, length: float, sharpness: float) -> np.ndarray:
    """Flow-based difference of Gaussians: strength of dark lines, (H, W) in [0, 1]."""
    angle, _ = tangent_field(luma, 2.5 * sigma)
    tangent = np.dstack([np.cos(angle), np.sin(angle)]).astype(np.float32)
    normal = np.dstack([-tangent[..., 1], tangent[..., 0]])
    response = _along(luma, normal, sigma) - 0.985 * _along(luma, normal, 1.6 * sigma)
    response = _along_flow(response, tangent, length)
    return np.where(response > 0, 0, np.tanh(-sharpness * response)).astype(np.float32)


def _along(luma: np.ndarray, direction: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian average on a straight line through each pixel."""
    y, x = np.mgrid[: luma.shape[0], : luma.shape[1]].astype(np.float32)
    total, weights = np.zeros_like(luma), 0.0
    for offset in np.arange(-np.ceil(2.5 * sigma), np.ceil(2.5 * sigma) + 1):
        weight = float(np.exp(-0.5 * (offset / sigma) ** 2))
        total += weight * _sample(
            luma, x + offset * direction[..., 0], y + offset * direction[..., 1]
        )
        weights += weight
    return total / weights


def _along_flow(values: np.ndarray, tangent: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian average along the curved flow line through each pixel."""
    y, x = np.mgrid[: values.shape[0], : values.shape[1]].astype(np.float32)
    total, weights = values.copy(), 1.0
    for sign in (-1.0, 1.0):
        px, py = x, y
        dx, dy = sign * tangent[..., 0], sign * tangent[..., 1]
        for k in range(1, int(np.ceil(2 * sigma)) + 1):
            px, py = px + dx, py + dy
            tx, ty = (
                _sample(tangent[..., 0].copy(), px, py),
                _sample(tangent[..., 1].copy(), px, py),
            )
            flip = np.where(tx * dx + ty * dy < 0, -1.0, 1.0).astype(np.float32)
            dx, dy = tx * flip, ty * flip
            weight = float(np.exp(-0.5 * (k / sigma) ** 2))
            total += weight * _sample(values, px, py)
            weights += weight
    return total / weights


def _sample(values: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    x, y = x.astype(np.float32), y.astype(np.float32)
    return cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
