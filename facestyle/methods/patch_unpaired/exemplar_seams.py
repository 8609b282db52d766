"""Tones on both sides of a seam between two exemplars, brought together.

The last correction follows the photo as far as strokes allow: of a step between two exemplars in
one forehead, or one head of hair, a part stays. What stays of it on this side is made what stays on
the other.
"""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.regions import CLOTHES, HAIR, NOSE, SKIN
from facestyle.methods.patch_unpaired.pictures import masked_mean

# in face widths; that of `background_seams.py`
_SIGMA = 0.03
# Regions that are of one kind. Features are left out: they are too small to have seams
_KINDS = ((SKIN, NOSE), (HAIR,), (CLOTHES,))
# Share of its surroundings at which half of what an exemplar differs by is taken back: of single
# pixels' strokes nothing would be left. A round island three pixels wide has .07 at a face width
# of 272 px
_FEW = 0.02
_LEAST_SHARE = np.float32(1e-3)  # of a kind in its surroundings


def meeting_exemplars(
    rest: np.ndarray, region_map: np.ndarray, origins: np.ndarray, face_width: float
) -> np.ndarray:
    """Find what makes tones and colors meet where exemplars do.

    Parameters
    ----------
    rest : (h, w, 3) float32
        What the picture lacks of its target, Lab of 1: steps of the photo are no seams.
    region_map : (h, w) uint8
        Regions.
    origins : (h, w) int32
        Exemplar that each pixel comes from.
    face_width : float
        px.

    Returns
    -------
    (h, w, 3) float32
        What to add.
    """
    change = np.zeros_like(rest)
    sigma = _SIGMA * face_width
    step = max(1, int(sigma / 2))
    size = (region_map.shape[1], region_map.shape[0])
    for regions in _KINDS:
        kind = np.isin(region_map, regions)
        areas = np.bincount(origins[kind])
        exemplars = np.flatnonzero(areas > sigma**2)  # smaller ones are no pieces
        if np.count_nonzero(areas) < 2:
            continue
        total, everywhere = masked_mean(rest, kind, sigma, step)
        for exemplar in exemplars:
            piece = kind & (origins == exemplar)
            weight, own = masked_mean(rest, piece, sigma, step)
            share = weight / np.maximum(total, _LEAST_SHARE)
            differs = (share / (share + np.float32(_FEW)))[..., None] * (own - everywhere)
            cv2.copyTo(cv2.resize(differs, size), piece.astype(np.uint8), change)
    return change
