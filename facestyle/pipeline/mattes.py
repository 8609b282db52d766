"""Mattes that users know to be right."""

from __future__ import annotations

import numpy as np

from facestyle.errors import UsageError
from facestyle.imaging.levels import to_float


def check_matte(matte: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A matte as the package has it.

    Parameters
    ----------
    matte : (H, W) or (H, W, 1) uint8, uint16 or float in [0, 1]
        White is the person.
    shape : (int, int)
        Height and width of its picture.

    Returns
    -------
    (H, W) float32 in [0, 1]

    Raises
    ------
    UsageError
        If it has another shape than its picture, or values outside [0, 1].
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
    return np.ascontiguousarray(values, np.float32)
