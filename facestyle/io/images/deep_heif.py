"""HEIC and AVIF of more than 8 bits a channel."""

import io

import numpy as np
from PIL import Image

from facestyle.io.images import boxes
from facestyle.io.images.pixels import RawPixels, to_unit


def is_deep_heif(image: Image.Image) -> bool:
    """Whether an opened picture is a HEIC of more than 8 bits a channel."""
    return image.format == "HEIF" and int(image.info.get("bit_depth") or 8) > 8


def decode_deep_heif(data: bytes) -> RawPixels:
    """Decode at full depth: what Pillow is given has 8 bits."""
    import pillow_heif

    file = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
    values = to_unit(np.asarray(file))  # spread over 16 bits
    if values.ndim == 3 and values.shape[2] in (2, 4):
        color = values[..., 0] if values.shape[2] == 2 else values[..., :3]
        return RawPixels(values=np.ascontiguousarray(color), alpha=values[..., -1].copy())
    return RawPixels(values=values)


def is_reduced_avif(image: Image.Image, data: bytes) -> bool:
    """Whether an opened picture is an AVIF of more bits than the 8 that its decoder gives."""
    return image.format == "AVIF" and boxes.has_high_bit_depth(data)
