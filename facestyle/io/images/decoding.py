"""Pixels of an opened picture, of whatever mode and depth, as float sRGB."""

import logging
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facestyle.io.images import icc

FloatImage = NDArray[np.float32]

_log = logging.getLogger(__name__)
_TIFF_BITS, _TIFF_PHOTOMETRIC, _TIFF_EXTRA_SAMPLES = 258, 262, 338
_TIFF_RGB, _TIFF_PREMULTIPLIED = 2, 1


class Pixels(NamedTuple):
    """Decoded pixels: rgb (H, W, 3) and alpha (H, W) in [0, 1], depth 8 or 16, one channel?."""

    rgb: FloatImage
    alpha: FloatImage | None
    bit_depth: int
    gray: bool


def decode(image: Image.Image, data: bytes, name: str) -> Pixels:
    """Decode a picture that Pillow has loaded; the orientation is not applied.

    Parameters
    ----------
    image : PIL image
        Loaded.
    data : bytes
        The whole file: Pillow reduces 16-bit color to 8, so deep files are decoded again.
    name : str
        For warnings.
    """
    bits = _bits_per_channel(image, data)
    profile = image.info.get("icc_profile") or None
    if image.mode.startswith(("I", "F")):
        return _convert_deep(_single_channel(image), None, True, profile, name)
    if bits == 16:
        deep = _decode_deep_color(image, data)
        if deep is not None:
            return _convert_deep(*deep, profile, name)
    rgb, alpha, gray = _convert_shallow(image, profile, name)
    return Pixels(rgb, alpha, 16 if bits > 8 else 8, gray)


def decode_float_tiff(data: bytes) -> Pixels | None:
    """Decode a float RGB TIFF, which Pillow does not know; None if it is none."""
    if data[:4] not in (b"II*\0", b"MM\0*"):
        return None
    values = _opencv_decode(data)
    if values is None or values.dtype != np.float32 or values.ndim != 3:
        return None
    values = _checked_unit(values)
    return Pixels(values[..., :3], values[..., 3] if values.shape[2] == 4 else None, 16, False)


def _bits_per_channel(image: Image.Image, data: bytes) -> int:
    if image.format == "PNG":
        return data[24]
    if image.format == "TIFF":
        return int(max(getattr(image, "tag_v2", {}).get(_TIFF_BITS, (8,))))
    return 8


def _single_channel(image: Image.Image) -> FloatImage:
    """Values in [0, 1] of a picture with one channel of 16 or 32 bits or of floats."""
    values = np.asarray(image)
    if image.mode == "F":
        return _checked_unit(values)
    if values.min() < 0 or values.max() > 65535:
        raise ValueError(
            f"one channel of integers from {values.min()} to {values.max()}; expected 0 to 65535"
        )
    return values.astype(np.float32) / np.float32(65535)


def _checked_unit(values: NDArray[Any]) -> FloatImage:
    low, high = float(np.min(values)), float(np.max(values))
    if not (low >= 0 and high <= 1):  # NaN fails too
        raise ValueError(f"float values from {low:g} to {high:g}; expected 0 to 1")
    return values.astype(np.float32)


def _decode_deep_color(
    image: Image.Image, data: bytes
) -> tuple[FloatImage, FloatImage | None, bool] | None:
    """16-bit PNG or RGB TIFF through OpenCV; None for what it cannot decode faithfully."""
    tags = getattr(image, "tag_v2", {})
    if image.format == "TIFF" and tags.get(_TIFF_PHOTOMETRIC) != _TIFF_RGB:
        return None
    values = _opencv_decode(data)
    if values is None or values.dtype != np.uint16 or values.ndim != 3:
        return None
    unit = values.astype(np.float32) / np.float32(65535)
    if unit.shape[2] == 3 or image.mode == "RGB":  # a fourth channel may be no alpha
        return unit[..., :3], None, False
    rgb, alpha = unit[..., :3], unit[..., 3]
    if _TIFF_PREMULTIPLIED in tags.get(_TIFF_EXTRA_SAMPLES, ()):
        rgb = np.clip(rgb / np.maximum(alpha, 1 / 65535)[..., None], 0, 1)
    return rgb, alpha, image.mode == "LA"


def _opencv_decode(data: bytes) -> NDArray[Any] | None:
    """All channels at full depth, in the order R, G, B, A."""
    import cv2

    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # libtiff is talkative
    try:
        values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    finally:
        cv2.utils.logging.setLogLevel(level)
    if values is None or values.ndim == 2:
        return values
    return values[..., [2, 1, 0, 3][: values.shape[2]]]


def _convert_deep(
    values: FloatImage, alpha: FloatImage | None, gray: bool, profile: bytes | None, name: str
) -> Pixels:
    rgb = np.repeat(values[..., None], 3, axis=2) if values.ndim == 2 else values
    if profile is not None:
        try:
            rgb = rgb if icc.is_srgb(profile) else icc.convert_array(rgb, profile, gray=gray)
        except icc.ProfileError as error:
            _warn_ignored(name, error)
    return Pixels(rgb, alpha, 16, gray)


def _convert_shallow(
    image: Image.Image, profile: bytes | None, name: str
) -> tuple[FloatImage, FloatImage | None, bool]:
    image, alpha = _split_alpha(image)
    gray = image.mode == "L"
    try:
        image = _to_srgb(image, profile)
    except icc.ProfileError as error:
        _warn_ignored(name, error)
    rgb = np.asarray(image.convert("RGB"), np.float32) / np.float32(255)
    if gray:
        rgb = np.repeat(rgb[..., :1], 3, axis=2)
    return rgb, None if alpha is None else np.asarray(alpha, np.float32) / np.float32(255), gray


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
