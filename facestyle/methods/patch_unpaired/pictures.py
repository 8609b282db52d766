"""Pictures and label maps, halved; where a mask lies in them, and the mean of what it shows."""

from __future__ import annotations

import cv2
import numpy as np

_LEAST_WEIGHT = 1e-3  # of a mask around a pixel
_SOFT = 0.012  # face widths over which a region ends


def halved(image: np.ndarray) -> np.ndarray:
    """Halve a picture by areas, or a uint8 label map by nearest neighbors."""
    height, width = halved_size(image.shape)
    interpolation = cv2.INTER_NEAREST if image.dtype == np.uint8 else cv2.INTER_AREA
    return cv2.resize(image, (width, height), interpolation=interpolation)


def halved_size(shape: tuple[int, ...]) -> tuple[int, int]:
    """Height and width of a picture that is halved."""
    return max(8, -(-shape[0] // 2)), max(8, -(-shape[1] // 2))


def bounding_box(mask: np.ndarray, reach: int = 0) -> tuple[slice, slice]:
    """Rows and columns of what a mask holds, and some pixels around it.

    Parameters
    ----------
    mask : (h, w) bool
        Not empty.
    reach : int
        px.
    """
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    rows = slice(max(0, y - reach), y + height + reach)
    return rows, slice(max(0, x - reach), x + width + reach)


def masked_mean(
    values: np.ndarray, mask: np.ndarray, sigma: float, step: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Local mean of what a mask shows, and the mask's share around each pixel.

    Parameters
    ----------
    values : (h, w) or (h, w, C) float32
    mask : (h, w) bool
    sigma : float
        Of the neighborhood, px.
    step : int
        It is computed on a copy that is so many times smaller.

    Returns
    -------
    share : (h', w') float32
        In [0, 1].
    mean : (h', w') or (h', w', C) float32
        0 far from the mask.
    """
    shown = [mask.astype(np.float32), cv2.copyTo(values, mask.astype(np.uint8))]
    if step > 1:
        size = (max(1, mask.shape[1] // step), max(1, mask.shape[0] // step))
        shown = [cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in shown]
    share, total = (cv2.GaussianBlur(one, (0, 0), sigma / step) for one in shown)
    floored = np.maximum(share, np.float32(_LEAST_WEIGHT))
    return share, total / (floored[..., None] if total.ndim == 3 else floored)


def depth_inside(mask: np.ndarray) -> np.ndarray:
    """How far each pixel of a mask is from its edge; the picture's border is none.

    Parameters
    ----------
    mask : (h, w) bool or uint8

    Returns
    -------
    (h, w) float32
        px; 0 outside of the mask.
    """
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), *4 * (1,), cv2.BORDER_REPLICATE)
    return cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]


def disc(radius: float) -> np.ndarray:
    """Structuring element of a radius in px, of 1 at least."""
    side = 2 * max(1, round(radius)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))


def fine_blur(values: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur of half a pixel at least."""
    return cv2.GaussianBlur(np.ascontiguousarray(values), (0, 0), max(0.5, sigma))


def wide_blur(values: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur; a wide one is computed on a reduced copy."""
    step = int(sigma / 3)
    if step < 2:
        return cv2.GaussianBlur(values, (0, 0), max(1.0, sigma))
    height, width = values.shape[:2]
    size = (max(1, width // step), max(1, height // step))
    small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / step)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def soft_mask(region_map: np.ndarray, regions: tuple[int, ...], face_width: float) -> np.ndarray:
    """1 in some regions, 0 elsewhere, soft between.

    Parameters
    ----------
    region_map : (h, w) uint8
    regions : tuple of int
    face_width : float
        px.

    Returns
    -------
    (h, w) float32
    """
    mask = np.isin(region_map, regions).astype(np.float32)
    return cv2.GaussianBlur(mask, (0, 0), _SOFT * face_width)
