"""Values of pictures: between bytes, 16 bits and floats in [0, 1]."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def value_factor(dtype: np.dtype[Any]) -> np.float32:
    """What takes the values of a picture of some type to [0, 1]."""
    if dtype.kind == "f":
        return np.float32(1)
    return np.float32(1 / np.iinfo(dtype).max)


def to_bytes(image: NDArray[Any]) -> NDArray[np.uint8]:
    """A picture of any type, floats in [0, 1], as uint8; rounded half to even and saturated.

    Parameters
    ----------
    image : (H, W), (H, W, C) or (K, H, W), uint8, uint16 or float32

    Returns
    -------
    ndarray of uint8
        Of the same shape.
    """
    if image.dtype == np.uint8:
        return image
    factor = 255 * float(value_factor(image.dtype))
    values = np.maximum(image, 0) if image.dtype.kind == "f" else image
    if values.ndim > 2 and values.size:  # OpenCV 5.1 takes no last dimension of more than 128
        values = values.reshape(len(values), -1)
    return cv2.convertScaleAbs(values, alpha=factor).reshape(image.shape)


def to_float(image: NDArray[Any]) -> NDArray[np.float32]:
    """A picture of any type as float32 in [0, 1]."""
    values = image.astype(np.float32)
    values *= value_factor(image.dtype)
    return values
