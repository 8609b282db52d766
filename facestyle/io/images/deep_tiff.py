"""TIFF files of more than 8 bits a channel, of floats, or with every channel by itself.

Three readers know different kinds: tifffile all arrangements, but of the compressions that need no
further package; OpenCV LZW, but only samples that lie together; and so, for channels that are
stored each by itself, every channel is shown to OpenCV as a gray picture of its own.
"""

import io
import logging
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facestyle.io.images import tiff_tags as tags_
from facestyle.io.images.pixels import RawPixels, decode_by_opencv, to_unit
from facestyle.io.images.tiff_tags import TiffTags

# none, deflate (two codes) and PackBits
_BY_TIFFFILE = frozenset({1, 8, 32946, 32773})
_PREMULTIPLIED, _STRAIGHT = 1, 2  # kinds of extra samples (TIFF 6.0, section 18)
_PHOTOMETRICS = frozenset({tags_.MIN_IS_WHITE, tags_.MIN_IS_BLACK, tags_.RGB, tags_.CMYK})
_MOST_PLANES = 64  # channels; a damaged file may claim 65,535, and each is decoded by itself
_COLORS = {tags_.RGB: 3, tags_.CMYK: 4}  # channels besides opacity; one of the others


def is_deep(tags: TiffTags) -> bool:
    """Whether the picture is one that this module decodes and Pillow does not, or not in full."""
    bits = tags.values.get(tags_.BITS, (1,))
    if tags.first(tags_.PHOTOMETRIC, -1) not in _PHOTOMETRICS or len(set(bits)) > 1:
        return False
    if tags.first(tags_.PHOTOMETRIC) == tags_.CMYK and not tags.is_planar:
        return False  # through its profile, which Pillow applies at 8 bits
    return tags.bits in (16, 32, 64)


def decode_deep_tiff(data: bytes, tags: TiffTags) -> RawPixels | None:
    """Decode a deep TIFF; None if no reader here knows its kind.

    Parameters
    ----------
    data : bytes
        The whole file.
    tags : TiffTags
        Its tags, of which `is_deep` is true.

    Raises
    ------
    ValueRangeError
        If the values are none of a picture: negative, above 1 where floats, NaN.
    """
    samples = _read_samples(data, tags)
    photometric = tags.first(tags_.PHOTOMETRIC)
    colors = _COLORS.get(photometric, 1)
    if samples is None or samples.shape[2] < colors:
        return None
    if photometric == tags_.CMYK:
        high = (samples[..., :4] // 257).astype(np.uint8) if samples.dtype == np.uint16 else None
        return None if high is None else RawPixels(image=Image.fromarray(high, "CMYK"))
    samples = samples[..., : _used_channels(tags, colors, samples.shape[2])]
    invert = photometric == tags_.MIN_IS_WHITE
    if invert and samples.dtype.kind == "u":  # exactly
        samples, invert = samples.copy(), False
        samples[..., 0] = np.iinfo(samples.dtype).max - samples[..., 0]
    unit = to_unit(samples)
    if invert:
        unit[..., 0] = 1 - unit[..., 0]
    alpha = unit[..., colors] if unit.shape[2] > colors else None
    values = unit[..., :colors] if colors == 3 else unit[..., 0]
    if alpha is not None and tags.first(tags_.EXTRA_SAMPLES, _STRAIGHT) == _PREMULTIPLIED:
        opacity = np.maximum(alpha, 1 / 65535)
        values = np.clip(values / (opacity[..., None] if colors == 3 else opacity), 0, 1)
    return RawPixels(values=values, alpha=alpha)


def _used_channels(tags: TiffTags, colors: int, channels: int) -> int:
    """How many channels are color or alpha: a further channel may be anything."""
    if channels <= colors:
        return colors
    default = _STRAIGHT if channels == colors + 1 else 0
    has_alpha = tags.first(tags_.EXTRA_SAMPLES, default) in (_PREMULTIPLIED, _STRAIGHT)
    return colors + 1 if has_alpha else colors


def _read_samples(data: bytes, tags: TiffTags) -> NDArray[Any] | None:
    """Samples (H, W, C) in the file's own type."""
    for offsets, lengths in (
        (tags_.STRIP_OFFSETS, tags_.STRIP_BYTES),
        (tags_.TILE_OFFSETS, tags_.TILE_BYTES),
    ):
        parts = zip(tags.values.get(offsets, ()), tags.values.get(lengths, ()), strict=False)
        if any(start + length > len(data) for start, length in parts):
            raise ValueError("the pixels end before they should")
    shape = (tags.first(tags_.HEIGHT), tags.first(tags_.WIDTH), tags.first(tags_.SAMPLES, 1))
    if tags.first(tags_.COMPRESSION, 1) in _BY_TIFFFILE:
        samples = _read_by_tifffile(data, planar=tags.is_planar)
    elif tags.is_planar or (shape[2] == 1 and not tags.big):
        samples = _read_planes(data, tags)
    else:
        samples = decode_by_opencv(data)
    if samples is None:
        return None
    samples = samples[..., None] if samples.ndim == 2 else samples
    return samples if samples.shape == shape else None


def _read_by_tifffile(data: bytes, *, planar: bool) -> NDArray[Any] | None:
    import tifffile

    logger = logging.getLogger("tifffile")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # it reports oddities that do not matter here
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            samples = np.asarray(file.pages.first.asarray(maxworkers=1))
    except MemoryError:
        raise
    except Exception as error:  # damaged files make it raise anything
        raise ValueError(f"{type(error).__name__}: {error}") from error
    finally:
        logger.setLevel(level)
    return np.moveaxis(samples, 0, -1) if planar and samples.ndim == 3 else samples


def _read_planes(data: bytes, tags: TiffTags) -> NDArray[Any] | None:
    """Decode every channel as a gray picture of its own."""
    count = tags.first(tags_.SAMPLES, 1)
    if tags.big or count > _MOST_PLANES:
        return None
    planes = [decode_by_opencv(_as_gray_file(data, tags, plane, count)) for plane in range(count)]
    if any(plane is None or plane.ndim != 2 for plane in planes):
        return None
    return np.stack([plane for plane in planes if plane is not None], axis=-1)


def _as_gray_file(data: bytes, tags: TiffTags, plane: int, count: int) -> bytes:
    """Turn the file into one whose only picture is one channel: a folder of tags at its end."""
    values = {tag: tags.values[tag] for tag in _COPIED if tag in tags.values}
    values[tags_.BITS] = tags.values.get(tags_.BITS, (16,))[:1]
    values[tags_.SAMPLE_FORMAT] = tags.values.get(tags_.SAMPLE_FORMAT, (1,))[:1]
    values[tags_.PHOTOMETRIC], values[tags_.SAMPLES] = (tags_.MIN_IS_BLACK,), (1,)
    for tag in (tags_.STRIP_OFFSETS, tags_.STRIP_BYTES, tags_.TILE_OFFSETS, tags_.TILE_BYTES):
        if tag in tags.values:
            share = len(tags.values[tag]) // count
            values[tag] = tags.values[tag][plane * share : (plane + 1) * share]
    start = len(data) + len(data) % 2
    after = start + 2 + 12 * len(values) + 4
    entries, extra = b"", b""
    for tag in sorted(values):
        content = struct.pack(f"{tags.order}{len(values[tag])}I", *values[tag])
        if len(content) > 4:
            place = struct.pack(tags.order + "I", after + len(extra))
            extra += content
        else:
            place = content
        entries += struct.pack(tags.order + "HHI", tag, 4, len(values[tag])) + place
    folder = struct.pack(tags.order + "H", len(values)) + entries + bytes(4)
    head = data[:4] + struct.pack(tags.order + "I", start)
    return head + data[8:] + bytes(len(data) % 2) + folder + extra


_COPIED = (
    *(tags_.WIDTH, tags_.HEIGHT, tags_.COMPRESSION, tags_.ROWS_PER_STRIP, tags_.PREDICTOR),
    *(tags_.TILE_WIDTH, tags_.TILE_HEIGHT),
)
