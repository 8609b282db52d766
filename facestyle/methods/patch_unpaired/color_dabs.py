"""How strong dabs of color are on an exemplar's plain skin: forms may follow the photo less.

The band of the photo's forms is that of dabs, too. What brings it to the photo takes them back, and
a face that was painted in dabs looked like a photograph on canvas.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.faces.regions import SKIN
from facestyle.methods.patch_unpaired.pictures import depth_inside

# Face widths: the band of dabs, the area over which they are strong or weak, and how far plain skin
# is from features
_FINE, _BROAD, _AREA, _INSIDE = 0.006, 0.02, 0.03, 0.03
# Strength at which forms begin to follow the photo less, and at which they do as far as they ever
# do. 27 photographs have .007, bundled paintings .012 and .013: those stay as they are. Pastel and
# mosaics have .018 and .019, colored pencil .023, three sets of paintings in dabs .025 to .028
_WEAK, _STRONG = 0.015, 0.027
_FEW = 50  # pixels of plain skin, below which nothing is known


def dab_strength(lab: np.ndarray, region_map: np.ndarray, face_width: float) -> float:
    """Measure the dabs on an exemplar's plain skin.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab of 1.
    region_map : (H, W) uint8
        Regions.
    face_width : float
        px.

    Returns
    -------
    float
        Median of the local RMS of color that does not go along with luminance, as that of lines in
        one ink does; NaN where too little skin is plain.
    """
    plain = depth_inside(region_map == SKIN) > _INSIDE * face_width
    if plain.sum() < _FEW:
        return float("nan")
    fine, broad, area = (max(0.5, share * face_width) for share in (_FINE, _BROAD, _AREA))
    band = cv2.GaussianBlur(lab, (0, 0), fine) - cv2.GaussianBlur(lab, (0, 0), broad)
    light, colors = band[..., :1], band[..., 1:]
    own = light[plain]
    slopes = (own * colors[plain]).sum(axis=0) / ((own * own).sum() + np.float32(1e-9))
    rest = colors - light * slopes
    energy = cv2.GaussianBlur((rest * rest).sum(axis=-1), (0, 0), area)
    return float(np.sqrt(np.median(energy[plain])))


def looseness(strengths: Sequence[float]) -> float:
    """How much less forms follow the photo in the dabs of some exemplars.

    Parameters
    ----------
    strengths : sequence of float
        From `dab_strength`.

    Returns
    -------
    float
        From 0, as they do in fine strokes and washes, to 1.
    """
    known = [own for own in strengths if np.isfinite(own)]
    if not known:
        return 0.0
    return float(np.clip((np.median(known) - _WEAK) / (_STRONG - _WEAK), 0, 1))
