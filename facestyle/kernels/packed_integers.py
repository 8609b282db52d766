"""Integers as dlib packs them: a byte with sign and length, then that many bytes."""

# mypy: allow-untyped-defs

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input
from facestyle.kernels.compiling import compiled


def unpack(data: NDArray[np.uint8], start: int, count: int) -> tuple[NDArray[np.int64], int]:
    """Read integers.

    Parameters
    ----------
    data : (N,) uint8
    start : int
        Index of the first byte, 0 or more.
    count : int
        How many integers to read.

    Returns
    -------
    values : (count,) int64
    end : int
        Index after the last byte read; -1 where the data end too early or are no packed integers.

    Raises
    ------
    ValueError
        `data` has another type, or `start` or `count` is negative.
    """
    data = as_input("data", data, np.uint8, (None,))
    if start < 0 or count < 0:
        raise ValueError(f"start, count: found {start}, {count}; expected 0 or more")
    values = np.empty(count, np.int64)
    return values, int(_unpack(data, int(start), values))


@compiled
def _unpack(data, start, values):
    position = start
    size = len(data)
    for index in range(len(values)):
        if position >= size:
            return -1
        length = data[position] & 0x0F
        negative = data[position] & 0x80
        position += 1
        if length > 8 or position + length > size:
            return -1
        value = 0
        for byte in range(length):
            value |= int(data[position + byte]) << (8 * byte)
        position += length
        values[index] = -value if negative else value
    return position
