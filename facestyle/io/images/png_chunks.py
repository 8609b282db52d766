"""Chunks of a PNG (third edition, W3C 2025) that Pillow does not read, or refuses."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from facestyle.io.images.color_encoding import (
    SRGB_PRIMARIES,
    ColorEncoding,
    from_code_points,
    primaries_are_possible,
)

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_LONGEST_TEXT = 2**18  # bytes; what is longer is a program's data, not a caption or XMP
_MOST_TEXT = 2**23  # bytes in all
_LARGEST_PROFILE = 2**25  # bytes
# gAMA of 1/2.2 stands for sRGB, as libpng has it, and differs from it by rounding alone
_SRGB_GAMMA, _GAMMA_TOLERANCE = 0.45455, 0.025


@dataclass(frozen=True)
class PngColor:
    """What a PNG says about its colors besides an ICC profile.

    Attributes
    ----------
    encoding : ColorEncoding or None
    above_profile : bool
        Whether it counts more than an ICC profile, as cICP does.
    profile : bytes or None
        ICC profile that Pillow would refuse for its length.
    """

    encoding: ColorEncoding | None = None
    above_profile: bool = False
    profile: bytes | None = None


def without_long_texts(data: bytes) -> bytes:
    """Leave out texts that are too long for Pillow: it takes the picture for a bomb otherwise.

    Programs store megabytes there (ComfyUI its whole workflow). Nothing of them is used.

    Parameters
    ----------
    data : bytes
        A PNG file; what is damaged is left as it is.
    """
    kept: list[bytes] = []
    start, total = 0, 0
    for kind, content, at, end in _chunks(data):
        if kind in _TEXTS:
            length = _text_length(kind, content)
            total += length
            too_long = length > _LONGEST_TEXT or total > _MOST_TEXT
        else:
            too_long = kind == b"iCCP" and len(_profile(content, _LONGEST_TEXT) or b"") > 2**18
        if too_long:
            kept.append(data[start:at])
            start = end
    return b"".join([*kept, data[start:]]) if kept else data


def read_color(data: bytes) -> PngColor:
    """Read cICP, and where it is missing sRGB, gAMA and cHRM (in this order, PNG 12.1)."""
    found: dict[bytes, bytes] = {}
    for kind, content, _, _ in _chunks(data):
        if kind == b"IDAT":
            break
        found.setdefault(kind, content)
    profile = _profile(found[b"iCCP"], _LARGEST_PROFILE) if b"iCCP" in found else None
    if profile is not None and len(profile) <= 2**18:
        profile = None  # Pillow reads it
    code_points = found.get(b"cICP", b"")
    if len(code_points) == 4 and code_points[2] == 0:  # RGB, as PNG wants it
        encoding = from_code_points(code_points[0], code_points[1], full_range=bool(code_points[3]))
        if encoding is not None:
            return PngColor(encoding, True, profile)
    if b"sRGB" in found:
        return PngColor(None, False, profile)
    return PngColor(_from_gamma(found.get(b"gAMA", b""), found.get(b"cHRM", b"")), False, profile)


def _from_gamma(gamma: bytes, chromaticities: bytes) -> ColorEncoding | None:
    primaries = SRGB_PRIMARIES
    if len(chromaticities) == 32:
        wx, wy, rx, ry, gx, gy, bx, by = (v / 100000 for v in struct.unpack(">8I", chromaticities))
        given = (rx, ry, gx, gy, bx, by, wx, wy)
        if primaries_are_possible(given):
            primaries = given
    if len(gamma) != 4:
        return None  # chromaticities alone say nothing about the curve
    value = struct.unpack(">I", gamma)[0] / 100000
    if not 0.1 <= value <= 4:  # nonsense; seen as 0
        return None
    if abs(value - _SRGB_GAMMA) < _GAMMA_TOLERANCE:
        encoding = ColorEncoding(primaries, "srgb")
    else:
        encoding = ColorEncoding(primaries, "power", 1 / value)
    return None if encoding.is_srgb else encoding


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, int, int]]:
    """Type, content, start and end of every whole chunk."""
    at = len(SIGNATURE) if data.startswith(SIGNATURE) else len(data)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            return
        # the picture itself is never copied
        content = b"" if kind in (b"IDAT", b"fdAT") else data[at + 8 : end - 4]
        yield kind, content, at, end
        at = end


def _text_length(kind: bytes, content: bytes) -> int:
    """Bytes that a text takes, up to a little more than the longest that is kept."""
    if kind == b"tEXt":
        return len(content)
    head, _, rest = content.partition(b"\0")
    if kind == b"zTXt":
        return len(head) + _inflated_length(rest[1:])
    if rest[:1] != b"\1":
        return len(content)
    packed = rest[2:].split(b"\0", 2)[-1]
    return len(content) - len(packed) + _inflated_length(packed)


def _inflated_length(packed: bytes) -> int:
    try:
        return len(zlib.decompressobj().decompress(packed, _LONGEST_TEXT + 1))
    except zlib.error:
        return len(packed)


def _profile(content: bytes, most: int) -> bytes | None:
    """ICC profile of an iCCP chunk, up to one byte more than `most`."""
    packed = content.partition(b"\0")[2][1:]
    try:
        return zlib.decompressobj().decompress(packed, most + 1)
    except zlib.error:
        return None
