"""Results of earlier runs among the pictures that were found: they are no inputs again."""

import os
import warnings
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from facestyle.files import open_regular
from facestyle.io.images.inputs import InputFile
from facestyle.io.images.metadata import EXIF_DAMAGE

SOFTWARE = "facestyle"
"""What `write_image` is to name as the maker of a result (EXIF's Software)."""

_SOFTWARE_TAG = 0x0131
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP")
_SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp"})


def identity(path: Path) -> str:
    """The file that a name stands for."""
    return os.path.realpath(path)  # never raises, as resolve() does for loops of links


def without_marked(inputs: Sequence[InputFile]) -> list[InputFile]:
    """Leave out pictures that were found and name this program as their maker.

    A folder of nothing but results is taken as it is: the user wants them drawn again.
    """
    marked = {id(item) for item in inputs if item.found and is_result(item.path)}
    kept = [item for item in inputs if id(item) not in marked]
    return kept if any(item.found for item in kept) else list(inputs)


def is_in_results(item: InputFile, folder: Path) -> bool:
    """Whether an input was found in an output folder that lies below the folder searched."""
    if not item.found or not item.relative.parts:
        return False
    root = Path(*item.path.parts[: -len(item.relative.parts)])
    inner, outer = identity(folder), identity(root)
    below = inner != outer and Path(inner).is_relative_to(outer)
    return below and Path(identity(item.path)).is_relative_to(inner)


def is_result(path: Path) -> bool:
    """Whether a picture names this program as its maker; only its beginning is read."""
    if path.suffix.lower() not in _SUFFIXES:
        return False
    try:
        with warnings.catch_warnings(), open_regular(path) as file:
            warnings.simplefilter("ignore")
            with Image.open(file, formats=list(_FORMATS)) as image:
                if image.format != "TIFF" and "exif" not in image.info:
                    return False  # getexif() would decode a PNG whole to look behind its pixels
                return str(image.getexif().get(_SOFTWARE_TAG, "")).rstrip("\0") == SOFTWARE
    except (*EXIF_DAMAGE, Image.DecompressionBombError):
        return False
