"""What looks like a person's own skin, by color and smoothness: tells a bald head from hair."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.imaging.color import luminance

# a pixel is skin's color within so many standard deviations, when shading may change its
# luminance by this much more (of 255) than it changes over the cheeks
_LIKE, _SHADING = 2.5, 20.0
# More where only shading lies between: a forehead in another light than the cheeks. At 5 or 6 the
# smooth fair hair of one development label is taken for skin
_LIKE_IF_REACHED = 4.0
_EDGE = 5.0  # difference of neighbors that is an edge, units of the colors; 5 and 8 do alike
_FLOOR = 16.0  # added to the variances of a and b
# natural logarithm of how much more fine detail hair has than its owner's cheeks: light hair
# measured e^2 to e^2.5 on the development labels; dark hair differs by color
_ROUGHER = 1.2
# lengths in face widths: of what counts as fine detail, and of the window it is averaged over
_FINE, _WINDOW = 0.012, 0.03


def fine_detail(
    image: np.ndarray, unit: float, inside: np.ndarray, small_unit: float
) -> np.ndarray:
    """Logarithm of the local energy of fine detail, without that of a mask's own edge.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    unit : float
        Face width in it, px.
    inside : (h, w) bool
        The mask, on a reduced copy.
    small_unit : float
        Face width on the reduced copy, px.

    Returns
    -------
    (h, w) float32
    """
    height, width = inside.shape
    light = luminance(image)
    detail = light - cv2.GaussianBlur(light, (0, 0), max(0.6, _FINE * unit))
    energy = cv2.resize(detail * detail, (width, height), interpolation=cv2.INTER_AREA)
    mask = inside.astype(np.float32)
    sigma = _WINDOW * small_unit
    mean = (cv2.GaussianBlur(energy * mask, (0, 0), sigma) + np.float32(1e-7)) / (
        cv2.GaussianBlur(mask, (0, 0), sigma) + np.float32(1e-2)
    )
    return np.log(mean + np.float32(1e-5))


def looks_like_skin(
    colors: np.ndarray, detail: np.ndarray, skin: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pixels that have the color and the smoothness of known skin, and those in another light.

    Parameters
    ----------
    colors : (h, w, 3) float32
        Luminance in [0, 255], a and b.
    detail : (h, w) float32
        From `fine_detail`.
    skin : (h, w) bool
        Known skin.

    Returns
    -------
    near : (h, w) bool
        False everywhere where less than 30 pixels of skin are known.
    reached : (h, w) bool
        With what is farther from its color, but smooth, and no edge lies between.
    """
    known = colors[skin]
    if len(known) < 30:
        return np.zeros(skin.shape, bool), np.zeros(skin.shape, bool)
    covariance = np.cov(known.T) + np.diag([_SHADING**2, _FLOOR, _FLOOR])
    away = (colors - known.mean(axis=0)).reshape(-1, 3)
    inverse = np.linalg.inv(covariance).astype(np.float32)
    distance = np.sqrt(np.einsum("ij,ij->i", away @ inverse, away)).reshape(skin.shape)
    smooth = detail < np.median(detail[skin]) + _ROUGHER
    near = smooth & (distance < _LIKE)
    return near, _reached(smooth & (distance < _LIKE_IF_REACHED), near, colors)


def _reached(may_be: np.ndarray, known: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """What may be skin and hangs together with known skin without an edge between, (h, w) bool."""
    steps = np.zeros(known.shape, np.float32)
    for axis in (0, 1):
        difference = np.linalg.norm(np.diff(colors, axis=axis), axis=2)
        along = np.moveaxis(steps, axis, 0)  # a view: both neighbors of an edge lie at it
        for side in (along[1:], along[:-1]):
            np.maximum(side, np.moveaxis(difference, axis, 0), out=side)
    _, parts = cv2.connectedComponents(((may_be & (steps < _EDGE)) | known).astype(np.uint8))
    found = np.unique(parts[known])
    return np.asarray(np.isin(parts, found[found > 0]))
