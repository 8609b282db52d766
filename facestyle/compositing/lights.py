"""Lights out of focus behind an exemplar's person, where most of a look's exemplars show such."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.compositing.background import LOWEST, surely_background
from facestyle.faces import Portrait

# inter-ocular distances: from the person to the first light, until it is whole, and of a blur that
# takes grain
_MARGIN, _RISE, _BLUR = 0.2, 0.15, 0.04
# RGB of 1 above the smooth ground at which lights begin, and are whole
_BEGINS, _WHOLE = 0.02, 0.06


def with_lights(portrait: Portrait, ground: np.ndarray) -> tuple[np.ndarray, float]:
    """Put what is lighter than an exemplar's smooth background back into it.

    Behind the person nothing is known: the ground stays smooth there.

    Parameters
    ----------
    portrait : Portrait
        The exemplar, at the size that the lights are wanted in.
    ground : (h, w, 3) float32
        From `facestyle.compositing.background.smooth_background`.

    Returns
    -------
    (H, W, 3) float32
        sRGB, of the portrait's size.
    float
        Share of what is seen of the background that lights cover, in [0, 1].
    """
    size, unit = portrait.matte.shape[::-1], portrait.face.inter_ocular
    smooth = cv2.resize(ground, size, interpolation=cv2.INTER_CUBIC)
    known = surely_background(portrait.matte, max(3, round(2 * _MARGIN * unit)))
    known[int(LOWEST * size[1]) :] = 0
    if not known.any():
        return smooth, 0.0
    depth = cv2.distanceTransform(np.pad(known.astype(np.uint8), 1, mode="edge"), cv2.DIST_L2, 3)
    seen = np.minimum(depth[1:-1, 1:-1] / np.float32(_RISE * unit), 1)
    lighter = np.maximum(cv2.GaussianBlur(portrait.image, (0, 0), _BLUR * unit) - smooth, 0)
    shown = np.clip((lighter.max(axis=-1) - _BEGINS) / (_WHOLE - _BEGINS), 0, 1) * seen
    return np.clip(smooth + shown[..., None] * lighter, 0, 1), float(shown.sum() / seen.sum())
