"""Where a place lies between the samples of a row, for kernels that interpolate."""

# mypy: allow-untyped-defs

import numpy as np

from facestyle.kernels.compiling import compiled


@compiled(inline=True)
def _cell(position, size):
    """The cell of a place in a row of samples, and the share of the cell's second end."""
    position = min(max(position, np.float32(0)), np.float32(size - 1))
    first = min(int(position), max(size - 2, 0))
    return first, position - np.float32(first)
