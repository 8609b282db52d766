"""Portraits in black and white on grainy film: photographs that `--method auto` took for drawings.

Tones are what labs and time do to them: faded, high key, behind a red filter, infrared with its
halation, pushed. Grain is noise of the film, not of the scene: its size and its strength are drawn
for each picture, from what is hardly seen to the coarsest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from facestyle.faces import Portrait

_LUMA = np.array([0.299, 0.587, 0.114])  # Rec. 601
_SIZES = (0.4, 1.8)  # sigma of a grain in px of a portrait with 114 px between the eyes
_STRENGTHS = (0.008, 0.045)  # standard deviation of the grain, sRGB of 1
_INTER_OCULAR = 114.0


def grainy(portrait: Portrait, look: str, seed: int, *, grain: float = 1.0) -> Portrait:
    """A portrait in a black and white look (a key of `GRAINY`), with the same face.

    Parameters
    ----------
    portrait : Portrait
    look : str
    seed : int
        Of the grain, its size and its strength.
    grain : float
        Times the strength; 0 is film without grain.
    """
    rng = np.random.default_rng(seed)
    size, strength = (np.exp(rng.uniform(*np.log(span))) for span in (_SIZES, _STRENGTHS))
    light = np.clip(GRAINY[look](portrait.image, portrait.face.inter_ocular), 0, 1)
    noise = rng.normal(0, 1, light.shape)
    noise = cv2.GaussianBlur(noise, (0, 0), size * portrait.face.inter_ocular / _INTER_OCULAR)
    # most of it in the midtones, and never none
    light = light + grain * strength * noise / noise.std() * (0.5 + 2 * light * (1 - light))
    image = np.round(np.clip(light, 0, 1) * 255) / 255
    return replace(portrait, image=np.repeat(image[..., None], 3, axis=2).astype(np.float32))


def _faded(image: np.ndarray, unit: float) -> np.ndarray:
    return 0.14 + 0.8 * (image @ _LUMA)


def _washed(image: np.ndarray, unit: float) -> np.ndarray:
    """Faded for decades, and copied."""
    return 0.27 + 0.6 * (image @ _LUMA)


def _high_key(image: np.ndarray, unit: float) -> np.ndarray:
    light = 1 - (1 - np.clip(image @ np.array([0.55, 0.35, 0.1]), 0, 1)) ** 1.6
    return 0.1 + 0.88 * light


def _red_filter(image: np.ndarray, unit: float) -> np.ndarray:
    return _curve(image @ np.array([0.95, 0.1, -0.05]), 0.3)


def _infrared(image: np.ndarray, unit: float) -> np.ndarray:
    light = np.clip(_curve(image @ np.array([1.5, -0.1, -0.4]), 0.4), 0, 1)
    halo = cv2.GaussianBlur(light, (0, 0), 0.08 * unit)
    return 1 - (1 - light) * (1 - 0.3 * halo**2)


def _pushed(image: np.ndarray, unit: float) -> np.ndarray:
    return _curve(0.04 + 1.1 * (image @ _LUMA), 0.8)


def _plain(image: np.ndarray, unit: float) -> np.ndarray:
    return image @ _LUMA


def _curve(light: np.ndarray, strength: float) -> np.ndarray:
    light = np.clip(light, 0, 1)
    return light + strength * (light * light * (3 - 2 * light) - light)


GRAINY: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "plain film": _plain,
    "faded film": _faded,
    "washed film": _washed,
    "high-key film": _high_key,
    "red-filter film": _red_filter,
    "infrared film": _infrared,
    "pushed film": _pushed,
}
