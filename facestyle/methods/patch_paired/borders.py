"""Black wedges that rotating and cropping leave along a picture's border."""

from __future__ import annotations

import cv2
import numpy as np

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
    black = (image.max(axis=2) < _BLACK).astype(np.uint8)
    _, components = cv2.connectedComponents(black, connectivity=4)
    rim = np.concatenate([components[0], components[-1], components[:, 0], components[:, -1]])
    wedges = np.isin(components, np.unique(rim[rim > 0])).astype(np.uint8)
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
    sources = np.zeros((nearest.max() + 1, image.shape[2]), np.float32)
    sources[nearest[~wedges]] = image[~wedges]
    return np.where(wedges[..., None], sources[nearest], image)
