"""What is on a face and strongly colored keeps its color: glasses, jewelry, paint.

It is of the face's region, and dark or light as skin may be: the exemplars' colors at its luminance
are those of skin, and navy rims were brown.
"""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.methods.patch_unpaired.pictures import fine_blur, wide_blur
from facestyle.methods.patch_unpaired.recipe import LOW_SIGMA, MIDDLE_SIGMA

# Distances in a and b, Lab of 1, all set by eye on a sitter with navy rims in watercolor and oil
# (the other 12 of three sets hardly change). Skin is nearer to its median than the first
_SKIN = 0.2
# From skin of equal luminance, and from gray, so that the white of an eye is none: where a thing
# begins, and how much further it is one for sure
_UNLIKE, _COLORED = (0.1, 0.08), (0.08, 0.06)
# From the surroundings' color
_NARROW = (0.06, 0.06)


def of_skin(colors: np.ndarray) -> np.ndarray:
    """Which samples of a face's skin are not of something on it.

    Parameters
    ----------
    colors : (N, 3) float32
        Lab of 1.

    Returns
    -------
    (N,) bool
    """
    if not len(colors):
        return np.zeros(0, bool)
    rest = colors[:, 1:] - np.median(colors[:, 1:], axis=0)
    return np.asarray(np.hypot(rest[:, 0], rest[:, 1]) < _SKIN)


def thing_share(colors: np.ndarray, unlike: np.ndarray) -> np.ndarray:
    """How surely colors of a face are those of a thing on it, and not of skin or red lips.

    Parameters
    ----------
    colors : (h, w, 2) float32
        a and b, Lab of 1.
    unlike : (h, w, 2) float32
        What they are beyond the sitter's skin of equal luminance.

    Returns
    -------
    (h, w) float32
        In [0, 1].
    """
    distance = np.hypot(np.minimum(unlike[..., 0], 0), unlike[..., 1])
    return _ramp(distance, _UNLIKE) * _ramp(np.hypot(colors[..., 0], colors[..., 1]), _COLORED)


def narrow_things(lab: np.ndarray, face_width: float) -> np.ndarray:
    """Where a picture's color is far from that around it: too narrow for the low band.

    Parameters
    ----------
    lab : (h, w, 3) float32
        Lab of 1.
    face_width : float
        px.

    Returns
    -------
    (h, w) float32
        In [0, 1].
    """
    colors = np.ascontiguousarray(lab[..., 1:])
    fine = fine_blur(colors, MIDDLE_SIGMA * face_width)
    a, b = cv2.split(fine - wide_blur(colors, LOW_SIGMA * face_width))
    return _ramp(cv2.magnitude(a, b), _NARROW)


def _ramp(values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """0 up to the first limit, 1 from so much beyond it on."""
    beginning, length = limits
    return np.clip((values - np.float32(beginning)) / np.float32(length), 0, 1)
