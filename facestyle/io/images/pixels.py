"""Decoded pixels on their way to float sRGB, and the decoder of 16-bit color."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

FloatImage = NDArray[np.float32]


class Pixels(NamedTuple):
    """sRGB: rgb (H, W, 3) and alpha (H, W) in [0, 1], depth 8 or 16, one channel?."""

    rgb: FloatImage
    alpha: FloatImage | None
    bit_depth: int
    gray: bool


@dataclass(frozen=True)
class RawPixels:
    """Pixels in the colors of their file.

    Attributes
    ----------
    values : (H, W) or (H, W, 3) float32 in [0, 1], or None
        Gray or RGB of more than 8 bits.
    alpha : (H, W) float32 in [0, 1] or None
        Straight, to `values`.
    image : PIL image or None
        Instead of both: a picture of 8 bits a channel, of any mode.
    """

    values: FloatImage | None = None
    alpha: FloatImage | None = None
    image: Image.Image | None = None


class ValueRangeError(ValueError):
    """A whole file holds numbers that are no picture's."""


def to_unit(samples: NDArray[Any]) -> FloatImage:
    """Samples of any type as float32 in [0, 1].

    Unsigned whole numbers span their type, but for those of 32 bits that only use the lower 16;
    signed ones span its positive half.

    Raises
    ------
    ValueRangeError
        If values are negative or, where floats, above 1 or NaN.
    """
    if samples.dtype.kind not in "uif":
        raise ValueError(f"samples of {samples.dtype}; expected numbers")
    low, high = samples.min(), samples.max()
    if samples.dtype.kind == "f":
        if not (low >= 0 and high <= 1):  # NaN fails too
            raise ValueRangeError(f"float values from {low:g} to {high:g}; expected 0 to 1")
        return samples.astype(np.float32)
    if low < 0:
        raise ValueRangeError(f"whole numbers from {low} to {high}; expected 0 at least")
    full = np.iinfo(samples.dtype).max
    if samples.dtype.itemsize > 2:
        if high > 65535 and samples.dtype.kind == "i":
            found = f"one channel of integers from {low} to {high}"
            raise ValueRangeError(f"{found}; expected 0 to 65535")
        if high > 65535:
            return (samples / full).astype(np.float32)
        full = 65535
    unit = samples.astype(np.float32)
    unit /= np.float32(full)
    return unit


def decode_by_opencv(data: bytes) -> NDArray[Any] | None:
    """All channels at full depth, in the order R, G, B, A; None for what OpenCV cannot decode."""
    import cv2

    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # libtiff is talkative
    try:
        values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    finally:
        cv2.utils.logging.setLogLevel(level)
    if values is None or values.ndim == 2:
        return values
    return values[..., [2, 1, 0, 3][: values.shape[2]]]
