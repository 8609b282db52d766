"""Results in the formats that visitors ask for."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from facestyle.errors import UsageError
from facestyle.io.images import read_image, write_image

FILES = frozenset({"result.png", "result.mp4", "labels.png", "matte.png"})
FORMATS = ("png", "jpg", "tif", "webp")


def png_bytes(pixels: np.ndarray) -> bytes:
    """A picture, (H, W, 3) or (H, W, 4) uint8, as a PNG file's content."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def result_as(folder: Path, suffix: str) -> Path | None:
    """The result in a folder as a file of some format; a clip stays what it is.

    Parameters
    ----------
    folder : Path
    suffix : str
        One of `FORMATS`.

    Returns
    -------
    Path or None
        None where there is no result.

    Raises
    ------
    UsageError
        If there is no such format.
    """
    clip, picture = folder / "result.mp4", folder / "result.png"
    if clip.is_file():
        return clip
    if not picture.is_file():
        return None
    if suffix not in FORMATS:
        raise UsageError(f"'{suffix}': expected {', '.join(FORMATS)}")
    path = picture.with_suffix(f".{suffix}")
    if not path.is_file():
        found = read_image(picture)
        write_image(path, replace(found, alpha=None) if suffix == "jpg" else found)
    return path
