"""How large pictures may be: a picture of a few kilobytes can ask for all of a machine's memory.

Two limits, each with an environment variable that overrides it:

- pixels: 200 million, ``FACESTYLE_MAX_PIXELS`` (the largest phone cameras have just as many);
- memory: 4 GiB for the file and everything that is made of it on the way to an array of floats,
  ``FACESTYLE_MAX_BYTES``. That is 200 megapixels of a photo with 8 bits a channel, and 119 of one
  with more bits, an opacity or a profile.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from facestyle.errors import ImageError, UsageError

MAX_PIXELS = 200_000_000  # above the largest cameras; a picture of floats then takes 2.4 GB
MAX_BYTES = 4 * 2**30  # room for the former, see above; a classic TIFF cannot address more
_LARGEST_SIDE = 2**31 - 1  # px: PNG's own limit (third edition, 11.2.1); others are narrower

# Peak memory of `read_image` besides the file itself, bytes a pixel. Measured as the growth of the
# largest resident size on 23 files of 24 megapixels: 20.6 to 21.6 for JPEG, PNG, GIF and TIFF of
# 8 bits; at most 35.3 with alpha or a profile, for WebP, AVIF, HEIC, for 16 bits and floats.
BYTES_PER_PIXEL = {"plain": 21, "converted": 36}


@dataclass(frozen=True)
class Limits:
    """What is read at most.

    Attributes
    ----------
    pixels : int
    bytes : int
        Memory, see the module.
    """

    pixels: int
    bytes: int


def current_limits(max_pixels: int | None = None, max_bytes: int | None = None) -> Limits:
    """Limits from arguments, else from the environment, else the defaults.

    Raises
    ------
    UsageError
        If an environment variable holds no positive whole number.
    """
    return Limits(
        max_pixels or _from_environment("FACESTYLE_MAX_PIXELS", MAX_PIXELS),
        max_bytes or _from_environment("FACESTYLE_MAX_BYTES", MAX_BYTES),
    )


def check_size(
    path: Path, size: tuple[int, int], kind: str, file_bytes: int, limits: Limits
) -> None:
    """Raise, before anything is decoded, if a picture is larger than what is read.

    Parameters
    ----------
    path : Path
        For the message.
    size : (int, int)
        Width and height, as the file's header has them.
    kind : str
        Key of `BYTES_PER_PIXEL`.
    file_bytes : int
        Length of the file.
    limits : Limits

    Raises
    ------
    ImageError
    """
    width, height = size
    pixels = width * height
    if not (0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE):
        raise ImageError(f"{path}: says it has {width} x {height} pixels; the file is damaged.")
    if pixels > limits.pixels:
        raise ImageError(
            f"{path}: {width} x {height} is {pixels / 1e6:.0f} megapixels; at most "
            f"{limits.pixels / 1e6:.0f} are read. Make it smaller first, or raise "
            "FACESTYLE_MAX_PIXELS."
        )
    needed = pixels * BYTES_PER_PIXEL[kind] + file_bytes
    if needed > limits.bytes:
        raise ImageError(
            f"{path}: reading {width} x {height} pixels takes up to {needed / 2**30:.1f} GiB of "
            f"memory; at most {limits.bytes / 2**30:.1f} are used. Make it smaller first, or "
            "raise FACESTYLE_MAX_BYTES."
        )


def _from_environment(name: str, default: int) -> int:
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and int(text) > 0):
        raise UsageError(f"{name} is {text!r}; expected a whole number above 0.")
    return int(text)
