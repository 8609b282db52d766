"""Tones on both sides of a seam between pieces of background, brought together."""

from __future__ import annotations

import numpy as np

from facestyle.methods.patch_unpaired.background import Background
from facestyle.methods.patch_unpaired.pictures import bounding_box, masked_mean

# of the tones compared on both sides, in face widths (six development sitters in charcoal and
# watercolor, by eye: twice as wide leaves short ledges)
_SIGMA = 0.03
_REACH = 4.0  # sigmas; OpenCV's kernels of float32 end there
_LARGEST_STEP = 1 << 20  # px; for one number of each piece


def softened_seams(picture: np.ndarray, background: Background, face_width: float) -> np.ndarray:
    """Find what makes the tones of neighboring pieces meet.

    Each pixel's tone in its own piece is replaced by that in all pieces: far from seams they are
    the same.

    Parameters
    ----------
    picture : (h, w, 3) float32
        The pieces in one low band, at the working size; Lab of 1.
    background : Background
    face_width : float
        px of the working size.

    Returns
    -------
    (h, w, 3) float32
        What to add; 0 where nothing is placed.
    """
    change = np.zeros_like(picture)
    pieces = numbered_pieces(background)
    if pieces.max() < 1:
        return change
    sigma = _SIGMA * face_width
    _, everywhere = masked_mean(picture, background.placed, sigma)
    for number in range(pieces.max() + 1):
        piece = pieces == number
        box = bounding_box(piece, int(np.ceil(_REACH * sigma)) + 1)
        own = piece[box]
        _, mean = masked_mean(picture[box], own, sigma)
        change[box][own] = (everywhere[box] - mean)[own]
    return change


def numbered_pieces(background: Background) -> np.ndarray:
    """Number of the piece that each pixel is copied from, (h, w) int; -1 where there is none."""
    placed = background.placed
    pieces = np.full(placed.shape, -1)
    if placed.any():
        steps = (background.places[placed] - np.argwhere(placed)).round().astype(int)
        codes = (background.layers[placed] * _LARGEST_STEP + steps[:, 0]) * _LARGEST_STEP
        pieces[placed] = np.unique(codes + steps[:, 1], return_inverse=True)[1]
    return pieces
