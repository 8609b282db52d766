"""Write a picture: the format by its suffix, all of the file or nothing."""

import logging
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import ImageError, OutputExistsError, UsageError, clause
from facestyle.files import write_whole
from facestyle.io.images.arrays import (
    composite_on_white,
    from_array,
    in_native_order,
    quantize,
    to_gray,
)
from facestyle.io.images.encoding import Extras, encode
from facestyle.io.images.formats import ALPHA_SUFFIXES, DEEP_SUFFIXES, WRITABLE_SUFFIXES
from facestyle.io.images.metadata import EXIF_DAMAGE
from facestyle.io.images.reading import Picture

FloatImage = NDArray[np.float32]

_log = logging.getLogger(__name__)
# floats are clipped to [0, 1]; beyond these they are levels of 255 or 65535, or nothing at all
_LOWEST, _HIGHEST = -1.0, 2.0
_LONGEST_NAME = 255  # bytes, on every common file system


@dataclass(frozen=True)
class _Content:
    """What is written, after the arguments were sorted out."""

    rgb: FloatImage
    alpha: FloatImage | None
    gray: bool
    bit_depth: int


def write_image(
    path: str | os.PathLike[str],
    picture: NDArray[Any] | Picture,
    *,
    alpha: FloatImage | None = None,
    bit_depth: int | None = None,
    gray: bool | None = None,
    quality: int = 95,
    extras: Extras | None = None,
    overwrite: bool = True,
) -> None:
    """Write a picture atomically: a reader sees the old file or the whole new one.

    Missing folders are made. What the format cannot hold is given up: JPEG and BMP composite
    alpha on white (with a warning), only PNG and TIFF hold 16 bits, BMP has no EXIF.

    Parameters
    ----------
    path : path-like
        JPEG, PNG, TIFF, WebP or BMP, by its suffix.
    picture : Picture or (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) array
        What `read_image` returns, with all that it says unless a further argument says otherwise;
        or an array of uint8, uint16, or floats in [0, 1] (a little outside is clipped). sRGB, not
        premultiplied. Two dimensions are gray, the fourth channel is alpha.
    alpha : (H, W) float32 in [0, 1], optional
    bit_depth : int, optional
        8 or 16; that of the picture by default, 8 for arrays of floats.
    gray : bool, optional
        Whether to write one channel (luma).
    quality : int
        Of JPEG and WebP, 1 to 100.
    extras : Extras, optional
        Color profile, EXIF, print resolution and program; what it does not say is taken from a
        `Picture`. For pictures of one channel the profile is left out.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    OutputExistsError
        If the file exists and `overwrite` is false.
    ImageError
        If the suffix is unknown or the file cannot be written.
    UsageError
        If the array is no picture, or `bit_depth` is neither 8 nor 16.
    """
    path = Path(path)
    check_output(path, overwrite=overwrite)
    extras = extras or Extras()
    if isinstance(picture, Picture):
        extras = replace(
            extras,
            profile=extras.profile or picture.profile,
            exif=extras.exif or picture.exif,
            dpi=extras.dpi or picture.dpi,
        )
    content = _sort_out(path, picture, alpha, gray, bit_depth)
    suffix = path.suffix.lower()
    dtype = np.uint16 if content.bit_depth == 16 and suffix in DEEP_SUFFIXES else np.uint8
    if content.alpha is not None and suffix not in ALPHA_SUFFIXES and (content.alpha < 1).any():
        _log.warning("%s: '%s' holds no opacity; laid on white", path, suffix)
    pixels = _arrange(content, suffix, dtype)
    if pixels.ndim == 2 or pixels.shape[2] == 2:
        extras = replace(extras, profile=None)
    try:
        data = encode(pixels, suffix, extras, quality, str(path))
    except EXIF_DAMAGE as error:  # OSError and ValueError among them
        height, width = pixels.shape[:2]
        raise ImageError(
            f"{path}: cannot encode {width} x {height} pixels ({clause(error)})."
        ) from error
    _write_atomically(path, data, overwrite)


def _sort_out(
    path: Path,
    picture: NDArray[Any] | Picture,
    alpha: FloatImage | None,
    gray: bool | None,
    bit_depth: int | None,
) -> _Content:
    if isinstance(picture, Picture):
        values: NDArray[Any] = picture.rgb
        alpha = picture.alpha if alpha is None else alpha
        gray = picture.gray if gray is None else gray
        bit_depth = bit_depth or picture.bit_depth
    else:
        values = in_native_order(np.asarray(picture))
    if bit_depth is None:
        bit_depth = 16 if values.dtype == np.uint16 else 8
    if bit_depth not in (8, 16):
        raise UsageError(f"bit_depth is {bit_depth}; expected 8 or 16.")
    one_channel = values.ndim == 2 or values.shape[2:] == (1,)
    rgb, own_alpha = _to_rgb(path, values)
    alpha = own_alpha if alpha is None else np.asarray(alpha)
    if alpha is not None and (alpha.shape != rgb.shape[:2] or not np.isfinite(alpha).all()):
        raise UsageError(
            f"{path}: alpha of shape {alpha.shape}; expected {rgb.shape[:2]} of finite values."
        )
    return _Content(rgb, alpha, one_channel if gray is None else gray, bit_depth)


def _to_rgb(path: Path, values: NDArray[Any]) -> tuple[FloatImage, FloatImage | None]:
    if values.dtype.kind != "f":
        return from_array(values)
    if not np.isfinite(values).all():
        raise UsageError(f"{path}: the picture to write holds NaN or infinite values.")
    if values.size and not _LOWEST <= values.min() <= values.max() <= _HIGHEST:
        raise UsageError(
            f"{path}: the picture to write holds values from {values.min():g} to "
            f"{values.max():g}; expected floats from 0 to 1, uint8 or uint16."
        )
    if values.ndim == 3 and values.shape[2] == 3 and values.size:
        return values, None  # clipped when it is quantized
    return from_array(np.clip(values, 0, 1).astype(np.float32))


def check_output(path: str | os.PathLike[str], *, overwrite: bool = True) -> None:
    """Raise, before any work is done, what would keep a picture from being written to `path`.

    Raises
    ------
    OutputExistsError
        If the file exists and `overwrite` is false.
    ImageError
        If the suffix is not one that is written, the name is too long, or `path` is a folder.
    """
    path = Path(path)
    if path.suffix.lower() not in WRITABLE_SUFFIXES:
        known = ", ".join(sorted(WRITABLE_SUFFIXES))
        raise ImageError(
            f"{path}: cannot write pictures with the suffix '{path.suffix}'; use one of {known}."
        )
    if len(os.fsencode(path.name)) > _LONGEST_NAME:
        raise ImageError(
            f"{path}: the name has {len(os.fsencode(path.name))} bytes; a file name has at most "
            f"{_LONGEST_NAME}."
        )
    if os.path.isdir(path):
        raise ImageError(f"{path}: is a folder where the output picture should go.")
    if not overwrite and os.path.lexists(path):
        raise OutputExistsError(
            f"{path}: exists already. Allow overwriting (--overwrite) or choose another name."
        )


def _arrange(content: _Content, suffix: str, dtype: type) -> NDArray[Any]:
    """Integer pixels with the channels that the format is to hold: L, LA, RGB or RGBA."""
    rgb, alpha = content.rgb, content.alpha
    if alpha is not None and suffix not in ALPHA_SUFFIXES:
        rgb, alpha = composite_on_white(rgb, np.clip(alpha, 0, 1)), None
    one_channel = content.gray and suffix != ".webp"  # WebP holds color only
    values = to_gray(rgb)[..., None] if one_channel else rgb
    if alpha is not None:
        values = np.dstack([values, alpha])
    return quantize(values[..., 0] if values.shape[2] == 1 else values, dtype)


def _write_atomically(path: Path, data: bytes, overwrite: bool) -> None:
    """Write beside the target, then rename; the unfinished file is removed on failure."""

    def check_again() -> None:  # it may have appeared since
        check_output(path, overwrite=overwrite)

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, lambda file: file.write(data), ready=check_again)
    except PermissionError:
        raise ImageError(
            f"{path}: no permission to write into {path.parent}. Choose another folder (-o)."
        ) from None
    except (FileExistsError, NotADirectoryError):
        raise ImageError(f"{path}: {path.parent} is not a folder.") from None
    except OSError as error:
        raise ImageError(f"{path}: cannot be written ({clause(error)}).") from error
