"""Black wedges that rotating and cropping leave along a picture's border."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.row_bands import row_bands

_BLACK = 10 / 255  # darker than hair in a photograph or charcoal on paper
_GROW = 4  # px of resampled edge around a wedge


def black_borders(image: np.ndarray) -> np.ndarray:
    """Mark the black areas that touch the picture's border.

    Parameters
    ----------
    image : (H, W, C) float32
        In [0, 1].

    Returns
    -------
    (H, W) bool
    """
    height, width = image.shape[:2]
    black = np.empty((height, width), np.uint8)
    for rows in row_bands(height, width):
        black[rows] = image[rows].max(axis=2) < _BLACK
    count, components = cv2.connectedComponents(black, connectivity=4)
    rim = np.concatenate([components[0], components[-1], components[:, 0], components[:, -1]])
    at_rim = np.zeros(count, np.uint8)
    at_rim[rim] = 1
    at_rim[0] = 0  # what is not black
    wedges = at_rim[components]
    return cv2.dilate(wedges, np.ones((2 * _GROW + 1,) * 2, np.uint8)) > 0


def fill_black_borders(image: np.ndarray) -> np.ndarray:
    """Replace black borders by the nearest pixel inside.

    Parameters
    ----------
    image : (H, W, C) float32
        In [0, 1].

    Returns
    -------
    (H, W, C) float32
        The picture itself where it has no such border.
    """
    wedges = black_borders(image)
    if not wedges.any() or wedges.all():
        return image
    _, nearest = cv2.distanceTransformWithLabels(
        wedges.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    height, width = wedges.shape
    labels = np.zeros(nearest.max() + 1, np.int32)  # of each label, where it is
    for rows in row_bands(height, width):
        inside = np.flatnonzero(~wedges[rows])
        labels[nearest[rows].ravel()[inside]] = inside + rows.start * width
    filled = image.copy()
    pixels = image.reshape(-1, image.shape[2])
    for rows in row_bands(height, width):
        black = wedges[rows]
        filled[rows][black] = pixels[labels[nearest[rows][black]]]
    return filled
