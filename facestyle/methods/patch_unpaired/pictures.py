"""Pictures as the kernels want them: bytes, one after another, and halved."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.imaging.levels import to_bytes
from facestyle.kernels.patchmatch_problem import SPARE


def flat(images: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Lay pictures one after another: bytes (P * 3 + SPARE,), starts, heights and widths."""
    heights = np.array([image.shape[0] for image in images], np.int64)
    widths = np.array([image.shape[1] for image in images], np.int64)
    starts = np.concatenate([[0], np.cumsum(heights * widths)])
    spare = np.zeros(SPARE, np.uint8)
    pixels = np.concatenate([*(to_bytes(image).reshape(-1) for image in images), spare])
    return pixels, starts[:-1].copy(), heights, widths


def halved(image: np.ndarray) -> np.ndarray:
    """Halve a picture by areas, or a uint8 label map by nearest neighbors."""
    height, width = halved_size(image.shape)
    interpolation = cv2.INTER_NEAREST if image.dtype == np.uint8 else cv2.INTER_AREA
    return cv2.resize(image, (width, height), interpolation=interpolation)


def halved_size(shape: tuple[int, ...]) -> tuple[int, int]:
    """Height and width of a picture that is halved."""
    return max(8, -(-shape[0] // 2)), max(8, -(-shape[1] // 2))
