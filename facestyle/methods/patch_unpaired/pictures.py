"""Pictures and label maps, halved."""

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
