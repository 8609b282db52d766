"""Pictures that move: GIF, WebP, APNG and AVIF files of several frames."""

import io
import os
import warnings
from pathlib import Path

from PIL import Image

from facestyle.files import read_regular
from facestyle.io.images.limits import current_limits
from facestyle.io.images.metadata import EXIF_DAMAGE
from facestyle.io.images.png_chunks import without_long_texts

ANIMATED_SUFFIXES = frozenset({".gif", ".webp", ".png", ".apng", ".avif"})
_FORMATS = ("GIF", "WEBP", "PNG", "AVIF")


def count_frames(path: str | os.PathLike[str]) -> int:
    """Count the frames of a picture file: more than 1 where it is an animation.

    Pages of a TIFF and the previews in a JPEG are no frames. 1 also stands for what cannot be read;
    `read_image` says why.

    Parameters
    ----------
    path : path-like
        A file of any kind.

    Returns
    -------
    int
        At least 1.
    """
    if Path(path).suffix.lower() not in ANIMATED_SUFFIXES:
        return 1
    try:
        data = read_regular(path, current_limits().bytes)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(without_long_texts(data)), formats=_readers()) as image:
                return frames_of(image)
    except EXIF_DAMAGE:
        return 1


def frames_of(image: Image.Image) -> int:
    """Count the frames of an opened picture."""
    if image.format not in _FORMATS:
        return 1
    try:
        return max(1, int(getattr(image, "n_frames", 1)))
    except EXIF_DAMAGE:  # damaged after the first frame
        return 1


def _readers() -> list[str]:
    Image.init()
    return [name for name in _FORMATS if name in Image.OPEN]
