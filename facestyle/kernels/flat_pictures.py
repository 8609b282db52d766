"""Pictures of different sizes, one after another in one array of bytes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input


class FlatPictures(NamedTuple):
    """K pictures; pixel (y, x) of picture k is pixel ``start[k] + y * width[k] + x`` of all.

    Attributes
    ----------
    image : (P * 3 or more,) uint8
        sRGB.
    start : (K,) int64
        Index of each picture's first pixel.
    height, width : (K,) int64
    """

    image: NDArray[np.uint8]
    start: NDArray[np.int64]
    height: NDArray[np.int64]
    width: NDArray[np.int64]


def checked_pictures(pictures: FlatPictures) -> FlatPictures:
    """Check types and that all pictures lie inside the array; ValueError where not."""
    image = as_input("pictures.image", pictures.image, np.uint8, (None,))
    start = as_input("pictures.start", pictures.start, np.int64, (None,))
    height = as_input("pictures.height", pictures.height, np.int64, start.shape)
    width = as_input("pictures.width", pictures.width, np.int64, start.shape)
    if start.size and not (start.min() >= 0 and 3 * (start + height * width).max() <= image.size):
        raise ValueError(f"pictures.start: a picture lies outside the {image.size} bytes of image")
    return FlatPictures(image, start, height, width)
