"""Pillow pictures, read as the file that they would be: profile, orientation, depth and all."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from facestyle.errors import ImageError, clause
from facestyle.io.images.reading import Picture, read_image
from facestyle.io.images.tiff_tags import MIN_IS_WHITE, PHOTOMETRIC

# modes that a PNG holds as they are; TIFF holds the others
_PNG_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
_INSTEAD = {"La": "LA", "RGBa": "RGBA", "HSV": "RGB", "RGBX": "RGB", "PA": "RGBA", "I;16B": "I;16"}


def read_pillow(image: Image.Image) -> Picture:
    """Read a Pillow picture of any mode.

    It goes through a file's bytes without loss, so that it is read just as the file would be:
    upright, in sRGB, 8 or 16 bits a channel.

    Parameters
    ----------
    image : PIL.Image.Image

    Returns
    -------
    Picture

    Raises
    ------
    ImageError
        If the picture is of a mode that no file holds, or has values that are no picture.
    """
    try:
        plain = _plain_mode(image)
        is_png = plain.mode in _PNG_MODES
        stream = io.BytesIO()
        plain.save(
            stream,
            "PNG" if is_png else "TIFF",
            icc_profile=image.info.get("icc_profile"),
            exif=image.getexif().tobytes(),
        )
    except (OSError, ValueError, KeyError) as error:
        raise ImageError(
            f"the Pillow picture of mode {image.mode} cannot be read: {clause(error)}"
        ) from error
    try:
        with tempfile.TemporaryDirectory(prefix="facestyle-") as folder:
            path = Path(folder) / ("picture.png" if is_png else "picture.tif")
            path.write_bytes(stream.getvalue())
            return read_image(path)
    except OSError as error:
        raise ImageError(
            f"the Pillow picture cannot be put into a temporary file ({clause(error)}); set TMPDIR "
            "to a folder with room"
        ) from error


def _plain_mode(image: Image.Image) -> Image.Image:
    """A picture in a mode that files hold; ValueError where its values are no picture."""
    if image.mode.startswith(("I", "F")) and _is_negative(image):
        return _inverted(image)
    if image.mode in _INSTEAD:
        return image.convert(_INSTEAD[image.mode])
    if image.mode != "I":
        return image
    values = np.asarray(image)
    if values.min() < 0 or values.max() > np.iinfo(np.uint16).max:
        raise ValueError(f"values from {values.min()} to {values.max()}, expected 0 to 65535")
    return Image.fromarray(values.astype(np.uint16))


def _is_negative(image: Image.Image) -> bool:
    """Whether it comes from a TIFF whose 0 is white, which Pillow inverts at 8 bits only."""
    return getattr(image, "tag_v2", {}).get(PHOTOMETRIC) == MIN_IS_WHITE


def _inverted(image: Image.Image) -> Image.Image:
    if image.mode == "F":
        return Image.fromarray(1 - np.asarray(image))
    values = np.asarray(image)
    if values.dtype.itemsize > 2:
        raise ValueError("a TIFF of 32 bits whose 0 is white; give the path of the file instead")
    return Image.fromarray((np.iinfo(np.uint16).max - values).astype(np.uint16))
