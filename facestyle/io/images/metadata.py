"""EXIF: the orientation, applied once, and the few entries that are worth keeping."""

import struct
from typing import Any

from numpy.typing import NDArray
from PIL import Image

_ORIENTATION = 0x0112
_EXIF_IFD = 0x8769
_KEPT = {
    0x010E,  # ImageDescription
    0x010F,  # Make
    0x0110,  # Model
    0x0132,  # DateTime
    0x013B,  # Artist
    0x8298,  # Copyright
}
_KEPT_IN_EXIF_IFD = {
    0x829A,  # ExposureTime
    0x829D,  # FNumber
    0x8827,  # ISOSpeedRatings
    0x9003,  # DateTimeOriginal
    0x9004,  # DateTimeDigitized
    0x9010,  # OffsetTime
    0x9011,  # OffsetTimeOriginal
    0x9291,  # SubSecTimeOriginal
    0x920A,  # FocalLength
    0xA434,  # LensModel
}


def read_orientation(image: Image.Image) -> int:
    """EXIF orientation (1 to 8) that is still to be applied to a loaded picture's pixels."""
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except (ValueError, SyntaxError, struct.error, OSError):  # damaged EXIF
        return 1
    return value if value in range(1, 9) else 1


def orient(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn pixels upright.

    Parameters
    ----------
    pixels : (H, W) or (H, W, C) ndarray
    orientation : int
        EXIF orientation, 1 (upright) to 8.

    Returns
    -------
    ndarray
        A view where possible; transposed for orientations 5 to 8.
    """
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def kept_exif(image: Image.Image) -> bytes | None:
    """EXIF to write into the result: camera, date, exposure, author; None if there is none.

    Orientation, place (GPS), thumbnail and maker notes describe the original and are left out.
    """
    kept = Image.Exif()
    try:
        source = image.getexif()
        kept.update({tag: source[tag] for tag in _KEPT & set(source)})
        details = source.get_ifd(_EXIF_IFD)
        kept_details = {tag: details[tag] for tag in _KEPT_IN_EXIF_IFD & set(details)}
        if kept_details:
            kept.get_ifd(_EXIF_IFD).update(kept_details)
        return bytes(kept.tobytes()) if len(kept) or kept_details else None
    except (ValueError, SyntaxError, struct.error, OSError, KeyError, TypeError):
        return None  # damaged EXIF is no reason to refuse the picture
