"""Write a picture: the format by its suffix, all of the file or nothing."""

import io
import os
import secrets
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facestyle.errors import ImageError, OutputExistsError, UsageError
from facestyle.io.images.arrays import composite_on_white, quantize, to_gray
from facestyle.io.images.deep_files import encode_png16, encode_tiff16
from facestyle.io.images.formats import (
    ALPHA_SUFFIXES,
    DEEP_SUFFIXES,
    PILLOW_WRITERS,
    WRITABLE_SUFFIXES,
)

FloatImage = NDArray[np.float32]


def write_image(
    path: str | os.PathLike[str],
    rgb: FloatImage,
    *,
    alpha: FloatImage | None = None,
    bit_depth: int = 8,
    profile: bytes | None = None,
    gray: bool = False,
    overwrite: bool = True,
    quality: int = 95,
    exif: bytes | None = None,
) -> None:
    """Write a picture atomically: a reader sees the old file or the whole new one.

    Missing folders are made. What the format cannot hold is given up: JPEG and BMP composite
    alpha on white, only PNG and TIFF hold 16 bits, deep TIFF has no EXIF.

    Parameters
    ----------
    path : path-like
        JPEG, PNG, TIFF, WebP or BMP, by its suffix.
    rgb : (H, W, 3) float32 in [0, 1]
        sRGB, not premultiplied. Values outside are clipped.
    alpha : (H, W) float32 in [0, 1] or None
    bit_depth : int
        8 or 16.
    profile : bytes or None
        ICC profile to embed; for pictures of one channel it is left out.
    gray : bool
        Whether to write one channel (luma).
    overwrite : bool
        Whether an existing file may be replaced.
    quality : int
        Of JPEG and WebP, 1 to 100.
    exif : bytes or None
        EXIF block to embed, as in `Picture.exif`.

    Raises
    ------
    OutputExistsError
        If the file exists and `overwrite` is false.
    ImageError
        If the suffix is unknown or the file cannot be written.
    UsageError
        If the picture holds NaN or `bit_depth` is neither 8 nor 16.
    """
    path = Path(path)
    check_output(path, overwrite=overwrite)
    if bit_depth not in (8, 16):
        raise UsageError(f"bit_depth is {bit_depth}; expected 8 or 16.")
    if not np.isfinite(rgb).all():
        raise UsageError(f"{path}: the picture to write holds NaN or infinite values.")
    suffix = path.suffix.lower()
    dtype = np.uint16 if bit_depth == 16 and suffix in DEEP_SUFFIXES else np.uint8
    pixels = _arrange(rgb, alpha, gray, suffix, dtype)
    if pixels.ndim == 2 or pixels.shape[2] == 2:
        profile = None
    try:
        data = _encode(pixels, suffix, profile, exif, quality)
    except (OSError, ValueError) as error:
        height, width = rgb.shape[:2]
        raise ImageError(f"{path}: cannot encode {width} x {height} pixels ({error}).") from error
    _write_atomically(path, data, overwrite)


def check_output(path: str | os.PathLike[str], *, overwrite: bool = True) -> None:
    """Raise, before any work is done, what would keep a picture from being written to `path`.

    Raises
    ------
    OutputExistsError
        If the file exists and `overwrite` is false.
    ImageError
        If the suffix is not one that is written, or `path` is a folder.
    """
    path = Path(path)
    if path.suffix.lower() not in WRITABLE_SUFFIXES:
        known = ", ".join(sorted(WRITABLE_SUFFIXES))
        raise ImageError(
            f"{path}: cannot write pictures with the suffix '{path.suffix}'; use one of {known}."
        )
    if path.is_dir():
        raise ImageError(f"{path}: is a folder where the output picture should go.")
    if not overwrite and path.exists():
        raise OutputExistsError(
            f"{path}: exists already. Allow overwriting (--overwrite) or choose another name."
        )


def _arrange(
    rgb: FloatImage, alpha: FloatImage | None, gray: bool, suffix: str, dtype: type
) -> NDArray[Any]:
    """Integer pixels with the channels that the format is to hold: L, LA, RGB or RGBA."""
    if alpha is not None and suffix not in ALPHA_SUFFIXES:
        rgb, alpha = composite_on_white(rgb, np.clip(alpha, 0, 1)), None
    one_channel = gray and suffix != ".webp"  # WebP holds color only
    values = to_gray(rgb)[..., None] if one_channel else rgb
    if alpha is not None:
        values = np.dstack([values, alpha])
    return quantize(values[..., 0] if values.shape[2] == 1 else values, dtype)


def _encode(
    pixels: NDArray[Any],
    suffix: str,
    profile: bytes | None,
    exif: bytes | None,
    quality: int,
) -> bytes:
    if pixels.dtype == np.uint16:
        if suffix == ".png":
            return encode_png16(pixels, profile, exif)
        return encode_tiff16(pixels, profile)
    options: dict[str, object] = {"icc_profile": profile}
    if exif is not None and suffix != ".bmp":
        options["exif"] = exif
    format_name = PILLOW_WRITERS[suffix]
    if format_name == "JPEG":
        options |= {"quality": quality, "subsampling": 0, "optimize": True}
    elif format_name == "WEBP":
        options |= {"quality": quality, "method": 4, "exact": True}
    elif format_name == "PNG":
        options |= {"compress_level": 3}  # a third of level 6's time for a tenth more bytes
    elif format_name == "TIFF":
        options |= {"compression": "tiff_lzw"}  # a quarter of deflate's time
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, format_name, **options)
    return buffer.getvalue()


def _write_atomically(path: Path, data: bytes, overwrite: bool) -> None:
    """Write beside the target, then rename; the unfinished file is removed on failure."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(unfinished, "xb") as file:
                file.write(data)
            check_output(path, overwrite=overwrite)  # it may have appeared since
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
    except PermissionError:
        raise ImageError(
            f"{path}: no permission to write into {path.parent}. Choose another folder (-o)."
        ) from None
    except (FileExistsError, NotADirectoryError):
        raise ImageError(f"{path}: {path.parent} is not a folder.") from None
    except OSError as error:
        raise ImageError(f"{path}: cannot be written ({error.strerror or error}).") from error
