"""The matte's edge, decided again by colour: how much a pixel looks like either side."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.guided_filter import box_filter

# half the width of the band around the edge, and the windows' radius, in inter-ocular distances
_BAND = 0.04
_WINDOW = 0.09
# squared colour difference of the two sides at which colour and matte weigh alike
_CONTRAST = 0.02


def decide_edge(image: np.ndarray, matte: np.ndarray, inter_ocular: float) -> np.ndarray:
    """Recompute the opacity of the pixels near the matte's edge.

    In a narrow band, opacity is where the pixel's colour lies on the line from the local
    background's mean to the local foreground's; where the two colours are alike, the matte stays.
    A coarse mask leaves a rim of background on the person, and this removes it.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    matte : (H, W) float32
    inter_ocular : float
        px.

    Returns
    -------
    (H, W) float32
        In [0, 1].
    """
    reach = max(1, round(_BAND * inter_ocular))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    inside = cv2.erode((matte > 0.95).astype(np.float32), kernel)
    outside = cv2.erode((matte < 0.05).astype(np.float32), kernel)
    size = 2 * max(2, round(_WINDOW * inter_ocular)) + 1
    front, front_weight = _local_mean(image, inside, size)
    back, back_weight = _local_mean(image, outside, size)
    line = front - back
    contrast = (line * line).sum(axis=-1)
    position = ((image - back) * line).sum(axis=-1) / (contrast + 1e-6)
    # stretched a little, so that texture on either side does not become half transparent
    by_colour = np.clip((position - 0.1) / 0.75, 0, 1)
    trust = contrast / (contrast + np.float32(_CONTRAST))
    trust *= (front_weight > 0.02) * (back_weight > 0.02) * (1 - np.maximum(inside, outside))
    trust = cv2.blur(trust, (3, 3))
    return (matte + trust * (by_colour - matte)).astype(np.float32)


def _local_mean(image: np.ndarray, weight: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean colour of the weighted pixels in each window, and how much of it they fill."""
    total = box_filter(weight, size)
    return box_filter(image * weight[..., None], size) / (total[..., None] + 1e-4), total
