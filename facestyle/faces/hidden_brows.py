"""Brows below a fringe: the landmarks tell where they are, and nothing is seen of them."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.face_coordinates import polygon_mask
from facestyle.imaging.color import to_lab

# Of hair above a brow, and of its color's difference from the brow's (Lab of 1): a face whose dark
# fringe hides both has .83 and .87, .002 and .000; of 46 others all have less than .72 or more than
# .1. Brows that a fringe touches have .25 to .72
_COVERED, _ALIKE = 0.77, 0.05
# face widths: what is looked at begins and ends so far from the brow
_BEGINS, _ENDS = 0.02, 0.07


def is_brow_hidden(
    image: np.ndarray, hair: np.ndarray, brow: np.ndarray, face_width: float
) -> bool:
    """Whether a brow lies below hair that goes on above it in the same color.

    Drawn as a brow, it was a smooth bar across the fringe.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    hair : (H, W) bool
        Where hair is.
    brow : (N, 2) float64
        Corners, xy px.
    face_width : float
        px.

    Returns
    -------
    bool
    """
    height, width = hair.shape
    reach = _ENDS * face_width + 2
    left, top = np.maximum(np.floor(brow.min(axis=0) - reach).astype(int), 0)
    right, bottom = np.ceil(brow.max(axis=0) + reach).astype(int) + 1
    box = slice(top, min(bottom, height)), slice(left, min(right, width))
    hair = hair[box]
    if not hair.any():
        return False
    corners = brow - np.array([left, top])
    own, near, around = (
        polygon_mask(hair.shape, corners, share * face_width) > 0 for share in (0, _BEGINS, _ENDS)
    )
    slope, offset = np.polyfit(corners[:, 0], corners[:, 1], 1)
    rows, columns = np.indices(hair.shape)
    above = around & ~near & (rows < slope * columns + offset)
    covered = above & hair
    if not own.any() or covered.sum() <= _COVERED * above.sum():
        return False
    lab = to_lab(cv2.blur(image[box], (3, 3)))
    return bool(np.linalg.norm(np.median(lab[own], 0) - np.median(lab[covered], 0)) < _ALIKE)
