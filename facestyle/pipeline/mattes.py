"""Mattes that users know to be right."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from facestyle.errors import ImageError, UsageError
from facestyle.imaging.levels import to_float
from facestyle.io.images import read_image

_SOMEBODY = 0.5  # largest opacity of a matte below which nobody is in it
_GRAY = 0.02  # channels of a black and white picture differ by no more, JPEG's colors included


def check_matte(matte: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A matte as the package has it.

    Parameters
    ----------
    matte : (H, W) or (H, W, 1) uint8, uint16 or float in [0, 1]
        White is the person; white all over is a person who fills the picture.
    shape : (int, int)
        Height and width of its picture.

    Returns
    -------
    (H, W) float32 in [0, 1]

    Raises
    ------
    UsageError
        If it has another shape than its picture, values outside [0, 1], or shows nobody.
    """
    found = np.asarray(matte)
    if found.ndim == 3 and found.shape[2] == 1:
        found = found[..., 0]
    if found.shape != tuple(shape):
        raise UsageError(
            f"matte: found an array of {found.shape}, expected {tuple(shape)}, one value for each "
            "pixel of the picture"
        )
    values = to_float(found) if found.dtype in (np.uint8, np.uint16) else found.astype(np.float32)
    if not np.isfinite(values).all() or values.min() < 0 or values.max() > 1:
        raise UsageError("matte: holds values outside 0 to 1; expected opacity of the person")
    if values.max() < _SOMEBODY:
        raise UsageError("matte: found one that shows nobody, expected opacity of the person")
    return np.ascontiguousarray(values, np.float32)


def read_matte(path: str | Path) -> np.ndarray:
    """Read a matte that a user has drawn or corrected.

    Parameters
    ----------
    path : path-like
        A black and white picture, white where the person is (all of it in a close crop); or one
        with an alpha channel, opaque where the person is.

    Returns
    -------
    (H, W) float32 in [0, 1]

    Raises
    ------
    ImageError
        If it cannot be read, is in color, or shows nobody.
    """
    picture = read_image(path)
    if picture.alpha is not None and picture.alpha.min() < 1:
        matte = picture.alpha
    else:
        if float(np.ptp(picture.rgb, axis=2).mean()) > _GRAY:
            raise ImageError(
                f"{path}: found a picture in color, expected a matte: the person white on black, "
                "as in mask.png of --explain, or cut out with an alpha channel"
            )
        matte = picture.rgb.mean(axis=2)
    if matte.max() < _SOMEBODY:
        raise ImageError(
            f"{path}: found a matte that is black all over, expected the person in white on black"
        )
    return np.ascontiguousarray(matte, np.float32)
