"""Pictures and label maps, halved, and where a mask lies in them."""

from __future__ import annotations

import cv2
import numpy as np


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
