"""What a patch should look like and where it lies: sixteen bytes for each pixel."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.face_coordinates import signed_distance
from facestyle.faces.regions import BACKGROUND, HAIR

COUNT = 16  # the last two are empty: the search compares sixteen bytes at once
APPEARANCE_STEPS = 255.0  # bytes per unit of luminance
SIGNED_STEPS = 100.0  # bytes per unit of the other guides, which are centerd on 128
_REACH = 3  # px between the patch's center and the four other samples
_DETAIL_GAIN = 4.0  # brings a difference of Gaussians to about the range of the luminance


def guide_maps(
    luminance: np.ndarray,
    region_map: np.ndarray,
    face_width: float,
    appearance_sigma: float,
    detail_sigma: float,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Guides at each patch center.

    Parameters
    ----------
    luminance : (H, W) float32
        In [0, 1].
    region_map : (H, W) uint8
        Regions.
    face_width, appearance_sigma, detail_sigma : float
        px.
    out : (H, W, 16) uint8, optional
        Where they go.

    Returns
    -------
    (H, W, 16) uint8
        Low-pass luminance at center, above, below, left and right; difference of Gaussians at the
        same places; cosine and sine of the doubled orientation; soft signed distances to the
        edges of the person and of the hair; two empty ones.
    """
    low = cv2.GaussianBlur(luminance, (0, 0), appearance_sigma)
    detail = cv2.GaussianBlur(luminance, (0, 0), detail_sigma)
    detail -= cv2.GaussianBlur(luminance, (0, 0), 4 * detail_sigma)
    across = orientation(luminance, 0.008 * face_width, 0.02 * face_width)
    edges = [
        np.tanh(signed_distance(mask) * np.float32(1 / (0.045 * face_width)))
        for mask in (region_map != BACKGROUND, region_map == HAIR)
    ]
    empty = np.zeros(luminance.shape, np.uint8)
    planes = [
        *_samples(_bytes(low, APPEARANCE_STEPS, 0)),
        *_samples(_bytes(detail, SIGNED_STEPS * _DETAIL_GAIN, 128)),
        *(_bytes(plane, SIGNED_STEPS, 128) for plane in (*across, *edges)),
        empty,
        empty,
    ]
    return cv2.merge(planes, dst=out)


def orientation(
    luminance: np.ndarray, gradient_sigma: float, sigma: float
) -> tuple[np.ndarray, np.ndarray]:
    """Cosine and sine of the doubled angle of the structure tensor, weak where it is flat.

    Parameters
    ----------
    luminance : (H, W) float32
    gradient_sigma, sigma : float
        Blur before the gradient, and of the tensor; px.

    Returns
    -------
    cosine, sine : (H, W) float32
    """
    smooth = cv2.GaussianBlur(luminance, (0, 0), max(0.3, gradient_sigma))
    dx = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
    dy = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    xx, xy, yy = (
        cv2.GaussianBlur(product, (0, 0), max(0.3, sigma))
        for product in (dx * dx, dx * dy, dy * dy)
    )
    strength = xx + yy + np.float32(6e-5)
    return (xx - yy) / strength, 2 * xy / strength


def _bytes(values: np.ndarray, gain: float, center: float) -> np.ndarray:
    """Scale, round and saturate to uint8."""
    return cv2.addWeighted(values, gain, values, 0, center, dtype=cv2.CV_8U)


def _samples(values: np.ndarray) -> list[np.ndarray]:
    """The picture as seen from the center, and from above, below, left and right of it."""
    height, width = values.shape
    padded = cv2.copyMakeBorder(values, *4 * (_REACH,), cv2.BORDER_REPLICATE)
    steps = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))
    corners = ((_REACH * (1 + dy), _REACH * (1 + dx)) for dy, dx in steps)
    return [padded[top : top + height, left : left + width] for top, left in corners]
