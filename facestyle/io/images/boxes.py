"""Boxes of the ISO base media format (ISO/IEC 14496-12): colors of AVIF and HEIC, kind of file."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from facestyle.io.images.color_encoding import ColorEncoding, from_code_points

_MOST_BOXES = 4096  # a file of usual tools has some tens; a bound for damaged ones


@dataclass(frozen=True)
class BoxColor:
    """Colors that a file's boxes name: code points, or an ICC profile, or neither."""

    encoding: ColorEncoding | None = None
    profile: bytes | None = None


def brand(data: bytes) -> bytes:
    """Major brand of the file, such as ``heic``; empty if it has none."""
    return data[8:12] if data[4:8] == b"ftyp" else b""


def read_color(data: bytes) -> BoxColor:
    """Read the first color boxes of an AVIF, HEIC or JPEG 2000 file.

    They belong to the picture itself or to its tiles, which share them; auxiliary pictures such as
    alpha have none in practice.
    """
    encoding, profile = None, None
    for content in _properties(data, b"colr"):
        kind = content[:4]
        if kind == b"nclx" and len(content) >= 10 and encoding is None:
            primaries, transfer = struct.unpack_from(">2H", content, 4)
            # the decoder has undone matrix and range already
            encoding = from_code_points(primaries, transfer)
        elif kind in (b"prof", b"rICC") and profile is None:
            profile = content[4:]
        elif content[:1] in (b"\2", b"\3") and len(content) > 131 and profile is None:
            profile = content[3:]  # JPEG 2000, part 1, I.5.3.3
    return BoxColor(encoding, profile)


def has_high_bit_depth(data: bytes) -> bool:
    """Whether an AVIF has more than 8 bits a channel (AV1 in ISO BMFF 1.2, 2.3.3)."""
    settings = _properties(data, b"av1C")
    return bool(settings) and len(settings[0]) > 2 and bool(settings[0][2] & 0x40)


def _properties(data: bytes, name: bytes) -> list[bytes]:
    """Content of the boxes of a name among those that describe pictures."""
    found: list[bytes] = []
    for kind, start, end in _boxes(data, 0, len(data)):
        if kind == b"meta":  # a full box: 4 bytes of version and flags
            found += _find(data, start + 4, end, (b"iprp", b"ipco", name))
        elif kind == b"jp2h":
            found += _find(data, start, end, (name,))
    return found


def _find(data: bytes, start: int, end: int, path: tuple[bytes, ...]) -> list[bytes]:
    """Content of the boxes at the end of a path of boxes."""
    found: list[bytes] = []
    for kind, inner, inner_end in _boxes(data, start, end):
        if kind == path[0] and len(path) == 1:
            found.append(data[inner:inner_end])
        elif kind == path[0]:
            found += _find(data, inner, inner_end, path[1:])
    return found


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Type of every box in a range, and where its content starts and ends."""
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, start)
        content = start + 8
        if size == 1 and content + 8 <= end:
            size = struct.unpack_from(">Q", data, content)[0]
            content += 8
        elif size == 0:
            size = end - start
        if size < content - start or start + size > end:
            return
        yield kind, content, start + size
        start += size
