"""Tones on both sides of a seam between two exemplars, brought together.

The last correction follows the photo as far as strokes allow: of a step between two exemplars in
one forehead, or one head of hair, a part stays. What stays of it on this side is made what stays on
the other.
"""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.regions import CLOTHES, HAIR, NOSE, SKIN

# in face widths; that of `background_seams.py`
_SIGMA = 0.03
# Regions that are of one kind. Features are left out: they are too small to have seams
_KINDS = ((SKIN, NOSE), (HAIR,), (CLOTHES,))
# Share of its surroundings at which half of what an exemplar differs by is taken back: of single
# pixels' strokes nothing would be left. A round island three pixels wide has .07 at a face width
# of 272 px
_FEW = 0.02
_LEAST_WEIGHT = 1e-3  # of a kind in its surroundings


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
    size = (region_map.shape[1], region_map.shape[0])
    for regions in _KINDS:
        kind = np.isin(region_map, regions)
        areas = np.bincount(origins[kind])
        exemplars = np.flatnonzero(areas > (_SIGMA * face_width) ** 2)  # smaller ones are no pieces
        if np.count_nonzero(areas) < 2:
            continue
        total, everywhere = _mean(rest, kind, _SIGMA * face_width)
        for exemplar in exemplars:
            piece = kind & (origins == exemplar)
            weight, own = _mean(rest, piece, _SIGMA * face_width)
            share = weight / np.maximum(total, np.float32(_LEAST_WEIGHT))
            differs = (share / (share + np.float32(_FEW)))[..., None] * (own - everywhere)
            cv2.copyTo(cv2.resize(differs, size), piece.astype(np.uint8), change)
    return change


def _mean(values: np.ndarray, mask: np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Share of a mask around each pixel, and the local mean of what it shows, on a reduced copy."""
    step = max(1, int(sigma / 2))
    size = (max(1, mask.shape[1] // step), max(1, mask.shape[0] // step))
    share, shown = (
        cv2.GaussianBlur(
            cv2.resize(picture, size, interpolation=cv2.INTER_AREA), (0, 0), sigma / step
        )
        for picture in (mask.astype(np.float32), cv2.copyTo(values, mask.astype(np.uint8)))
    )
    return share, shown / np.maximum(share, np.float32(_LEAST_WEIGHT))[..., None]
