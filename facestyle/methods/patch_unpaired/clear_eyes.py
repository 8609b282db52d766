"""Eyes of dim portraits that the tones of a drawing have no contrast for."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.regions import EYE, SKIN

# Standard deviation of luminance in an eye and its lids, over the medium's range, that is enough:
# lit eyes of ten development sitters in pencil, charcoal and engraving have .27 to .46
_ENOUGH = 0.27
_MOST_GAIN = 2.0
# Mean luminance of skin below which a face is dim; its eyes' contrast is multiplied by what it
# lacks of that. 17 development sitters, identity in charcoal and oil without, with .45 and with .6:
# .2896, .2921, .2977 and .2431, .2453, .2502: from .6, dark skins in good light count as dim
_LIT_SKIN, _MOST_LIGHT = 0.45, 2.5
# Face widths: the lids around an eye, the area whose contrast counts, and the soft edge. What is
# done to the lids and brows around makes rings around eyes (`_LIDS` twice as wide, likewise a lift
# of the shade in which an eye lies)
_LIDS, _AREA, _EDGE = 0.03, 0.06, 0.02
_NO_WEIGHT = 1e-4  # is added to weights that are divided by


def clear_eyes(
    light: np.ndarray,
    own: np.ndarray,
    region_map: np.ndarray,
    face_width: float,
    limits: tuple[float, float],
) -> np.ndarray:
    """Luminance with as much contrast in the eyes as the photograph has, were the face lit.

    The darks of a dim face share few of a medium's tones: its eyes lost white, iris and lids to
    one smudge.

    Parameters
    ----------
    light : (H, W) float32
        Luminance of the tone-mapped portrait, L of 1.
    own : (H, W) float32
        That of the portrait itself.
    region_map : (H, W) uint8
        Regions.
    face_width : float
        px.
    limits : (float, float)
        Darkest and lightest tone of the medium.

    Returns
    -------
    (H, W) float32
        Not clipped. Eyes with enough contrast are as they were.
    """
    eyes = cv2.compare(region_map, EYE, cv2.CMP_EQ)
    left, top, width, height = cv2.boundingRect(eyes)
    skin = own[region_map == SKIN]
    if not width or not len(skin):
        return light
    reach = int(np.ceil(4 * _AREA * face_width))
    around = (
        slice(max(0, top - reach), top + height + reach),
        slice(max(0, left - reach), left + width + reach),
    )
    size = 2 * max(1, round(_LIDS * face_width)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    lids = cv2.dilate(eyes[around], kernel).astype(np.float32) / 255
    mean, drawn = _contrast(light[around], lids, _AREA * face_width)
    photographed = _contrast(own[around], lids, _AREA * face_width)[1]
    lacking = np.float32(np.clip(_LIT_SKIN / max(float(skin.mean()), 1e-3), 1, _MOST_LIGHT))
    enough = np.float32(_ENOUGH * (limits[1] - limits[0]))
    gain = np.clip(np.minimum(lacking * photographed, enough) / drawn, 1, _MOST_GAIN)
    soft = cv2.GaussianBlur(lids, (0, 0), _EDGE * face_width)
    result = light.copy()
    result[around] += soft * (gain - 1) * (light[around] - mean)
    return result


def _contrast(light: np.ndarray, lids: np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the luminance of the nearer eye, (h, w) float32 each."""
    weight, sums, squares = (
        cv2.GaussianBlur(values, (0, 0), sigma)
        for values in (lids, lids * light, lids * light * light)
    )
    weight += np.float32(_NO_WEIGHT)
    mean = sums / weight
    return mean, np.sqrt(np.maximum(squares / weight - mean * mean, 1e-6))
