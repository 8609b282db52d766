"""Camera raw files: recognized, and developed by LibRaw (rawpy) where that is installed.

They also hold small finished pictures, which other readers take for the picture.
"""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import ImageError, MissingDependencyError
from facestyle.io.images import boxes
from facestyle.io.images.formats import RAW_SUFFIXES
from facestyle.io.images.limits import Limits, check_size
from facestyle.io.images.pixels import to_unit
from facestyle.io.images.tiff_tags import TiffTags

FloatImage = NDArray[np.float32]

_SIGNATURES = (
    *(b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM"),
    *(b"ARRI", b"BobB"),
)


def is_raw(path: Path, data: bytes, tags: TiffTags | None) -> bool:
    """Whether a file holds what a camera's sensor measured.

    Parameters
    ----------
    path : Path
    data : bytes
        The whole file.
    tags : TiffTags or None
        Its tags, where it is a TIFF: DNG, NEF, ARW, PEF, CR2 and others are.
    """
    if data.startswith(_SIGNATURES) or data[8:10] == b"CR" or boxes.brand(data) == b"crx ":
        return True
    return tags is not None and (tags.is_raw or path.suffix.lower() in RAW_SUFFIXES)


def develop(path: Path, data: bytes, limits: Limits) -> FloatImage:
    """Develop a raw file: the camera's white balance, sRGB, upright.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The whole file.
    limits : Limits

    Returns
    -------
    (H, W, 3) float32 in [0, 1]

    Raises
    ------
    MissingDependencyError
        If rawpy is not installed.
    ImageError
        If LibRaw does not know the camera, or the file is damaged or too large.
    """
    try:
        import rawpy
    except ImportError:
        raise MissingDependencyError(
            "rawpy",
            f"{path}: a camera raw file. Export it as JPEG or TIFF from the camera's program; "
            "developing it here",
            "raw",
        ) from None
    try:
        with rawpy.imread(io.BytesIO(data)) as raw:
            size = (raw.sizes.width, raw.sizes.height)
            check_size(path, size, "converted", len(data), limits)
            values = raw.postprocess(
                use_camera_wb=True,
                output_bps=16,
                output_color=rawpy.ColorSpace.sRGB,
                gamma=(2.4, 12.92),  # sRGB's curve; LibRaw's default is BT.709's
            )
    except (rawpy.LibRawError, ValueError, RuntimeError, OSError) as error:
        reason = error.args[0] if error.args else error
        reason = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
        raise ImageError(
            f"{path}: a camera raw file that LibRaw cannot develop ({reason}). Export it as JPEG "
            "or TIFF from the camera's program."
        ) from error
    return to_unit(values)
