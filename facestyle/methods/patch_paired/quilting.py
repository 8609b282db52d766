"""Chosen patches joined along minimum-error cuts."""

from __future__ import annotations

import numpy as np

from facestyle.methods.patch_paired.grid import Grid


def quilt(patches: np.ndarray, grid: Grid, under: np.ndarray) -> np.ndarray:
    """Join overlapping patches without averaging them.

    Parameters
    ----------
    patches : (h, w, C, q, q) float32
    grid : Grid
    under : (H, W, C) float32
        Picture that lies under the patches.

    Returns
    -------
    (H, W, C) float32
    """
    from facestyle.kernels.quilting import quilt as place

    result = grid.pad(np.moveaxis(under, 2, 0))
    place(patches, grid.nodes, result)
    return grid.crop(result)
