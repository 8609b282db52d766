"""A match (source and offset) packed into one integer, so that matches compare at once."""

# mypy: allow-untyped-defs

import numpy as np

from facestyle.kernels.compiling import compiled

OUTSIDE = -1  # the key of a place outside the field
_BITS = 20
_HALF = 1 << (_BITS - 1)  # offsets lie between -_HALF and _HALF
_MASK = (1 << _BITS) - 1


@compiled(inline=True)
def _pack(k, dy, dx):
    """Key, int64 above 0, of source k at an offset of (dy, dx) from the pixel that it fills."""
    return (((np.int64(k) << _BITS) + dy + _HALF) << _BITS) + dx + _HALF


@compiled(inline=True)
def _unpack(key):
    """Source and offset of a key: k, dy, dx."""
    return key >> (2 * _BITS), ((key >> _BITS) & _MASK) - _HALF, (key & _MASK) - _HALF
