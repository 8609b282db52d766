"""Integers as dlib packs them: a byte with sign and length, then that many bytes."""

# mypy: allow-untyped-defs

from numba import njit


@njit(cache=True)
def unpack(data, start, values):
    """Read `len(values)` integers of uint8 `data` from `start` on; returns the end, or -1.

    -1 tells that the data end too early or are no packed integers.
    """
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
