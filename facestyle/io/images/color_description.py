"""Where a file says what its colors mean, and which of its statements counts."""

import struct
from dataclasses import dataclass

from PIL import Image

from facestyle.io.images import boxes, png_chunks
from facestyle.io.images.color_encoding import ADOBE_RGB, ColorEncoding, from_code_points
from facestyle.io.images.metadata import EXIF_DAMAGE

_EXIF_IFD, _INTEROP_IFD = 0x8769, 0xA005
_COLOR_SPACE, _INTEROP_INDEX = 0xA001, 0x0001
_ADOBE_BY_HABIT = 2  # not in the standard, but written by many programs
_WITH_BOXES = ("AVIF", "HEIF", "JPEG2000")


@dataclass(frozen=True)
class ColorDescription:
    """What the numbers of a picture mean; sRGB where both are None.

    Attributes
    ----------
    profile : bytes or None
        ICC profile.
    encoding : ColorEncoding or None
        Primaries and transfer function; never together with a profile.
    """

    profile: bytes | None = None
    encoding: ColorEncoding | None = None


def describe_colors(image: Image.Image, data: bytes) -> ColorDescription:
    """Find the description that counts: code points of PNG, an ICC profile, others, EXIF.

    Parameters
    ----------
    image : PIL image
        Opened.
    data : bytes
        The whole file.
    """
    profile: bytes | None = image.info.get("icc_profile") or None
    encoding = None
    if image.format == "PNG":
        stated = png_chunks.read_color(data)
        if stated.above_profile:
            return _of_encoding(stated.encoding)
        profile, encoding = profile or stated.profile, stated.encoding
    elif image.format in _WITH_BOXES:
        named = boxes.read_color(data)
        profile, encoding = profile or named.profile, named.encoding
    return choose(profile, encoding if encoding or profile else _from_exif(image))


def choose(profile: bytes | None, encoding: ColorEncoding | None) -> ColorDescription:
    """An ICC profile, unless it or the file says by code points that the range is high."""
    stated = None if profile is None else _code_points_of(profile)
    if stated is not None and stated.is_hdr:
        return ColorDescription(None, stated)  # tables of such profiles cannot tone-map
    if profile is not None:
        return ColorDescription(profile, None)
    return _of_encoding(encoding)


def _of_encoding(encoding: ColorEncoding | None) -> ColorDescription:
    return ColorDescription(None, None if encoding is None or encoding.is_srgb else encoding)


def _code_points_of(profile: bytes) -> ColorEncoding | None:
    """Code points in a profile (ICC.1:2022, 9.2.17 and 10.3)."""
    try:
        count = struct.unpack_from(">I", profile, 128)[0]
        for index in range(min(count, 100)):
            name, offset, size = struct.unpack_from(">4sII", profile, 132 + 12 * index)
            if name == b"cicp" and size >= 12:
                primaries, transfer = struct.unpack_from(">2B", profile, offset + 8)
                return from_code_points(primaries, transfer)
    except struct.error:
        return None
    return None


def _from_exif(image: Image.Image) -> ColorEncoding | None:
    """Adobe RGB where a camera says so: DCF 2.0's R03 (CIPA DC-009, 3.3.2)."""
    try:
        exif = image.getexif()
        details = exif.get_ifd(_EXIF_IFD)
        interop = exif.get_ifd(_INTEROP_IFD)
        index = interop.get(_INTEROP_INDEX) or _nested(details, _INTEROP_IFD).get(_INTEROP_INDEX)
    except EXIF_DAMAGE:
        return None
    name = index.encode() if isinstance(index, str) else index
    is_adobe = isinstance(name, bytes) and name.rstrip(b"\0 ") == b"R03"
    return ADOBE_RGB if is_adobe or details.get(_COLOR_SPACE) == _ADOBE_BY_HABIT else None


def _nested(details: dict[int, object], tag: int) -> dict[int, object]:
    found = details.get(tag)
    return found if isinstance(found, dict) else {}
