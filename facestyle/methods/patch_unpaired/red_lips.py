"""Lips in styles without colors: red is darker there, or painted lips would be as pale as skin.

An artist who has one pencil draws the contrast of red lips by tone; their luminance alone has
little of it.
"""

from __future__ import annotations

import numpy as np

from facestyle.faces.regions import LIP, SKIN
from facestyle.methods.patch_unpaired.pictures import soft_mask

# Lab of 1, a over that of skin. Of 20 portraits twelve unpainted mouths have .04 to .19
_UNPAINTED = 0.14
_DARKER = 0.35  # luminance for each a beyond (by eye, four painted mouths in three styles)
_COLORED = 0.015  # spread of an exemplar's colors from which a style has red of its own


def with_dark_lips(
    lab: np.ndarray, region_map: np.ndarray, spread: float, face_width: float
) -> np.ndarray:
    """Darken what is redder in lips than unpainted ones are.

    Parameters
    ----------
    lab : (h, w, 3) float32
        Lab of 1.
    region_map : (h, w) uint8
    spread : float
        Of the style's colors; see `sitter_colors.color_spread`.
    face_width : float
        px.

    Returns
    -------
    (h, w, 3) float32
        The same where a style has colors.
    """
    gray = 1 - min(spread / _COLORED, 1.0)
    lips, skin = region_map == LIP, region_map == SKIN
    if gray <= 0 or not lips.any() or not skin.any():
        return lab
    usual = float(np.median(lab[..., 1][skin])) + _UNPAINTED
    redness = np.maximum(lab[..., 1] - np.float32(usual), 0)
    share = soft_mask(region_map, (LIP,), face_width)
    result = lab.copy()
    result[..., 0] -= np.float32(_DARKER * gray) * share * redness
    return result
