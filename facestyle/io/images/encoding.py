"""Integer pixels to the bytes of a file."""

import io
import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facestyle.io.images.deep_files import encode_png16, encode_tiff
from facestyle.io.images.formats import PILLOW_WRITERS
from facestyle.io.images.metadata import exif_details, exif_entries, exif_with

_log = logging.getLogger(__name__)
# tags of TIFF 6.0, which EXIF shares
_SOFTWARE = 0x0131
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128
# bytes in one segment, less the mark 'Exif'; Pillow 13 writes as many and refuses one more
_LONGEST_JPEG_EXIF = 65533 - 6


@dataclass(frozen=True)
class Extras:
    """What a picture's file says besides its pixels.

    Attributes
    ----------
    profile : bytes or None
        ICC profile to embed.
    exif : bytes or None
        EXIF block to embed, as in `Picture.exif`; BMP has none.
    dpi : (float, float) or None
        Print resolution, pixels an inch.
    software : str or None
        Program that made the picture, to be named in its EXIF.
    """

    profile: bytes | None = None
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    software: str | None = None


def encode(pixels: NDArray[Any], suffix: str, extras: Extras, quality: int, name: str) -> bytes:
    """Encode a picture.

    Parameters
    ----------
    pixels : (H, W) or (H, W, C) uint8 or uint16
        L, LA, RGB or RGBA, as the format can hold them.
    suffix : str
        Lower-case, of a format that is written.
    extras : Extras
    quality : int
        Of JPEG and WebP, 1 to 100.
    name : str
        For warnings.
    """
    exif = extras.exif
    if extras.software is not None and suffix != ".bmp":
        exif = exif_with(exif, {_SOFTWARE: extras.software})
    format_name = PILLOW_WRITERS[suffix]
    if extras.dpi is not None and format_name == "WEBP":  # it has no place of its own for it
        horizontal, vertical = extras.dpi
        inches = 2
        exif = exif_with(
            exif, {_X_RESOLUTION: horizontal, _Y_RESOLUTION: vertical, _RESOLUTION_UNIT: inches}
        )
    if exif is not None and format_name == "JPEG" and len(exif) > _LONGEST_JPEG_EXIF:
        _log.warning("%s: %d bytes of EXIF do not fit into a JPEG; left out", name, len(exif))
        exif = None
    if pixels.dtype == np.uint16 and suffix == ".png":
        return encode_png16(pixels, extras.profile, exif, extras.dpi)
    if format_name == "TIFF" and (pixels.dtype == np.uint16 or _is_beyond_pillow(exif)):
        return encode_tiff(pixels, extras.profile, exif, extras.dpi)
    return _encode_by_pillow(pixels, format_name, extras, exif, quality)


def _is_beyond_pillow(exif: bytes | None) -> bool:
    """Whether Pillow's TIFF writer fails on EXIF: for a second level, or texts beyond ASCII."""
    texts = exif_entries(exif).values()
    return bool(exif_details(exif)) or any(isinstance(text, bytes) for text in texts)


def _encode_by_pillow(
    pixels: NDArray[Any], format_name: str, extras: Extras, exif: bytes | None, quality: int
) -> bytes:
    options: dict[str, object] = {"icc_profile": extras.profile}
    if exif is not None and format_name != "BMP":
        options["exif"] = exif
    if extras.dpi is not None and format_name != "WEBP":
        options["dpi"] = extras.dpi
    if format_name == "JPEG":
        options |= {"quality": quality, "subsampling": 0, "optimize": True}
    elif format_name == "WEBP":
        options |= {"quality": quality, "method": 4, "exact": True}
    elif format_name == "PNG":
        options |= {"compress_level": 3}  # a third of level 6's time for a tenth more bytes
    elif format_name == "TIFF":
        options |= {"compression": "tiff_lzw"}  # a quarter of deflate's time
    image = Image.fromarray(np.ascontiguousarray(pixels))
    try:
        return _save(image, format_name, options)
    except OSError:
        if not options.pop("optimize", False):
            raise
        # to optimize, Pillow holds the whole file in a buffer that is too small for mere noise
        return _save(image, format_name, options)


def _save(image: Image.Image, format_name: str, options: dict[str, object]) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()
