"""Between the user's arrays (any depth, any number of channels) and float32 RGB in [0, 1]."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import UsageError
from facestyle.row_bands import row_bands

_LUMA = np.array([0.2126, 0.7152, 0.0722])  # ITU-R BT.709
_OVERSHOOT = 1e-4  # float pictures that were resampled leave [0, 1] by rounding; more is an error


def from_array(array: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Convert a user's picture to float32 RGB and its alpha.

    Parameters
    ----------
    array : (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) uint8, uint16, float32 or float64
        sRGB values: 0 to 255, 0 to 65535 or 0 to 1. The fourth channel is straight alpha.

    Returns
    -------
    rgb : (H, W, 3) float32 in [0, 1]
        The array itself where it is such a picture already.
    alpha : (H, W) float32 in [0, 1] or None

    Raises
    ------
    UsageError
        If the shape, the type or the range is another.
    """
    array = in_native_order(np.asarray(array))
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or array.size == 0:
        raise UsageError(
            f"The picture is an array of shape {array.shape}; expected (H, W), (H, W, 1), "
            "(H, W, 3) or (H, W, 4)."
        )
    values = _scale_to_unit(array)
    rgb = np.repeat(values, 3, axis=2) if values.shape[2] == 1 else values[..., :3]
    alpha = np.ascontiguousarray(values[..., 3]) if values.shape[2] == 4 else None
    return np.ascontiguousarray(rgb), alpha


def to_array(
    rgb: NDArray[np.float32], alpha: NDArray[np.float32] | None, like: NDArray[Any]
) -> NDArray[Any]:
    """Convert float32 RGB back to the type and the channels of the user's picture.

    Parameters
    ----------
    rgb : (H, W, 3) float32 in [0, 1]
    alpha : (H, W) float32 in [0, 1] or None
        Written to the fourth channel when `like` has one (None: opaque); when it has none, the
        picture is composited on white.
    like : ndarray
        The user's picture, as given to `from_array`.

    Returns
    -------
    ndarray
        Of the dtype and the number of channels of `like`.
    """
    channels = like.shape[2] if like.ndim == 3 else 1
    if channels == 4:
        opaque = np.ones(rgb.shape[:2], np.float32)
        values = np.dstack([rgb, opaque if alpha is None else alpha])
    else:
        values = rgb if alpha is None else composite_on_white(rgb, alpha)
        values = to_gray(values)[..., None] if channels == 1 else values
    if like.ndim == 2:
        values = values[..., 0]
    return quantize(values, like.dtype)


def in_native_order(array: NDArray[Any]) -> NDArray[Any]:
    """The same values in the machine's byte order: FITS and many scientific files have the other.

    A view of the array itself where nothing changes.
    """
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def quantize(values: NDArray[Any], dtype: Any) -> NDArray[Any]:
    """Round values in [0, 1] to the full range of an integer type; floats are only clipped."""
    dtype = np.dtype(dtype)
    result = np.empty(values.shape, dtype)
    for rows in row_bands(*values.shape[:2]):
        band = np.clip(values[rows], 0, 1)
        if dtype.kind != "f":
            band = band * np.float32(np.iinfo(dtype).max)
            np.rint(band, out=band)
        result[rows] = band
    return result


def to_gray(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
    """Luma (BT.709) of a picture, (H, W); a picture that is gray already comes back unchanged."""
    first = rgb[..., 0]
    if np.array_equal(first, rgb[..., 1]) and np.array_equal(first, rgb[..., 2]):
        return first
    return (rgb @ _LUMA.astype(rgb.dtype)).astype(np.float32)


def composite_on_white(rgb: NDArray[np.float32], alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lay a picture with straight alpha on white paper."""
    return 1 - alpha[..., None] * (1 - rgb)


def _scale_to_unit(array: NDArray[Any]) -> NDArray[np.float32]:
    if array.dtype in (np.uint8, np.uint16):
        values = array.astype(np.float32)
        values /= np.float32(np.iinfo(array.dtype).max)
        return values
    if array.dtype not in (np.float32, np.float64):
        raise UsageError(
            f"The picture is an array of {array.dtype}; expected uint8 (0 to 255), "
            "uint16 (0 to 65535), float32 or float64 (0 to 1)."
        )
    if not np.isfinite(array).all():
        raise UsageError("The float picture holds NaN or infinite values; expected 0 to 1.")
    low, high = float(array.min()), float(array.max())
    if low < -_OVERSHOOT or high > 1 + _OVERSHOOT:
        raise UsageError(
            f"The float picture holds values from {low:g} to {high:g}; expected 0 to 1. "
            "Divide by 255 or clip it first."
        )
    if array.dtype == np.float32 and low >= 0 and high <= 1:
        return array
    return np.clip(array, 0, 1).astype(np.float32)
