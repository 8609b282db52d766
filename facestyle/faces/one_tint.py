"""Photographs in one tint: gray, sepia, faded. Lightness alone tells their things apart."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.face import Face
from facestyle.faces.face_coordinates import polygon_mask
from facestyle.imaging.color import to_lab
from facestyle.imaging.pyramid import reduced

# What colors deviate from those that a picture has at their lightness, RMS in units of Lab: gray
# and sepia pictures measured 0 to 1, 70 others 4 and more
_ONE_TINT, _COLORFUL = 1.5, 3.5
_TINT_SAMPLES = 4000
_LONGEST = 256  # px; on a copy reduced to this tints are told
# percentiles of a picture that become black and white: what is beyond is a border or dust
_RANGE = (1.0, 99.0)
# least difference of them, of 1, that is made the whole range: less is noise
_LEAST_RANGE = 0.1
# What a face's middle tone becomes, and within which powers. On three kinds of old copies of the
# development labels, mean IoU of hair / face / rest: as it is .876 .935 .921; .65 .880 .939 .926;
# .75 .885 .947 .935; .82 .884 .946 .936
_FACE_TONE, _POWERS = 0.75, (0.4, 1.6)


def colors_tell(colors: np.ndarray) -> float:
    """How far colors tell things of one lightness apart: 0 in gray and sepia pictures.

    Parameters
    ----------
    colors : (h, w, 3) float32
        Luminance in [0, 255], a and b.

    Returns
    -------
    float
        In [0, 1].
    """
    flat = colors.reshape(-1, 3)
    flat = flat[:: max(1, len(flat) // _TINT_SAMPLES)]
    light = flat[:, 0] / 255
    terms = np.stack([np.ones_like(light), light, light * light], axis=1)
    fitted = np.linalg.lstsq(terms, flat[:, 1:], rcond=None)[0]
    left = float(np.sqrt(((flat[:, 1:] - terms @ fitted) ** 2).sum(axis=1).mean()))
    return float(np.clip((left - _ONE_TINT) / (_COLORFUL - _ONE_TINT), 0, 1))


def has_one_tint(image: np.ndarray) -> bool:
    """Whether a picture is gray, sepia or of another one tint; (H, W, 3) float32 sRGB in [0, 1]."""
    small = cv2.GaussianBlur(reduced(image, _LONGEST / max(image.shape[:2])), (0, 0), 0.7)
    return colors_tell(to_lab(small) * np.array([255, 100, 100], np.float32)) == 0


def without_tint(image: np.ndarray) -> np.ndarray:
    """A picture of one tint in black and white; another as it is.

    A tint says nothing of what a pixel shows, and the networks have seen few tinted photographs.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].

    Returns
    -------
    (H, W, 3) float32
        The picture itself where it has colors.
    """
    if not has_one_tint(image):
        return image
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB)


def in_usual_tones(image: np.ndarray, face: Face) -> np.ndarray:
    """A gray picture from black to white, its face as light as usual; one with colors as it is.

    Thresholds and mixtures of lightness are set on pictures of full contrast: a faded print has
    half of it, and a dark one little where hair and shade are to be told apart.

    Parameters
    ----------
    image : (H, W, 3) float32
        From `without_tint`.
    face : Face

    Returns
    -------
    (H, W, 3) float32
        The picture itself where it has colors.
    """
    if not is_gray(image):
        return image
    step = max(1, max(image.shape[:2]) // _LONGEST)
    few = image[::step, ::step, 1]
    low, high = np.percentile(few, _RANGE)
    span = max(_LEAST_RANGE, float(high - low))
    gray = np.clip((image[..., 1] - np.float32(low)) / np.float32(span), 0, 1, dtype=np.float32)
    skin = gray[polygon_mask((image.shape[0], image.shape[1]), face.outline) > 0]
    middle = float(np.median(skin)) if len(skin) else _FACE_TONE
    least, most = _POWERS
    power = np.log(_FACE_TONE) / np.log(np.clip(middle, 0.01, 0.99))
    gray = np.power(gray, np.float32(np.clip(power, least, most)))
    return cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB)


def is_gray(image: np.ndarray) -> bool:
    """Whether red, green and blue are the same everywhere."""
    return all(bool(np.array_equal(image[..., 1], image[..., channel])) for channel in (0, 2))
