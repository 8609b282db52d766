"""Read a picture of any kind that people have: one function, one error type."""

import io
import logging
import os
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from facestyle.errors import ImageError, MissingDependencyError
from facestyle.io.images import formats, icc
from facestyle.io.images.decoding import Pixels, decode, decode_float_tiff
from facestyle.io.images.metadata import kept_exif, orient, read_orientation

MAX_PIXELS = 200_000_000

FloatImage = NDArray[np.float32]

_log = logging.getLogger(__name__)
_pillow_lock = threading.RLock()  # Pillow's pixel limit and Python's warning filters are global
_DAMAGE = (OSError, SyntaxError, ValueError, struct.error, EOFError, zlib.error, IndexError)


@dataclass(frozen=True)
class Picture:
    """A picture from a file, upright and in sRGB.

    Attributes
    ----------
    rgb : (H, W, 3) float32 in [0, 1]
        sRGB. Not premultiplied.
    alpha : (H, W) float32 in [0, 1] or None
    bit_depth : int
        8 or 16, as in the file.
    gray : bool
        Whether the file had one channel (besides alpha).
    profile : bytes or None
        ICC profile to embed on writing: sRGB's if the file had one at all, else None.
    path : Path or None
    exif : bytes or None
        What is worth keeping: camera, date, exposure, author. No orientation, place, thumbnail.
    """

    rgb: FloatImage
    alpha: FloatImage | None = None
    bit_depth: int = 8
    gray: bool = False
    profile: bytes | None = None
    path: Path | None = None
    exif: bytes | None = None


def read_image(path: str | os.PathLike[str]) -> Picture:
    """Read a picture: upright, in sRGB, alpha kept, 8 or 16 bits a channel.

    The EXIF orientation is applied once and ICC profiles are converted to sRGB (a malformed
    profile is ignored with a warning). Of an animation or a multi-page file, the first picture.

    Parameters
    ----------
    path : path-like
        JPEG, PNG, TIFF, WebP, BMP, GIF, AVIF, JPEG 2000, PPM; HEIC with ``facestyle[heif]``.

    Returns
    -------
    Picture

    Raises
    ------
    ImageError
        If there is no such file, it is no picture, it is damaged or larger than `MAX_PIXELS`.
    MissingDependencyError
        If it is a HEIC file and pillow-heif is not installed.
    """
    path = Path(path)
    data = _read_bytes(path)
    if formats.is_heif(data):
        _register_heif(path)
    with _decoding(path, data):
        try:
            image = _open(path, data)
        except UnidentifiedImageError:
            pixels = decode_float_tiff(data)
            if pixels is None:
                raise
            return _assemble(path, pixels)
        image.load()
        return _assemble(path, decode(image, data, str(path)), image)


def _assemble(path: Path, pixels: Pixels, image: Image.Image | None = None) -> Picture:
    """Apply the orientation and gather what the file said besides its pixels."""
    orientation = 1 if image is None else read_orientation(image)
    alpha = None if pixels.alpha is None else orient(pixels.alpha, orientation)
    has_profile = image is not None and image.info.get("icc_profile")
    return Picture(
        rgb=np.ascontiguousarray(orient(pixels.rgb, orientation)),
        alpha=None if alpha is None else np.ascontiguousarray(alpha),
        bit_depth=pixels.bit_depth,
        gray=pixels.gray,
        profile=icc.srgb_profile() if has_profile else None,
        path=path,
        exif=None if image is None else kept_exif(image),
    )


def _read_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ImageError(f"{path}: there is no such file. Check the name.") from None
    except IsADirectoryError:
        raise ImageError(
            f"{path}: this is a folder (without pictures) where a picture was expected."
        ) from None
    except PermissionError:
        raise ImageError(f"{path}: no permission to read it. Check with ls -l.") from None
    except OSError as error:
        raise ImageError(f"{path}: cannot be read ({error.strerror or error}).") from error
    if not data:
        raise ImageError(f"{path}: the file is empty (0 bytes). Copy it again.")
    return data


def _register_heif(path: Path) -> None:
    try:
        import pillow_heif
    except ImportError:
        raise MissingDependencyError("pillow-heif", f"Reading {path} (HEIC)", "heif") from None
    pillow_heif.register_heif_opener()


@contextmanager
def _decoding(path: Path, data: bytes) -> Iterator[None]:
    """Lift Pillow's own pixel limit, log its warnings, and turn what it raises into ImageError."""
    with _pillow_lock, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        except UnidentifiedImageError:
            raise ImageError(
                f"{path}: not a picture that can be read: found {formats.describe_content(data)}, "
                "expected JPEG, PNG, TIFF, WebP or the like."
            ) from None
        except MemoryError:
            raise ImageError(f"{path}: too large for this machine's memory.") from None
        except _DAMAGE as error:
            raise ImageError(
                f"{path}: the file is damaged or cut off ({error}). Copy or export it again."
            ) from error
        finally:
            Image.MAX_IMAGE_PIXELS = limit
            for warning in caught:
                _log.info("%s: %s", path, warning.message)


def _open(path: Path, data: bytes) -> Image.Image:
    Image.init()
    readers = [name for name in formats.PILLOW_READERS if name in Image.OPEN]
    image = Image.open(io.BytesIO(data), formats=readers)
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"{path}: {width} x {height} is {width * height / 1e6:.0f} megapixels; at most "
            f"{MAX_PIXELS / 1e6:.0f} are read. Make it smaller first."
        )
    return image
