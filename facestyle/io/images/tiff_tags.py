"""The few tags of a TIFF (6.0, or BigTIFF) that decide who decodes it.

Read here, without Pillow: it refuses kinds that others decode, and takes the thumbnail of a camera
raw file for the picture.
"""

import struct
from dataclasses import dataclass, field

# bytes and letters of `struct` by the type of a value (TIFF 6.0, section 2; 16 to 18: BigTIFF)
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 13: 4, 16: 8, 17: 8, 18: 8}
_CODES = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_MOST_ENTRIES, _MOST_VALUES = 4096, 2**20  # bounds for damaged files; real ones have some tens
# tags of TIFF extensions, DNG and ICC.1
_SUB_FOLDERS = 330
_DNG_VERSION = 50706
_COLOR_FILTER_ARRAY, _LINEAR_RAW = 32803, 34892
_PROFILE = 34675

# the tags that are looked at, by name
WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
STRIP_OFFSETS, ORIENTATION, SAMPLES, ROWS_PER_STRIP, STRIP_BYTES = 273, 274, 277, 278, 279
PLANAR, PREDICTOR = 284, 317
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_BYTES = 322, 323, 324, 325
EXTRA_SAMPLES, SAMPLE_FORMAT = 338, 339

# photometric interpretations (TIFF 6.0, section 8)
MIN_IS_WHITE, MIN_IS_BLACK, RGB, CMYK = 0, 1, 2, 5


@dataclass(frozen=True)
class TiffTags:
    """Tags of the first picture.

    Attributes
    ----------
    order : {"<", ">"}
        Byte order, as `struct` writes it.
    big : bool
        Whether it is a BigTIFF.
    values : dict of int to tuple of int
        Whole-number tags.
    profile : bytes or None
        ICC profile.
    is_raw : bool
        Whether it holds unprocessed camera data.
    """

    order: str
    big: bool
    values: dict[int, tuple[int, ...]] = field(repr=False)
    profile: bytes | None = None
    is_raw: bool = False

    def first(self, tag: int, default: int = 0) -> int:
        """First value of a tag."""
        found = self.values.get(tag, ())
        return found[0] if found else default

    @property
    def bits(self) -> int:
        """Most bits of a sample."""
        return max(self.values.get(BITS, (1,)), default=1)

    @property
    def is_planar(self) -> bool:
        """Whether every channel is stored by itself."""
        return self.first(PLANAR, 1) == 2 and self.first(SAMPLES, 1) > 1


def read_tags(data: bytes) -> TiffTags | None:
    """Read the tags of a TIFF's first picture; None if the file is no TIFF, or damaged."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 16:
        return None
    try:
        version = struct.unpack_from(order + "H", data, 2)[0]
        if version not in (42, 43):
            return None
        big = version == 43
        start = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)[0]
        values, profile = _read_folder(data, order, big, start)
        is_raw = _DNG_VERSION in values or _holds_sensor_data(values)
        for offset in values.get(_SUB_FOLDERS, ())[:16]:
            is_raw = is_raw or _holds_sensor_data(_read_folder(data, order, big, offset)[0])
    except (struct.error, OverflowError):  # a place beyond what the machine counts
        return None
    return TiffTags(order, big, values, profile, is_raw)


def _holds_sensor_data(values: dict[int, tuple[int, ...]]) -> bool:
    return values.get(PHOTOMETRIC, ())[:1] in ((_COLOR_FILTER_ARRAY,), (_LINEAR_RAW,))


def _read_folder(
    data: bytes, order: str, big: bool, start: int
) -> tuple[dict[int, tuple[int, ...]], bytes | None]:
    """Whole-number tags of one folder of tags (IFD), and its ICC profile."""
    count_code, entry_code, width = ("Q", "HHQ8s", 8) if big else ("H", "HHI4s", 4)
    count = struct.unpack_from(order + count_code, data, start)[0]
    start += struct.calcsize(order + count_code)
    values: dict[int, tuple[int, ...]] = {}
    profile = None
    for index in range(min(count, _MOST_ENTRIES)):
        at = start + index * struct.calcsize(order + entry_code)
        tag, kind, number, inline = struct.unpack_from(order + entry_code, data, at)
        length = number * _SIZES.get(kind, 0)
        if length <= width:
            content = inline[:length]
        else:
            offset = struct.unpack(order + ("Q" if big else "I"), inline)[0]
            content = data[offset : offset + length]
        if tag == _PROFILE and kind in (1, 7) and len(content) == length:
            profile = content
        elif kind in _CODES and len(content) == length and number <= _MOST_VALUES:
            values[tag] = struct.unpack(f"{order}{number}{_CODES[kind]}", content)
        elif tag == _DNG_VERSION:
            values[tag] = ()
    return values, profile
