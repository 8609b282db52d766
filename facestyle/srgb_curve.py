"""The tone curve of sRGB (IEC 61966-2-1): from numbers to light, and back."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Floats = TypeVar("_Floats", np.float32, np.float64)


def srgb_to_light(values: NDArray[_Floats]) -> NDArray[_Floats]:
    """Linear light of sRGB numbers, of their type; not clipped.

    Parameters
    ----------
    values : ndarray of float32 or float64
        In [0, 1].
    """
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return light.astype(values.dtype, copy=False)


def light_to_srgb(light: NDArray[_Floats]) -> NDArray[_Floats]:
    """Numbers of sRGB for linear light, of its type; not clipped.

    Parameters
    ----------
    light : ndarray of float32 or float64
        In [0, 1].
    """
    values = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return values.astype(light.dtype, copy=False)
