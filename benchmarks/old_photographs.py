"""Portraits as old photographs have them: black and white, sepia, and a faded print, scanned.

What is lost is color; of the faded print contrast and sharpness too, and there is grain. Nothing
moves, so that what is known of the picture in color holds for its copies.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # Rec. 601
# plates of the time hardly saw red: lips are dark and blue skies white
_PLATE = np.array([0.15, 0.5, 0.35], np.float32)
_SEPIA = np.array([1.0, 1.35, 2.0], np.float32)  # powers of red, green and blue
_FADED = np.array([0.95, 1.05, 1.3], np.float32)
_LEAST, _MOST = 0.2, 0.78  # a faded print's black and white
_GRAIN = 0.02  # standard deviation, sRGB of 1
_SOFT, _COARSE = 1 / 700, 1 / 900  # blur of print and grain, sigma in shorter sides
_LEAST_SIGMA = 0.4  # px: less blurs nothing


def black_and_white(image: np.ndarray) -> np.ndarray:
    """The picture's luma in all three channels, (H, W, 3) float32."""
    return _toned(image @ _LUMA, np.ones(3, np.float32))


def sepia(image: np.ndarray) -> np.ndarray:
    """The picture's luma, toned brown, (H, W, 3) float32."""
    return _toned(image @ _LUMA, _SEPIA)


def faded_scan(image: np.ndarray) -> np.ndarray:
    """A faded, grainy and yellowed print of a plate that hardly saw red, (H, W, 3) float32."""
    shorter = min(image.shape[:2])
    light = cv2.GaussianBlur(image @ _PLATE, (0, 0), max(_LEAST_SIGMA, _SOFT * shorter))
    noise = np.random.default_rng(0).standard_normal(light.shape).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), max(_LEAST_SIGMA, _COARSE * shorter))
    light = _LEAST + (_MOST - _LEAST) * light + _GRAIN * noise / noise.std()
    return _toned(light, _FADED)


def _toned(light: np.ndarray, powers: np.ndarray) -> np.ndarray:
    """8-bit values, as in a file: each channel is a power of the light."""
    values = np.clip(light, 0, 1)[..., None] ** powers
    return np.asarray(np.round(values * 255) / np.float32(255), np.float32)


OLD_PHOTOGRAPHS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "black and white": black_and_white,
    "sepia": sepia,
    "faded scan": faded_scan,
}
