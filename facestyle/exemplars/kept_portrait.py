"""Exemplars kept as bytes: a set of them is a quarter as large, and not a bit different."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from facestyle.faces import Face, Portrait
from facestyle.frozen import FrozenRecord
from facestyle.imaging.levels import to_bytes

# what each of 256 levels is in [0, 1], as pictures of 8 bits are read
_UNIT = np.arange(256, dtype=np.float32) / np.float32(255)


class KeptPortrait(Portrait):
    """A portrait whose picture and matte are kept as bytes where bytes say exactly the same.

    They are made anew, float32, each time they are asked for (2 ms a megapixel): who needs them
    more than once keeps what it got. Otherwise it is a `Portrait` like any other.
    """

    def __init__(
        self,
        image: NDArray[np.float32],
        face: Face,
        matte: NDArray[np.float32],
        name: str = "portrait",
        photo: Portrait | None = None,
    ) -> None:
        packed = {"_image": _packed(image), "_matte": _packed(matte)}
        vars(self).update(packed, face=face, name=name, photo=photo)
        FrozenRecord.__post_init__(self)

    @property
    def image(self) -> NDArray[np.float32]:
        """sRGB in [0, 1], (H, W, 3) float32, read-only."""
        return _unpacked(vars(self)["_image"])

    @property
    def matte(self) -> NDArray[np.float32]:
        """Opacity of the person in [0, 1], (H, W) float32, read-only."""
        return _unpacked(vars(self)["_matte"])


def kept(portrait: Portrait) -> Portrait:
    """The same portrait, and its photograph, as `KeptPortrait`.

    Parameters
    ----------
    portrait : Portrait

    Returns
    -------
    Portrait
    """
    photo = None if portrait.photo is None else kept(portrait.photo)
    return KeptPortrait(portrait.image, portrait.face, portrait.matte, portrait.name, photo)


def _packed(values: NDArray[np.float32]) -> NDArray[np.uint8] | NDArray[np.float32]:
    """The values as bytes; as they are where bytes would not say the same."""
    levels = to_bytes(values)
    return levels if np.array_equal(_unpacked(levels), values) else values


def _unpacked(values: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    if values.dtype != np.uint8:
        return np.asarray(values, np.float32)
    unit: NDArray[np.float32] = cv2.LUT(values, _UNIT)
    unit.flags.writeable = False
    return unit
