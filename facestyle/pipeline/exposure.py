"""Underexposed pictures are stylized as if they had been exposed as pictures usually are.

A look has the tones of exemplars; a face keeps its place among faces, so a dim photo was a gray
drawing, and black in noir.
"""

from __future__ import annotations

import logging

import cv2
import numpy as np

from facestyle.imaging.color import to_lab
from facestyle.row_bands import row_bands
from facestyle.srgb_curve import light_to_srgb, srgb_to_light

_LOG = logging.getLogger(__name__)
_LONGEST = 400  # px of the copy that is measured
_WHITE = 99.5  # percentile of L: lamps and glints are few
# White, L of 1, below which a picture is dim, and what it is exposed to; and from which it is dim
# for sure. Of some 270 photographs and paintings the darkest have .64, .72 and .80
_DIM, _SURELY, _USUAL = 0.62, 0.52, 0.8

_LEAST = 0.05  # stops that nobody sees; the message would say 0.0


def exposed(rgb: np.ndarray, alpha: np.ndarray | None, strength: float, name: str) -> np.ndarray:
    """A picture, or a brighter copy of one that is underexposed, which is said.

    Parameters
    ----------
    rgb : (H, W, 3) float32
        sRGB in [0, 1].
    alpha : (H, W) float32 or None
        Its opacity.
    strength : float
        Of the style: the less, the less it is brightened.
    name : str
        What to call it in messages.

    Returns
    -------
    (H, W, 3) float32
    """
    stops = min(strength, 1.0) * missing_stops(rgb, alpha)
    if stops < _LEAST:
        return rgb
    _LOG.warning(
        "%s: underexposed; it is stylized as if exposed %.1f stops more (--exposure keep: as dark "
        "as it is)",
        name,
        stops,
    )
    result = np.empty_like(rgb)
    for rows in row_bands(*rgb.shape[:2]):
        light = srgb_to_light(rgb[rows]) * np.float32(2**stops)
        result[rows] = light_to_srgb(np.minimum(light, 1))
    return result


def missing_stops(rgb: np.ndarray, alpha: np.ndarray | None = None) -> float:
    """How much more light a picture needs until its white is usual, stops; 0 where it is not dim.

    Parameters
    ----------
    rgb : (H, W, 3) float32
        sRGB in [0, 1].
    alpha : (H, W) float32, optional
        Opacity; what is transparent does not count.
    """
    scale = min(1.0, _LONGEST / max(rgb.shape[:2]))
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    light = to_lab(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))[..., 0]
    if alpha is not None:
        light = light[cv2.resize(alpha, size, interpolation=cv2.INTER_AREA) > 0.5]
    white = float(np.percentile(light, _WHITE)) if light.size else 1.0
    if white >= _DIM or white <= 0:  # a black picture has nothing to be exposed
        return 0.0
    share = min(1.0, (_DIM - white) / (_DIM - _SURELY))
    wanted = white + share * (_USUAL - white)
    return float(np.log2(_luminous(wanted) / _luminous(white)))


def _luminous(lightness: float) -> float:
    """CIE Y of a lightness of 1."""
    return ((lightness + 0.16) / 1.16) ** 3 if lightness > 0.08 else lightness / 9.033
