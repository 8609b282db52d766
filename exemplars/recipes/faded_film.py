"""The faded look: a color print of the 1970s, its blacks gone brown, its whites gone cream."""

from __future__ import annotations

import numpy as np

from recipes.color import natural_chroma
from recipes.darkroom import Setup, set_up
from recipes.filters import blur, luminance, noise, smoothstep
from recipes.studio import Sitter
from recipes.texture import film_grain
from recipes.warm import from_lab

SETUP = Setup((0.42, -0.34, 0.84), 0.5, 0.56, (0.010, 0.013, 0.020, 0.030, 0.042), 0.016)
SKIN = 0.63  # median luma of a light face on the print
BLACK, WHITE = 0.145, 0.875


def faded_film(sitter: Sitter, rng: np.random.Generator) -> np.ndarray:
    """Develop a sitter as an old color print, (960, 768, 3) float32."""
    matte = sitter.matte
    luma, light, skin = set_up(sitter, SETUP, rng)
    luma *= 0.56 + 0.62 * light
    luma = np.tanh(1.15 * luma) / np.tanh(1.15)
    luma *= SKIN * sitter.tone / float(np.median(luma[skin > 0.6]))
    chroma = 0.82 * natural_chroma(sitter, luma)
    person = from_lab(np.clip(luma, 0, 1), chroma)
    backdrop = make_backdrop(matte.shape, rng)
    picture = backdrop + matte[..., None] * (person - backdrop)
    picture = picture + 0.16 * (np.maximum(blur(picture, 10), picture) - picture)
    picture = fade(np.clip(picture, 0, 1), rng)
    grain = film_grain(luminance(picture), 0.020, rng)[..., None]
    return np.clip(picture + grain * np.array([1.0, 0.92, 1.12], np.float32), 0, 1)


def fade(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Age the dyes: cyan has gone from the shadows, the paper has yellowed, light got in."""
    shape = picture.shape[:2]
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    far = np.hypot((x / shape[1] - 0.5) / 0.62, (y / shape[0] - 0.46) / 0.66)
    picture = picture * (1 - 0.16 * smoothstep(0.65, 1.45, far))[..., None]
    picture = BLACK + (WHITE - BLACK) * picture
    tone = luminance(picture)[..., None]
    shadow = np.array([0.050, -0.012, 0.012], np.float32) * (1 - smoothstep(0.1, 0.55, tone))
    cream = np.array([0.030, 0.012, -0.062], np.float32) * smoothstep(0.25, 0.8, tone)
    leak = np.exp(
        -0.5 * ((x - shape[1]) / (0.10 * shape[1])) ** 2 - 0.5 * ((y / shape[0] - 0.25) / 0.32) ** 2
    )
    glow = leak[..., None] * np.array([0.20, 0.075, 0.01], np.float32)
    return (picture + shadow + cream + glow * (1 - picture)).astype(np.float32)


def make_backdrop(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """A school photographer's mottled blue-green cloth."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    glow = np.exp(-0.5 * (np.hypot((x / shape[1] - 0.5) / 0.42, (y / shape[0] - 0.42) / 0.42)) ** 2)
    mottle = 0.6 * noise(shape, 55, rng) + 0.4 * noise(shape, 22, rng)
    level = 0.26 + 0.26 * glow + 0.035 * mottle
    hue = np.array([0.82, 1.04, 1.06], np.float32) + 0.03 * noise(shape, 70, rng)[
        ..., None
    ] * np.array([1.0, 0.2, -0.6], np.float32)
    return np.clip(level[..., None] * hue, 0, 1).astype(np.float32)
