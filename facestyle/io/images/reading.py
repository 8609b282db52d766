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

from facestyle.errors import ImageError, MissingDependencyError, clause
from facestyle.files import TooLargeError, read_regular
from facestyle.io.images import formats, icc, raw_files
from facestyle.io.images.animations import frames_of
from facestyle.io.images.color_description import ColorDescription, choose, describe_colors
from facestyle.io.images.cut_jpeg import with_its_end
from facestyle.io.images.decoding import convert, decode, is_deep_png
from facestyle.io.images.deep_heif import is_reduced_avif
from facestyle.io.images.deep_tiff import decode_deep_tiff, is_deep
from facestyle.io.images.limits import Limits, check_size, current_limits
from facestyle.io.images.metadata import FileFacts, orient, read_facts
from facestyle.io.images.pixels import Pixels, ValueRangeError
from facestyle.io.images.png_chunks import without_long_texts
from facestyle.io.images.tiff_tags import BITS, HEIGHT, ORIENTATION, WIDTH, TiffTags, read_tags

FloatImage = NDArray[np.float32]

_log = logging.getLogger(__name__)
_pillow_lock = threading.RLock()  # Pillow's pixel limit and Python's warning filters are global
# What decoders raise for damaged files
_DAMAGE = (
    *(OSError, SyntaxError, ValueError, struct.error, EOFError, zlib.error, LookupError),
    *(TypeError, AttributeError, ArithmeticError, RuntimeError, AssertionError),
)


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
        ICC profile to embed on writing: sRGB's if the file described its colors, else None.
    path : Path or None
    exif : bytes or None
        What is worth keeping: camera, date, exposure, author. No orientation, place, thumbnail.
    dpi : (float, float) or None
        Print resolution, pixels an inch, across and down.
    """

    rgb: FloatImage
    alpha: FloatImage | None = None
    bit_depth: int = 8
    gray: bool = False
    profile: bytes | None = None
    path: Path | None = None
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None


def read_image(
    path: str | os.PathLike[str],
    *,
    max_pixels: int | None = None,
    max_bytes: int | None = None,
) -> Picture:
    """Read a picture: upright, in sRGB, alpha kept, 8 or 16 bits a channel.

    The EXIF orientation is applied once. Colors are converted to sRGB, whether an ICC profile
    describes them (a malformed one is ignored with a warning), code points (PNG's cICP, the nclx of
    HEIC and AVIF), PNG's gAMA and cHRM, or a camera's mark for Adobe RGB; high dynamic range is
    tone-mapped, with a warning. Of an animation or a multi-page file, the first picture.

    Parameters
    ----------
    path : path-like
        JPEG, PNG, TIFF, WebP, BMP, GIF, AVIF, JPEG 2000, PPM; HEIC with ``facestyle[heif]``;
        camera raw files with ``facestyle[raw]``.
    max_pixels, max_bytes : int, optional
        Largest picture, and most memory for reading it; see `facestyle.io.images.limits`.

    Returns
    -------
    Picture

    Raises
    ------
    ImageError
        If there is no such file, it is no regular file, no picture, damaged, or too large.
    MissingDependencyError
        If the package that reads a HEIC or a camera raw file is not installed.
    """
    path = Path(path)
    limits = current_limits(max_pixels, max_bytes)
    data = _read_bytes(path, limits)
    with _decoding(path, data):
        tags = read_tags(data)
        if raw_files.is_raw(path, data, tags):
            rgb = raw_files.develop(path, data, limits)
            facts = FileFacts(1, _container_facts(data).exif)
            return _assemble(path, Pixels(rgb, None, 16, False), facts, tagged=True)
        if formats.is_heif(data):
            _register_heif(path)
        if tags is not None and is_deep(tags):
            picture = _read_deep_tiff(path, data, tags, limits)
            if picture is not None:
                return picture
        return _read_by_pillow(path, data, tags, limits)


def _read_by_pillow(path: Path, data: bytes, tags: TiffTags | None, limits: Limits) -> Picture:
    whole, data = data, without_long_texts(data)
    image = _open(path, data, limits)
    try:
        image.load()
    except OSError:
        completed = with_its_end(data) if image.format in ("JPEG", "MPO") else None
        if completed is None:
            raise
        _log.warning(
            "%s: the file lacks its last bytes; %s. Copy it again if you can.",
            path,
            f"the lowest {completed[1]} rows are not whole" if completed[1] else "nothing is lost",
        )
        image = _open(path, completed[0], limits)
        image.load()
    facts, color = read_facts(image), describe_colors(image, whole)
    _say_left_out(path, facts, "very long texts" if len(data) < len(whole) else "")
    frames = frames_of(image)
    if frames > 1:
        _log.warning("%s: an animation of %d frames; only the first is read", path, frames)
    if is_reduced_avif(image, whole):
        _log.warning("%s: has more than 8 bits a channel, of which 8 are read", path)
    bits = 16 if is_deep_png(image, data) or (tags and tags.values.get(BITS, (8,))[0] > 8) else 8
    pixels = convert(decode(image, data), color, bits, str(path))
    return _assemble(path, pixels, facts, tagged=color != ColorDescription())


def _say_left_out(path: Path, facts: FileFacts, more: str = "") -> None:
    names = ", ".join([*facts.left_out, *filter(None, [more])])
    if names:
        _log.info("%s: results do not keep %s", path, names)


def _read_deep_tiff(path: Path, data: bytes, tags: TiffTags, limits: Limits) -> Picture | None:
    check_size(path, (tags.first(WIDTH), tags.first(HEIGHT)), "converted", len(data), limits)
    raw = decode_deep_tiff(data, tags)
    if raw is None:
        return None
    facts = _container_facts(data)
    _say_left_out(path, facts)
    facts = FileFacts(tags.first(ORIENTATION, 1), facts.exif, facts.dpi)
    return _assemble(
        path,
        convert(raw, choose(tags.profile, None), 16, str(path)),
        facts,
        tagged=tags.profile is not None,
    )


def _container_facts(data: bytes) -> FileFacts:
    """What Pillow reads besides the pixels, of a file whose pixels others decode."""
    try:
        with Image.open(io.BytesIO(data), formats=["TIFF"]) as image:
            return read_facts(image)
    except _DAMAGE:
        return FileFacts()


def _assemble(path: Path, pixels: Pixels, facts: FileFacts, *, tagged: bool) -> Picture:
    """Apply the orientation and gather what the file said besides its pixels."""
    if not np.isfinite(pixels.rgb).all():
        raise ImageError(f"{path}: holds values that are no numbers (NaN); export it again.")
    orientation = facts.orientation if 1 <= facts.orientation <= 8 else 1
    alpha = None if pixels.alpha is None else orient(pixels.alpha, orientation)
    if alpha is not None and not alpha.any():
        _log.warning("%s: is wholly transparent, its alpha is unused; read as opaque", path)
        alpha = None
    return Picture(
        rgb=np.ascontiguousarray(orient(pixels.rgb, orientation)),
        alpha=None if alpha is None else np.ascontiguousarray(alpha),
        bit_depth=pixels.bit_depth,
        gray=pixels.gray,
        profile=icc.srgb_profile() if tagged else None,
        path=path,
        exif=facts.exif,
        dpi=facts.dpi,
    )


def _read_bytes(path: Path, limits: Limits) -> bytes:
    try:
        data = read_regular(path, limits.bytes)
    except FileNotFoundError:
        if path.is_symlink():
            raise ImageError(
                f"{path}: is a link to {os.readlink(path)}, which does not exist. Mend the link."
            ) from None
        raise ImageError(f"{path}: there is no such file. Check the name.") from None
    except IsADirectoryError:
        raise ImageError(_describe_folder(path)) from None
    except PermissionError:
        raise ImageError(f"{path}: no permission to read it. Check with ls -l.") from None
    except TooLargeError as error:
        raise ImageError(f"{path}: {error.strerror}. Raise FACESTYLE_MAX_BYTES.") from None
    except (OSError, MemoryError) as error:
        raise ImageError(f"{path}: cannot be read ({clause(error)}).") from error
    if not data:
        raise ImageError(f"{path}: the file is empty (0 bytes). Copy it again.")
    return data


def _describe_folder(path: Path) -> str:
    try:
        with os.scandir(path):
            pass
    except OSError as error:
        return f"{path}: this folder cannot be read ({error.strerror}). Check with ls -ld."
    return f"{path}: this is a folder (without pictures) where a picture was expected."


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
        except ValueRangeError as error:
            raise ImageError(
                f"{path}: its values are not those of a picture ({clause(error)}). Scale them, "
                "or export 8 or 16 bits."
            ) from error
        except _DAMAGE as error:
            raise ImageError(
                f"{path}: the file is damaged or cut off ({clause(error)}). Copy or export "
                "it again."
            ) from error
        finally:
            Image.MAX_IMAGE_PIXELS = limit
            for warning in caught:
                _log.info("%s: %s", path, warning.message)


def _open(path: Path, data: bytes, limits: Limits) -> Image.Image:
    Image.init()
    readers = [name for name in formats.PILLOW_READERS if name in Image.OPEN]
    image = Image.open(io.BytesIO(data), formats=readers)
    kind = "plain" if _is_plain(image, data) else "converted"
    check_size(path, image.size, kind, len(data), limits)
    return image


def _is_plain(image: Image.Image, data: bytes) -> bool:
    """Whether decoding takes little memory: 8 bits, no alpha, no colors to convert."""
    info = image.info
    described = "icc_profile" in info or "gamma" in info or b"cICP" in data[:4096]
    return (
        image.format in ("JPEG", "MPO", "PNG", "BMP", "GIF", "PPM", "TIFF")
        and image.mode in ("1", "L", "P", "RGB", "CMYK")
        and not (described or "transparency" in info or is_deep_png(image, data))
    )
