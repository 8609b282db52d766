"""Portraits as prints: what `--method auto` has to tell from photographs, made by a few lines each.

Nobody has to own a folder of woodcuts to see whether they are drawn as woodcuts. Sizes are those of
a portrait with 192 px between the eyes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from facestyle.faces import Portrait
from facestyle.imaging.color import luminance
from facestyle.methods.patch_unpaired import resize_portrait

INTER_OCULAR = 192.0  # px
_INK, _PAPER = np.array([0.1, 0.09, 0.1]), np.array([0.95, 0.92, 0.85])
_POSTER = np.array([[0.03, 0.17, 0.32], [0.84, 0.12, 0.17], [0.44, 0.59, 0.62], [0.99, 0.89, 0.66]])


def printed(portrait: Portrait, kind: str) -> Portrait:
    """A portrait as a print of some kind (a key of `PRINTS`), with the same face."""
    sized = resize_portrait(portrait, INTER_OCULAR / portrait.face.inter_ocular)
    image = np.clip(PRINTS[kind](sized.image), 0, 1).astype(np.float32)
    return replace(sized, image=image, photo=None)


def _halftone(image: np.ndarray) -> np.ndarray:
    y, x = np.indices(image.shape[:2])
    screen = (np.cos(0.63 * (x + y)) + np.cos(0.63 * (x - y))) / 4 + 0.5
    return _in_ink(1 / (1 + np.exp(14 * (0.9 * luminance(image) + 0.05 - screen))))


def _woodcut(image: np.ndarray) -> np.ndarray:
    light = cv2.GaussianBlur(luminance(image), (0, 0), 1.5)
    y, x = np.indices(light.shape)
    lines = 0.5 + 0.5 * np.sin(0.7 * (y + 0.25 * x + 40 * cv2.GaussianBlur(light, (0, 0), 12)))
    return _in_ink(cv2.GaussianBlur(((light - 0.2) / 0.75 < lines).astype(np.float32), (0, 0), 0.8))


def _linocut(image: np.ndarray) -> np.ndarray:
    dark = (_evened(image, 3) < 0.46).astype(np.float32)
    return _in_ink(cv2.GaussianBlur(dark, (0, 0), 1))


def _poster(image: np.ndarray) -> np.ndarray:
    tones = np.digitize(_evened(image, 3), [0.24, 0.43, 0.65])
    return np.asarray(cv2.GaussianBlur(_POSTER[tones], (0, 0), 0.8))


def _crosshatch(image: np.ndarray) -> np.ndarray:
    light = cv2.GaussianBlur(luminance(image), (0, 0), 2)
    y, x = np.indices(light.shape)
    ink = np.zeros(light.shape)
    for tone, (across, down) in ((0.8, (1, 1)), (0.6, (1, -1)), (0.43, (1, 0.2)), (0.27, (0.2, 1))):
        wave = np.sin(0.785 * (across * x + down * y) / np.hypot(across, down))
        ink = np.maximum(ink, (light < tone) * np.clip(1.5 * wave - 0.3, 0, 1))
    return _in_ink(0.9 * ink)


def _cartoon(image: np.ndarray) -> np.ndarray:
    flat = image
    for _ in range(6):
        flat = cv2.bilateralFilter(flat, 9, 0.12, 7)
    colors = cv2.cvtColor(flat, cv2.COLOR_RGB2HSV)
    colors[..., 2] = np.round(8 * colors[..., 2]) / 8
    light = luminance(image)
    lines = cv2.GaussianBlur(light, (0, 0), 3) - cv2.GaussianBlur(light, (0, 0), 1.5)
    ink = np.clip(100 * lines - 0.6, 0, 1)[..., None]
    return np.asarray(cv2.cvtColor(colors, cv2.COLOR_HSV2RGB) * (1 - ink) + _INK * ink)


def _evened(image: np.ndarray, sigma: float) -> np.ndarray:
    """Luminance with local contrast, smooth; as a cutter simplifies forms."""
    bytes_ = (255 * luminance(image)).astype(np.uint8)
    light = cv2.createCLAHE(2.5, (3, 3)).apply(cv2.medianBlur(bytes_, 7))
    return cv2.GaussianBlur(light.astype(np.float32) / 255, (0, 0), sigma)


def _in_ink(share: np.ndarray) -> np.ndarray:
    return _PAPER + (_INK - _PAPER) * share[..., None]


PRINTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "halftone": _halftone,
    "woodcut": _woodcut,
    "linocut": _linocut,
    "poster": _poster,
    "crosshatch": _crosshatch,
    "cartoon": _cartoon,
}
