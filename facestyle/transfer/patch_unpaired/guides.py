"""What a patch should look like and where it lies: sixteen bytes for each pixel."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.regions import BACKGROUND, HAIR, signed_distance

COUNT = 16  # the last two are empty: the search compares sixteen bytes at once
APPEARANCE_STEPS = 255.0  # bytes per unit of luminance
SIGNED_STEPS = 100.0  # bytes per unit of the other guides, which are centred on 128
_REACH = 3  # px between the patch's centre and the four other samples
_DETAIL_GAIN = 4.0  # brings a difference of Gaussians to about the range of the luminance


def guide_maps(
    luminance: np.ndarray,
    labels: np.ndarray,
    face_width: float,
    appearance_sigma: float,
    detail_sigma: float,
) -> np.ndarray:
    """Guides at each patch centre.

    Parameters
    ----------
    luminance : (H, W) float32
        In [0, 1].
    labels : (H, W) uint8
        Regions.
    face_width, appearance_sigma, detail_sigma : float
        px.

    Returns
    -------
    (H, W, 16) uint8
        Low-pass luminance at centre, above, below, left and right; difference of Gaussians at the
        same places; cosine and sine of the doubled orientation; soft signed distances to the
        edges of the person and of the hair; two empty ones.
    """
    low = cv2.GaussianBlur(luminance, (0, 0), appearance_sigma)
    detail = cv2.GaussianBlur(luminance, (0, 0), detail_sigma)
    detail = (detail - cv2.GaussianBlur(luminance, (0, 0), 4 * detail_sigma)) * _DETAIL_GAIN
    guides = np.empty((*luminance.shape, COUNT), np.float32)
    _sample(low, guides[..., 0:5])
    _sample(detail, guides[..., 5:10])
    guides[..., 10], guides[..., 11] = orientation(luminance, 0.008 * face_width, 0.02 * face_width)
    for channel, mask in ((12, labels != BACKGROUND), (13, labels == HAIR)):
        guides[..., channel] = np.tanh(signed_distance(mask) / (0.045 * face_width))
    guides[..., 14:] = 0
    guides[..., :5] *= APPEARANCE_STEPS
    guides[..., 5:14] *= SIGNED_STEPS
    guides[..., 5:14] += 128
    return np.clip(np.round(guides, out=guides), 0, 255, out=guides).astype(np.uint8)


def orientation(
    luminance: np.ndarray, gradient_sigma: float, sigma: float
) -> tuple[np.ndarray, np.ndarray]:
    """Cosine and sine of the doubled angle of the structure tensor, weak where it is flat."""
    smooth = cv2.GaussianBlur(luminance, (0, 0), max(0.3, gradient_sigma))
    dx = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
    dy = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    xx, xy, yy = (
        cv2.GaussianBlur(product, (0, 0), max(0.3, sigma))
        for product in (dx * dx, dx * dy, dy * dy)
    )
    strength = xx + yy + np.float32(6e-5)
    return (xx - yy) / strength, 2 * xy / strength


def _sample(values: np.ndarray, out: np.ndarray) -> None:
    """Write centre, up, down, left and right samples into `out` (H, W, 5)."""
    height, width = values.shape
    reach = _REACH
    padded = cv2.copyMakeBorder(values, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    for channel, (dy, dx) in enumerate(((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))):
        top, left = reach * (1 + dy), reach * (1 + dx)
        out[..., channel] = padded[top : top + height, left : left + width]
