"""Pixels of an opened picture, of whatever mode and depth, as float sRGB."""

import logging

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facestyle.io.images import icc
from facestyle.io.images.color_description import ColorDescription
from facestyle.io.images.color_encoding import ColorEncoding, to_srgb
from facestyle.io.images.deep_heif import decode_deep_heif, is_deep_heif
from facestyle.io.images.pixels import (
    FloatImage,
    Pixels,
    RawPixels,
    decode_by_opencv,
    to_unit,
)

_log = logging.getLogger(__name__)
# what each of 256 levels is in [0, 1]
_UNIT = np.arange(256, dtype=np.float32) / np.float32(255)
_ROWS = 256  # of a picture of 8 bits that become floats at a time
_PNG_BITS, _PNG_KIND = 24, 25  # where the depth and the kind of colors stand in a PNG
_GRAY_AND_ALPHA = 4  # a kind of colors (PNG, third edition, 11.2.1)


def is_deep_png(image: Image.Image, data: bytes) -> bool:
    """Whether the picture is a PNG of 16 bits a channel."""
    return image.format == "PNG" and data[_PNG_BITS] == 16


def decode(image: Image.Image, data: bytes) -> RawPixels:
    """Decode a picture that Pillow has loaded; colors and orientation are as in the file.

    Parameters
    ----------
    image : PIL image
        Loaded. It may be emptied, to save memory.
    data : bytes
        The whole file: Pillow reduces color to 8 bits, so deep PNG and HEIC files are
        decoded again.
    """
    if image.mode.startswith(("I", "F")):
        return RawPixels(values=to_unit(np.asarray(image)))
    if is_deep_heif(image):
        return decode_deep_heif(data)
    if is_deep_png(image, data):
        mode = image.mode
        values = decode_by_opencv(data)
        if values is not None and values.dtype == np.uint16 and values.ndim == 3:
            unit = to_unit(values)
            if unit.shape[2] == 3 or mode == "RGB":
                return RawPixels(values=unit[..., :3])
            is_gray = data[_PNG_KIND] == _GRAY_AND_ALPHA  # which Pillow calls RGBA
            color = unit[..., 0] if is_gray else unit[..., :3]
            return RawPixels(values=color, alpha=unit[..., 3])
    return RawPixels(image=image)


def convert(raw: RawPixels, color: ColorDescription, bit_depth: int, name: str) -> Pixels:
    """Bring decoded pixels to sRGB.

    Parameters
    ----------
    raw : RawPixels
    color : ColorDescription
        What the numbers mean.
    bit_depth : int
        8 or 16, of the file.
    name : str
        For warnings.
    """
    if raw.image is not None:
        return _convert_shallow(raw.image, color, bit_depth, name)
    assert raw.values is not None
    gray = raw.values.ndim == 2
    rgb = np.repeat(raw.values[..., None], 3, axis=2) if gray else raw.values
    if color.profile is not None:
        try:
            if not icc.is_srgb(color.profile):
                rgb = icc.convert_array(rgb, color.profile, gray=gray)
        except icc.ProfileError as error:
            _warn_ignored(name, error)
    elif color.encoding is not None:
        rgb = _by_encoding(rgb, color.encoding, gray, name)
    return Pixels(rgb, raw.alpha, 16, gray)


def _convert_shallow(
    image: Image.Image, color: ColorDescription, bit_depth: int, name: str
) -> Pixels:
    image, alpha = _split_alpha(image)
    gray = image.mode == "L"
    try:
        image = _to_srgb(image, color.profile)
    except icc.ProfileError as error:
        _warn_ignored(name, error)
    rgb = _to_float(image.convert("RGB"))
    if gray:
        rgb = np.repeat(rgb[..., :1], 3, axis=2)
    if color.encoding is not None:
        rgb = _by_encoding(rgb, color.encoding, gray, name)
    return Pixels(rgb, None if alpha is None else _to_float(alpha), bit_depth, gray)


def _to_float(image: Image.Image) -> FloatImage:
    """Levels of 8 bits as float32 in [0, 1], a few rows at a time."""
    width, height = image.size
    channels = len(image.getbands())
    shape = (height, width) if channels == 1 else (height, width, channels)
    result: NDArray[np.float32] = np.empty(shape, np.float32)
    for start in range(0, height, _ROWS):
        end = min(start + _ROWS, height)
        cv2.LUT(np.asarray(image.crop((0, start, width, end))), _UNIT, dst=result[start:end])
    return result


def _by_encoding(rgb: FloatImage, encoding: ColorEncoding, gray: bool, name: str) -> FloatImage:
    if encoding.is_hdr:
        kind = {"pq": "PQ", "hlg": "HLG"}[encoding.transfer]
        _log.warning("%s: a picture of high dynamic range (%s); tone-mapped to sRGB", name, kind)
    rgb = to_srgb(rgb, encoding)
    return np.repeat(rgb[..., 1:2], 3, axis=2) if gray else rgb


def _split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Color of mode L, RGB, CMYK or LAB (not premultiplied), and alpha of mode L."""
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        gray = image.mode in ("L", "LA", "La", "1")
        straight = image.convert("LA") if image.mode == "La" else image
        rgba = straight.convert("RGBA")
        color = rgba.getchannel("R") if gray else rgba.convert("RGB")
        return color, rgba.getchannel("A")
    if image.mode == "1":
        return image.convert("L"), None
    return (image if image.mode in ("L", "RGB", "CMYK", "LAB") else image.convert("RGB")), None


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode == "LAB":
        return icc.convert_image(image, None)
    if profile is None or icc.is_srgb(profile):
        return image
    if image.mode == "L" and profile[16:20] == b"RGB ":
        image = image.convert("RGB")
    return icc.convert_image(image, profile)


def _warn_ignored(name: str, error: Exception) -> None:
    _log.warning("%s: its color profile is ignored: %s", name, error)
