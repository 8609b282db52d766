"""The noir look: one hard-ish key light from the left, black backdrop, silver-rich print."""

from __future__ import annotations

import numpy as np

from recipes.filters import blur, luminance, noise, smoothstep
from recipes.relight import flatten, key_light, set_black, skin_mask
from recipes.studio import Sitter, fill_polygons
from recipes.texture import film_grain, lift_levels, skin_relief

KEY = (-0.62, -0.42, 0.66)
EXPOSURE = 0.47  # median of the face on the negative
TARGETS = (0.018, 0.023, 0.032, 0.042, 0.05)


def noir(sitter: Sitter, rng: np.random.Generator) -> np.ndarray:
    """Develop a sitter as a noir headshot.

    Returns
    -------
    (960, 768, 3) float32
        Three equal channels.
    """
    face, matte = sitter.face, sitter.matte
    luma = set_black(luminance(sitter.person), matte)
    luma = np.clip(flatten(luma, matte, face, 0.5), 0, 1)
    skin = skin_mask(face, luma.shape) * matte
    median = median_where(luma, skin > 0.6)
    luma = np.clip(luma, 0, 1) ** (np.log(0.56) / np.log(np.clip(median, 0.15, 0.9)))
    luma = lift_levels(luma, matte, face, TARGETS)
    luma *= 1 + 0.024 * skin_relief(face, luma.shape, KEY[:2], rng)
    light = np.clip(key_light(face, luma.shape, KEY), 0, 1)
    luma = np.clip(luma, 0, None) * (0.14 + 1.62 * light**1.35)
    luma += rim_light(matte, face.inter_ocular) * np.clip(luma, 0, 1) * 0.9
    hull = fill_polygons((face.landmarks[:27],), luma.shape) * matte
    exposure = EXPOSURE * (0.35 + 0.65 * sitter.tone)  # a dark skin stays darker
    luma *= np.clip(exposure / median_where(luma, hull > 0.5), 0.7, 1.15)
    luma = print_curve(np.clip(luma, 0, None))
    backdrop = make_backdrop(luma.shape, face.eyes.mean(axis=0), rng)
    picture = backdrop + matte * (luma - backdrop)
    picture += film_grain(picture, 0.018, rng)
    return np.repeat(np.clip(picture, 0, 1)[..., None], 3, axis=2)


def median_where(values: np.ndarray, where: np.ndarray) -> float:
    """Median of `values` where `where` holds."""
    return float(np.median(values[where]))


def rim_light(matte: np.ndarray, unit: float) -> np.ndarray:
    """A narrow band of light along the person's right edge, 0 to 1."""
    shifted = np.roll(blur(matte, 0.05 * unit), -round(0.07 * unit), axis=1)
    rim = np.clip(matte - shifted, 0, 1)
    x = np.arange(matte.shape[1], dtype=np.float32)[None, :] / matte.shape[1]
    return rim * smoothstep(0.45, 0.7, x)


def print_curve(luma: np.ndarray) -> np.ndarray:
    """Paper's curve: deep toe, long shoulder that never clips."""
    x = np.clip(luma, 0, None)
    toe = x**1.25
    return 0.012 + 0.93 * np.tanh(1.12 * toe * (1 + 0.25 * toe**2))


def make_backdrop(shape: tuple[int, ...], eyes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Black paper with a breath of light on it, right of the head."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    distance = np.hypot((x - eyes[0] - 190) / 330, (y - eyes[1] - 160) / 420)
    glow = 0.05 * np.exp(-0.5 * (distance / 0.62) ** 2)
    return 0.016 + glow * (1 + 0.06 * noise(shape, 30, rng))
