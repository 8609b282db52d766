"""Where spots are: each alone, in pieces, and in pixels of the picture.

What is done to a spot is done in a box around it: of 12 megapixels each look at the whole picture
takes longer than all that is done to the spot.
"""

from collections.abc import Iterator, Sequence
from itertools import product

import torch
import torch.nn.functional as F

_CELL = 4  # px: side of a cell

Box = tuple[slice, slice]


def apart(spots: torch.Tensor) -> Iterator[torch.Tensor]:
    """Yield every spot of a mask (h, w) alone: the cells that touch each other.

    Not by OpenCV: networks run, and are trained, where it is not installed.
    """
    left = dict.fromkeys((row, column) for row, column in spots.nonzero().tolist())
    while left:
        first = next(iter(left))
        del left[first]
        cells = [first]
        for row, column in cells:  # which grows
            for near in product((row - 1, row, row + 1), (column - 1, column, column + 1)):
                if near in left:
                    del left[near]
                    cells.append(near)
        spot = torch.zeros_like(spots, dtype=torch.bool)
        rows, columns = zip(*cells, strict=True)
        spot[list(rows), list(columns)] = True
        yield spot


def pieces(spot: torch.Tensor, side: int) -> Iterator[torch.Tensor]:
    """Yield the cells of a spot (h, w) in squares."""
    rows, columns = (torch.arange(n, device=spot.device) // side for n in spot.shape)
    places = rows[:, None] * len(columns) + columns
    for place in places[spot].unique():
        yield spot & (places == place)


def box_of(spot: torch.Tensor, size: Sequence[int], rim: int) -> tuple[Box, torch.Tensor]:
    """Return rows and columns of a spot with a rim around it, and where in these it is.

    Parameters
    ----------
    spot : torch.Tensor
        (h, w), of cells; not empty.
    size : (int, int)
        Of the picture, px.
    rim : int
        px.
    """
    cells = _box(spot, 1, spot.shape)
    found = F.interpolate(spot[cells][None, None].float(), scale_factor=_CELL, mode="bilinear") > 0
    rows, columns = (
        slice(_CELL * side.start, min(_CELL * side.stop, most))
        for side, most in zip(cells, size, strict=True)
    )
    own = found[0, 0, : max(0, rows.stop - rows.start), : max(0, columns.stop - columns.start)]
    if not own.any():
        return (rows, columns), own
    near = _box(own, 0, own.shape)
    box = _box(own, rim, size, (rows.start, columns.start))
    whole = own.new_zeros([side.stop - side.start for side in box])
    top, left = (
        at.start + n.start - side.start
        for at, n, side in zip((rows, columns), near, box, strict=True)
    )
    own = own[near]
    whole[top : top + own.shape[0], left : left + own.shape[1]] = own
    return box, whole


def _box(mask: torch.Tensor, rim: int, size: Sequence[int], corner: Sequence[int] = (0, 0)) -> Box:
    """Return the rows and columns of a mask with a rim around it.

    Parameters
    ----------
    mask : torch.Tensor
        (h, w), not empty.
    rim : int
    size : (int, int)
        Of the whole, that the rim ends at.
    corner : (int, int)
        Where in the whole the mask begins.
    """
    sides = []
    for axis, most, first in zip((1, 0), size, corner, strict=True):
        hit = mask.any(axis).nonzero() + first
        sides.append(slice(max(0, int(hit[0]) - rim), min(most, int(hit[-1]) + 1 + rim)))
    return sides[0], sides[1]
