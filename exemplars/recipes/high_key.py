"""The high-key look: everything light and airy, a white backdrop whose light wraps around."""

from __future__ import annotations

import numpy as np

from recipes.color import natural_chroma
from recipes.darkroom import Setup, set_up
from recipes.filters import blur, luminance, noise
from recipes.studio import Sitter
from recipes.texture import film_grain
from recipes.warm import from_lab

SETUP = Setup((-0.12, -0.30, 0.94), 0.62, 0.58, (0.009, 0.012, 0.018, 0.026, 0.034), 0.010)


def high_key(sitter: Sitter, rng: np.random.Generator) -> np.ndarray:
    """Develop a sitter as a high-key portrait, (960, 768, 3) float32."""
    face, matte = sitter.face, sitter.matte
    luma, light, skin = set_up(sitter, SETUP, rng)
    luma *= 0.86 + 0.24 * light
    luma *= 0.56 * sitter.tone**1.5 / float(np.median(luma[skin > 0.6]))
    print_luma = print_curve(luma)
    chroma = natural_chroma(sitter, print_luma) * (0.62 - 0.25 * print_luma[..., None])
    chroma = chroma + np.array([1.5, 0.5], np.float32)
    person = from_lab(print_luma, chroma)
    backdrop = make_backdrop(matte.shape, rng)
    edge = blur(matte, 0.16 * face.inter_ocular)
    wrap = (0.55 * np.clip(1.15 - edge, 0, 1))[..., None]
    person = 1 - (1 - person) * (1 - wrap * backdrop)
    picture = backdrop + matte[..., None] * (person - backdrop)
    picture = picture + 0.10 * (np.maximum(blur(picture, 18), picture) - picture)
    picture = picture + film_grain(luminance(picture), 0.007, rng)[..., None]
    return np.clip(picture, 0, 0.992).astype(np.float32)


def print_curve(luma: np.ndarray) -> np.ndarray:
    """Open shadows and a long shoulder: the middle of a light face lands on 0.8."""
    x = np.clip(luma, 0, None)
    return np.clip(0.10 + 0.885 * (1 - np.exp(-2.05 * x**1.02)) / (1 - np.exp(-2.05)), 0, 0.985)


def make_backdrop(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """White paper, lit a little unevenly."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    far = np.hypot((x / shape[1] - 0.5) / 0.9, (y / shape[0] - 0.4) / 1.1)
    level = 0.975 - 0.045 * far**2 + 0.003 * noise(shape, 90, rng)
    return level[..., None] * np.array([1.0, 0.997, 0.992], np.float32)
