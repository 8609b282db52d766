"""The grid of overlapping patches, and arrays padded so that no patch leaves them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from facestyle.kernels.patch_grid import PatchGrid

_HALF = 7  # patches of 15 x 15 px at the working scale
SPACING = 4  # px between nodes
RADIUS = 1  # px that a candidate may lie beside its node


@dataclass(frozen=True)
class Grid:
    """Centers of overlapping patches, in padded coordinates.

    Attributes
    ----------
    rows, columns : (h,), (w,) int64
    size : (int, int)
        Height and width of the picture without padding.
    zoom : int
        Enlargement over the working scale.
    """

    rows: np.ndarray
    columns: np.ndarray
    size: tuple[int, int]
    zoom: int = 1

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and columns of nodes."""
        return len(self.rows), len(self.columns)

    @property
    def half(self) -> int:
        """Patches reach this many px from their center."""
        return _HALF * self.zoom + (self.zoom - 1) // 2

    @property
    def nodes(self) -> PatchGrid:
        """The patches, as the kernels want them."""
        return PatchGrid(self.rows, self.columns, self.half)

    @property
    def side(self) -> int:
        """Side of a patch, px."""
        return 2 * self.half + 1

    @property
    def margin(self) -> int:
        """Padding on every side, px."""
        return (_HALF + RADIUS) * self.zoom + self.zoom // 2

    @property
    def padded_size(self) -> tuple[int, int]:
        """Height and width of padded pictures."""
        return self.size[0] + 2 * self.margin, self.size[1] + 2 * self.margin

    @property
    def places(self) -> np.ndarray:
        """Where the nodes lie in the picture without padding, (h, w, 2) xy px."""
        return np.stack(np.meshgrid(self.columns, self.rows), axis=2) - self.margin

    def every(self, step: int) -> Grid:
        """Keep every `step`-th row and column of nodes."""
        return replace(self, rows=self.rows[::step], columns=self.columns[::step])

    def zoomed(self, zoom: int) -> Grid:
        """Return the same nodes in a picture enlarged by an integer."""
        size = (self.size[0] * zoom, self.size[1] * zoom)
        enlarged = replace(self, size=size, zoom=self.zoom * zoom)
        shift = enlarged.margin - self.margin * zoom + zoom // 2
        return replace(enlarged, rows=self.rows * zoom + shift, columns=self.columns * zoom + shift)

    def at_nodes(self, image: np.ndarray) -> np.ndarray:
        """Pixels of an unpadded (H, W, ...) at the nodes, (h, w, ...)."""
        return image[np.ix_(self.rows - self.margin, self.columns - self.margin)]

    def pad(self, images: np.ndarray) -> np.ndarray:
        """Repeat the border pixels of (..., H, W) by the margin."""
        widths = [(0, 0)] * (images.ndim - 2) + [(self.margin, self.margin)] * 2
        return np.pad(images, widths, mode="edge")

    def crop(self, images: np.ndarray) -> np.ndarray:
        """Undo `pad`, and put the channels of (C, H, W) last."""
        m = self.margin
        return np.ascontiguousarray(np.moveaxis(images[:, m:-m, m:-m], 0, 2))


def make_grid(height: int, width: int) -> Grid:
    """Lay nodes from border to border of a picture at the working scale."""
    grid = Grid(_positions(height), _positions(width), (height, width))
    return replace(grid, rows=grid.rows + grid.margin, columns=grid.columns + grid.margin)


def _positions(length: int) -> np.ndarray:
    """Evenly spaced centers from the first pixel to the last."""
    return np.minimum(np.arange(0, length + SPACING - 1, SPACING), length - 1)
