"""JPEG files without their last bytes, as interrupted copies and sloppy programs leave them.

libjpeg fills what is missing with gray and says nothing. What it filled shows when the file is
decoded a second time with other bytes in place of the missing ones: whatever differs was made up.
"""

import io

import numpy as np
from PIL import Image

_END = b"\xff\xd9"  # EOI
_START_OF_IMAGE = b"\xff\xd8\xff"
_MOST_LOST_ROWS = 16  # one row of blocks
# zeros, and bytes that are no marker and no run of zeros
_FILLERS = (b"", bytes((37 * k + 11) % 251 for k in range(4096)))


def with_its_end(data: bytes) -> tuple[bytes, int] | None:
    """Complete a JPEG that lacks no more than its last bytes.

    Parameters
    ----------
    data : bytes
        A JPEG file that Pillow finds cut off.

    Returns
    -------
    data : bytes
        The file with an end.
    lost : int
        Rows at the bottom that are not whole.
    None
        If more than a row of blocks is lost.
    """
    if not data.startswith(_START_OF_IMAGE):
        return None
    body = data.rstrip(b"\xff") if data.endswith(b"\xff") else data
    try:
        first, second = (_pixels(body + filler + _END) for filler in _FILLERS)
    except (OSError, SyntaxError, ValueError):
        return None
    if first.shape != second.shape:
        return None
    differing = np.flatnonzero((first != second).reshape(len(first), -1).any(axis=1))
    lost = 0 if differing.size == 0 else len(first) - int(differing[0])
    return (body + _END, lost) if lost <= _MOST_LOST_ROWS else None


def _pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        return np.asarray(image)
