"""What every metric does to its arguments first: check them, and reduce them to one channel."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from facestyle.errors import UsageError

Image = NDArray[Any]


def check_pair(result: Image, truth: Image) -> None:
    """Raise unless both pictures are uint8 or floats in [0, 1] of the same shape.

    Raises
    ------
    UsageError
        If the shapes differ, or if a picture is neither ``(H, W)`` nor ``(H, W, 3)``.
    """
    check_image(result)
    check_image(truth)
    if result.shape != truth.shape:
        raise UsageError(
            f"two pictures of the same shape are compared; found {result.shape} and "
            f"{truth.shape}: resize or crop one of them first"
        )


def check_image(image: Image) -> None:
    """Raise unless the picture is ``(H, W)`` or ``(H, W, 3)``, uint8 or floating.

    Raises
    ------
    UsageError
        If its shape or its data type is another.
    """
    gray = image.ndim == 2
    color = image.ndim == 3 and image.shape[2] == 3
    if not (gray or color):
        raise UsageError(
            f"a picture has the shape (H, W) or (H, W, 3); found {image.shape}: "
            "drop its alpha channel, or take one picture of a stack"
        )
    if image.dtype != np.uint8 and not np.issubdtype(image.dtype, np.floating):
        raise UsageError(
            f"a picture holds uint8, or floats in [0, 1]; found {image.dtype}: "
            "divide it by its largest possible value"
        )


def unit_range(image: Image) -> NDArray[np.float32]:
    """Return the picture as float32 in [0, 1]."""
    if image.dtype == np.uint8:
        return image.astype(np.float32) / np.float32(255)
    return image.astype(np.float32)


def eight_bit(image: Image) -> NDArray[np.uint8]:
    """Return the picture as a file of 8 bits per channel would hold it."""
    if image.dtype == np.uint8:
        return image
    return np.clip(np.round(image * 255.0), 0, 255).astype(np.uint8)


def gray(image: Image) -> NDArray[np.float32]:
    """Return the luma (Rec. 601) as float32 in [0, 1]; that of a uint8 picture is rounded."""
    if image.ndim == 3:
        exact = image if image.dtype == np.uint8 else image.astype(np.float32)
        image = cv2.cvtColor(np.ascontiguousarray(exact), cv2.COLOR_RGB2GRAY)
    return unit_range(image)


def lightness(image: Image) -> NDArray[np.float32]:
    """Return CIE L* as float32 in [0, 255]."""
    return lab(image)[..., 0] * np.float32(2.55)


def lab(image: Image) -> NDArray[np.float32]:
    """Return CIE L*a*b* (D65) as float32, L* in [0, 100]."""
    rgb = unit_range(image)
    if rgb.ndim == 2:
        rgb = np.repeat(rgb[..., None], 3, axis=2)
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2Lab))


def weights(mask: Image | None, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the mask as weights of sum 1 over ``shape``; uniform without a mask.

    Raises
    ------
    UsageError
        If the mask has another shape than the picture, or selects nothing.
    """
    if mask is None:
        return np.full(shape, 1.0 / np.prod(shape))
    if mask.shape != shape:
        raise UsageError(
            f"a mask has the picture's height and width, {shape}; found {mask.shape}: resize it"
        )
    total = float(mask.sum(dtype=np.float64))
    if total <= 0:
        raise UsageError("the mask selects no pixel: its sum is 0; give one with positive weights")
    return mask.astype(np.float64) / total
