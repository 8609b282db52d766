"""What a file says besides its pixels: orientation, print resolution, and EXIF worth keeping."""

import math
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from PIL import Image

from facestyle.io.images.texts import left_out, png_texts

# What Pillow raises for EXIF of any kind of damage
EXIF_DAMAGE = (
    *(ValueError, SyntaxError, struct.error, OSError, KeyError, TypeError, IndexError),
    *(AttributeError, ZeroDivisionError, OverflowError, EOFError, RecursionError),
)

# tags of EXIF
_ORIENTATION = 0x0112
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128
_EXIF_IFD = 0x8769
_LONGEST_TEXT = 4096  # characters; a longer description is another program's data
_CENTIMETER = 2.54  # an inch
_KEPT = {
    0x010E,  # ImageDescription
    0x010F,  # Make
    0x0110,  # Model
    0x0132,  # DateTime
    0x013B,  # Artist
    0x8298,  # Copyright
}
# of those below, fractions and whole numbers; the others are texts
_RATIONALS = {0x829A, 0x829D, 0x920A}
_NUMBERS = {0x8827}
_KEPT_IN_EXIF_IFD = {
    0x829A,  # ExposureTime
    0x829D,  # FNumber
    0x8827,  # ISOSpeedRatings
    0x9003,  # DateTimeOriginal
    0x9004,  # DateTimeDigitized
    0x9010,  # OffsetTime
    0x9011,  # OffsetTimeOriginal
    0x9291,  # SubSecTimeOriginal
    0x920A,  # FocalLength
    0xA434,  # LensModel
}


@dataclass(frozen=True)
class FileFacts:
    """What a file says besides its pixels.

    Attributes
    ----------
    orientation : int
        EXIF orientation, 1 to 8, that is still to be applied.
    exif : bytes or None
        EXIF to write into the result.
    dpi : (float, float) or None
        Print resolution, pixels an inch, across and down.
    left_out : tuple of str
        Names of what results do not keep.
    """

    orientation: int = 1
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    left_out: tuple[str, ...] = ()


def read_facts(image: Image.Image) -> FileFacts:
    """Read them from a loaded picture; damaged parts count as absent."""
    orientation = read_orientation(image)
    dpi = read_dpi(image)
    if dpi is not None and orientation >= 5:
        dpi = dpi[::-1]
    try:
        lost = tuple(left_out(image))
    except EXIF_DAMAGE:
        lost = ()
    return FileFacts(orientation, kept_exif(image), dpi, lost)


def read_orientation(image: Image.Image) -> int:
    """EXIF orientation (1 to 8) that is still to be applied to a loaded picture's pixels."""
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except EXIF_DAMAGE:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def orient(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn pixels upright.

    Parameters
    ----------
    pixels : (H, W) or (H, W, C) ndarray
    orientation : int
        EXIF orientation, 1 (upright) to 8.

    Returns
    -------
    ndarray
        A view where possible; transposed for orientations 5 to 8.
    """
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def read_dpi(image: Image.Image) -> tuple[float, float] | None:
    """Print resolution, pixels an inch; None where the file states none."""
    try:
        if image.format in ("JPEG", "MPO") and image.info.get("jfif_unit") not in (1, 2):
            return _dpi_of_exif(image.getexif())  # Pillow gives 72 where there is none
        if image.format == "TIFF":
            return _dpi_of_exif(getattr(image, "tag_v2", {}))
        return _checked_dpi(*image.info["dpi"])
    except EXIF_DAMAGE:
        return None


def _dpi_of_exif(tags: Mapping[int, Any]) -> tuple[float, float] | None:
    unit = {2: 1.0, 3: _CENTIMETER}.get(tags.get(_RESOLUTION_UNIT, 2))
    if unit is None:  # a ratio of sides only
        return None
    across, down = (float(tags[tag]) * unit for tag in (_X_RESOLUTION, _Y_RESOLUTION))
    return _checked_dpi(across, down)


def _checked_dpi(across: float, down: float) -> tuple[float, float] | None:
    # PNG and JPEG have whole pixels a meter or centimeter: 300 dpi come back as 299.9994
    values = tuple(
        float(round(v)) if abs(v - round(v)) < 0.02 else float(v) for v in (across, down)
    )
    usable = all(math.isfinite(v) and 1 < v < 65536 for v in values)
    return (values[0], values[1]) if usable else None


def kept_exif(image: Image.Image) -> bytes | None:
    """EXIF to write into the result: camera, date, exposure, author; None if there is none.

    Orientation, place (GPS), thumbnail and maker notes describe the original and are left out, and
    so is every entry that is not what it should be: cameras and programs write all kinds of things.
    What a PNG's texts say of title, author and copyright is taken over.
    """
    kept = Image.Exif()
    try:
        source = image.getexif()
        kept.update({tag: text.encode() for tag, text in png_texts(image).items()})
        kept.update(_usable(source, _KEPT))
        details = dict(_usable(source.get_ifd(_EXIF_IFD), _KEPT_IN_EXIF_IFD))
        if details:
            kept.get_ifd(_EXIF_IFD).update(details)
        return bytes(kept.tobytes()) if len(kept) or details else None
    except EXIF_DAMAGE:
        return None  # damaged EXIF is no reason to refuse the picture


def _usable(source: Mapping[int, Any], tags: Iterable[int]) -> Iterable[tuple[int, Any]]:
    """Those of the tags whose value has the kind that the standard gives it."""
    for tag in sorted(tags):
        try:
            value = _clean(tag, source[tag])
            trial = Image.Exif()
            trial[tag] = value
            trial.tobytes()
        except EXIF_DAMAGE:
            continue
        yield tag, value


def _clean(tag: int, value: Any) -> Any:
    """Return a value as it is to be written; raises what `EXIF_DAMAGE` lists where it is none."""
    if tag in _NUMBERS:
        number = value[0] if isinstance(value, tuple) else value
        if not (isinstance(number, int) and 0 <= number < 65536):
            raise ValueError(f"no number: {value!r}")
        return value
    if tag in _RATIONALS:
        if not math.isfinite(float(value)):  # a denominator of 0 gives nan or an error
            raise ValueError(f"no finite number: {value!r}")
        return value
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise ValueError(f"no text: {type(value)}")
    return _as_it_was(tag, value)


def _as_it_was(tag: int, value: Any) -> Any:
    """Bytes of a text, where they are more than ASCII: Pillow would write question marks."""
    if tag in _KEPT and isinstance(value, str) and not value.isascii():
        return value.encode("latin-1")  # as which it was decoded, though most are UTF-8
    return value


def exif_entries(exif: bytes | None) -> dict[int, Any]:
    """Entries of the first level of an EXIF block that this module made."""
    if exif is None:
        return {}
    block = Image.Exif()
    block.load(exif)
    return {tag: _as_it_was(tag, block[tag]) for tag in block if tag != _EXIF_IFD}


def exif_details(exif: bytes | None) -> dict[int, Any]:
    """Entries of its second level, as `exif_entries`."""
    if exif is None:
        return {}
    block = Image.Exif()
    block.load(exif)
    return dict(block.get_ifd(_EXIF_IFD))


def exif_with(exif: bytes | None, entries: Mapping[int, Any]) -> bytes:
    """An EXIF block with further entries of the first level."""
    block = Image.Exif()
    block.update(exif_entries(exif))
    details = exif_details(exif)
    if details:  # an empty second level keeps Pillow from writing a TIFF
        block.get_ifd(_EXIF_IFD).update(details)
    block.update(entries)
    return bytes(block.tobytes())
