"""Frames turned the right way up.

A phone records as its sensor lies and notes in the file how to turn the frames for display.
Frames are turned when they are read, and the result is written without that note: face detectors
and every player then see the same upright picture.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Orientation:
    """What brings a stored frame upright: rows and columns exchanged first, then flips."""

    transpose: bool = False
    flip_rows: bool = False
    flip_columns: bool = False

    def apply(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Turn a picture (H, W, C)."""
        if self.transpose:
            pixels = pixels.swapaxes(0, 1)
        rows = slice(None, None, -1 if self.flip_rows else 1)
        columns = slice(None, None, -1 if self.flip_columns else 1)
        return np.ascontiguousarray(pixels[rows, columns])


def read_orientation(frame: Any) -> Orientation:
    """Read the display matrix of a PyAV frame; angles are rounded to quarter turns.

    The matrix (a, b, u; c, d, v; x, y, w) sends the stored point (p, q) to (a p + c q, b p + d q)
    (ISO/IEC 14496-12, section 6.2.2).
    """
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return Orientation()
    a, b, _, c, d = np.frombuffer(bytes(data), dtype="<i4")[:5].astype(float)
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Orientation(False, flip_rows=d < 0, flip_columns=a < 0)
    return Orientation(True, flip_rows=b < 0, flip_columns=c < 0)
