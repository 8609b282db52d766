"""Cutting a picture into tiles whose network features join without a trace.

A tile carries a halo as wide as the network sees. Its core is aligned to the pooling grid, so
the features of the core are those of the whole picture, exactly.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch

ALIGNMENT = 16  # pixels between units of VGG's fifth block


@dataclass(frozen=True)
class Span:
    """Core [start, stop) and core with halo [outer_start, outer_stop), in pixels of one axis."""

    start: int
    stop: int
    outer_start: int
    outer_stop: int


@dataclass(frozen=True)
class Tile:
    """A rectangle of the picture and the halo around it."""

    rows: Span
    columns: Span

    def cut(self, picture: torch.Tensor) -> torch.Tensor:
        """Return the tile with its halo out of a (..., H, W) picture."""
        rows, columns = self.rows, self.columns
        return picture[
            ..., rows.outer_start : rows.outer_stop, columns.outer_start : columns.outer_stop
        ]

    def core_of_features(self, features: torch.Tensor, stride: int) -> torch.Tensor:
        """Return the core's units out of the features (..., h, w) of the tile with its halo."""
        rows, columns = self.rows, self.columns
        top = (rows.start - rows.outer_start) // stride
        left = (columns.start - columns.outer_start) // stride
        height, width = self._core_units(stride)
        return features[..., top : top + height, left : left + width]

    def core_of_map(self, values: torch.Tensor, stride: int) -> torch.Tensor:
        """Return the core's units out of a map (..., h, w) of the whole picture's units."""
        top, left = self.rows.start // stride, self.columns.start // stride
        height, width = self._core_units(stride)
        return values[..., top : top + height, left : left + width]

    def _core_units(self, stride: int) -> tuple[int, int]:
        rows, columns = self.rows, self.columns
        height = rows.stop // stride - rows.start // stride
        return height, columns.stop // stride - columns.start // stride


def cut_tiles(height: int, width: int, size: int | None, halo: int) -> list[Tile]:
    """Cut a picture into tiles.

    Parameters
    ----------
    height, width : int
        Size of the picture in pixels.
    size : int or None
        Largest side of a tile's core in pixels; None leaves the picture whole.
    halo : int
        Pixels that the network sees beyond a block of units (`LossNetwork.halo`).

    Returns
    -------
    list of Tile
        Row by row. The cores cover the picture without overlap.
    """
    size = max(height, width) if size is None else size
    return [
        Tile(rows, columns)
        for rows in _spans(height, size, halo)
        for columns in _spans(width, size, halo)
    ]


def _spans(length: int, size: int, halo: int) -> Iterator[Span]:
    """Yield equal spans of at most `size`, aligned to the pooling grid."""
    count = max(1, -(-length // size))
    step = max(ALIGNMENT, -(-length // (count * ALIGNMENT)) * ALIGNMENT)
    margin = -(-halo // ALIGNMENT) * ALIGNMENT
    starts = range(0, length, step)
    # A sliver at the end has no unit of its own at the deepest layers: the span before takes it.
    bounds = [start for start in starts if start == 0 or length - start >= ALIGNMENT] + [length]
    for start, stop in pairwise(bounds):
        yield Span(start, stop, max(0, start - margin), min(length, stop + margin))
