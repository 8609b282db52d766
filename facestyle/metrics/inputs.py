"""What every metric does to its arguments first: check them, and reduce them to one channel."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from facestyle.errors import UsageError

Image = NDArray[Any]

# Floats outside of these are meant for another range, such as [-1, 1] or [0, 255]; noise and
# filters leave [0, 1] as well
_LEAST, _MOST = -0.75, 2.0


def check_pair(result: Image, truth: Image) -> None:
    """Raise unless both pictures are uint8 or floats in [0, 1] of the same shape.

    Raises
    ------
    UsageError
        If the shapes differ, or a picture is none (`check_image`).
    """
    check_image(result)
    check_image(truth)
    if result.shape != truth.shape:
        raise UsageError(
            f"two pictures of the same shape are compared; found {result.shape} and "
            f"{truth.shape}: resize or crop one of them first"
        )


def check_image(image: Image) -> None:
    """Raise unless the picture is ``(H, W)`` or ``(H, W, 3)``, uint8 or floats in [0, 1].

    Raises
    ------
    UsageError
        If its shape or its data type is another, if it is empty, or if a value is not finite or
        so far outside of [0, 1] that another range is meant.
    """
    if not isinstance(image, np.ndarray):
        raise UsageError(
            f"a picture is a NumPy array; found {type(image).__name__}: np.asarray(picture) makes "
            "one"
        )
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
    if not image.size:
        raise UsageError(f"a picture has pixels; found the shape {image.shape}")
    if image.dtype != np.uint8:
        _check_range(float(image.min()), float(image.max()))


def _check_range(low: float, high: float) -> None:
    if not np.isfinite(low + high):
        raise UsageError(
            "a picture holds finite numbers; found some that are not (NaN or infinite)"
        )
    if low < _LEAST or high > _MOST:
        raise UsageError(
            f"a picture of floats is in [0, 1]; found {low:.3g} to {high:.3g}: "
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
        If the mask has another shape than the picture, a weight is below 0 or no number, or it
        selects nothing.
    """
    if mask is None:
        return np.full(shape, 1.0 / np.prod(shape))
    if mask.shape != shape:
        raise UsageError(
            f"a mask has the picture's height and width, {shape}; found {mask.shape}: resize it"
        )
    if mask.size and not mask.min() >= 0:  # nor is NaN
        raise UsageError(f"weights of a mask are 0 or more; found {mask.min()}")
    total = float(mask.sum(dtype=np.float64))
    if total <= 0:
        raise UsageError("the mask selects no pixel: its sum is 0; give one with positive weights")
    return mask.astype(np.float64) / total
