"""Edges between patches of unlike tone or color, which a picture has and its target has not."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.methods.patch_unpaired.pictures import wide_blur
from facestyle.methods.patch_unpaired.recipe import LOW_SIGMA

# Face widths: broader than strokes; and the area over which edges are strong or weak
_EDGE_SIGMA, _EDGE_AREA = 0.012, 0.04


def false_edges(rest: np.ndarray, face_width: float, strong: float | np.ndarray) -> np.ndarray:
    """Find the edges that a picture has and its target has not.

    Where patches of two kinds meet in one head of hair, the low band's correction leaves a step
    with a ramp on each side. Strokes are finer or weaker, and stay.

    Parameters
    ----------
    rest : (h, w) or (h, w, 2) float32
        What a picture lacks of its target's luminance or colors, Lab of 1.
    face_width : float
        px.
    strong : float, or (h, w) float32
        RMS at which half of an edge is found.

    Returns
    -------
    (h, w) or (h, w, 2) float32
        What to add.
    """
    fine, wide, area = (share * face_width for share in (_EDGE_SIGMA, LOW_SIGMA, _EDGE_AREA))
    band = cv2.GaussianBlur(rest, (0, 0), max(0.5, fine))
    band -= wide_blur(band, wide)
    square = band * band
    energy = wide_blur(square if square.ndim == 2 else square.sum(axis=-1), area)
    share = energy / (energy + np.float32(strong) ** 2)
    return np.asarray(band * (share if band.ndim == 2 else share[..., None]))
