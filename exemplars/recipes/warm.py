"""The warm look: late sun from the left, golden film, a backdrop of lights out of focus."""

from __future__ import annotations

import cv2
import numpy as np

from recipes.darkroom import Setup, set_up
from recipes.filters import blur, luminance, noise, smoothstep
from recipes.sources import BY_NAME
from recipes.studio import Sitter, fill_polygons
from recipes.texture import film_grain

SETUP = Setup((-0.55, -0.3, 0.78), 0.45, 0.6, (0.011, 0.014, 0.021, 0.031, 0.043), 0.014)
SKIN = (19.0, 31.0)  # Lab a and b of the set's skin in the light


def warm(sitter: Sitter, rng: np.random.Generator) -> np.ndarray:
    """Develop a sitter as a warm film portrait, (960, 768, 3) float32."""
    face, matte = sitter.face, sitter.matte
    luma, light, skin = set_up(sitter, SETUP, rng)
    luma = film_curve(luma * (0.42 + 0.86 * light) * sitter.tone)
    chroma = golden_chroma(sitter, skin, luma)
    person = from_lab(luma, chroma)
    backdrop = make_backdrop(matte.shape, rng)
    edge = blur(matte, 0.1 * face.inter_ocular)
    wrap = np.clip(1 - edge, 0, 1)[..., None] * blur(backdrop, 12)
    person = 1 - (1 - person) * (1 - 0.45 * wrap)
    alpha = matte[..., None]
    picture = backdrop + alpha * (person - backdrop)
    glow = blur(picture, 14)
    picture = picture + 0.12 * (np.maximum(glow, picture) - picture)
    grain = film_grain(luminance(picture), 0.016, rng)
    picture = picture + grain[..., None] * np.array([1.0, 0.95, 1.1], np.float32)
    return np.clip(picture, 0, 1).astype(np.float32)


def film_curve(luma: np.ndarray) -> np.ndarray:
    """Lifted blacks, gentle shoulder."""
    x = np.clip(luma, 0, None)
    return 0.045 + 0.93 * (x**1.12) * 1.04 / (1 + 0.02 * x + 0.13 * x**3)


def golden_chroma(sitter: Sitter, skin: np.ndarray, luma: np.ndarray) -> np.ndarray:
    """Lab a and b: the source's own, moved to the set's skin and tinted by brightness."""
    if sitter.kind == "monochrome":
        own = painted_chroma(sitter, luma)
    else:
        own = cv2.cvtColor(sitter.person, cv2.COLOR_RGB2Lab)[..., 1:]
        own = match_skin(own, skin)
    tone = np.clip(luma, 0, 1)[..., None]
    tint = np.concatenate([3 + 9 * tone, 8 + 24 * tone], axis=2)
    golden = 0.34 + 0.4 * (1 - smoothstep(0.05, 0.4, tone))  # shadows lose their own color
    mixed = own + golden * (tint - own)
    fade = 0.3 + 0.7 * smoothstep(0.0, 0.25, tone)
    return (mixed * fade * (1 - 0.45 * smoothstep(0.75, 1.0, tone))).astype(np.float32)


def match_skin(chroma: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """Scale and shift Lab chroma so that the face's mean is the set's skin."""
    mean = chroma[skin > 0.7].mean(axis=0)
    scaled = chroma * np.clip(np.hypot(*SKIN) / np.hypot(*mean), 0.6, 1.3)
    return scaled + 0.9 * (np.array(SKIN, np.float32) - scaled[skin > 0.7].mean(axis=0))


def painted_chroma(sitter: Sitter, luma: np.ndarray) -> np.ndarray:
    """Chroma for a black-and-white source: skin, redder lips and cheeks, near-neutral rest."""
    face, source = sitter.face, BY_NAME[sitter.name]
    shape, unit = luma.shape[:2], face.inter_ocular
    hair = fill_polygons(source.beard, shape)
    bare = blur(fill_polygons(source.bare, shape), 0.09 * unit) * (1 - blur(hair, 0.06 * unit))
    eyes = fill_polygons(tuple(face.landmarks[p] for p in (slice(36, 42), slice(42, 48))), shape)
    bare *= 1 - 0.65 * blur(eyes, 0.02 * unit)
    flush = np.zeros(shape, np.float32)
    for point, radius in ((1, 0.16), (15, 0.16), (30, 0.2), (33, 0.2)):
        x, y = face.landmarks[point]
        cv2.circle(flush, (round(x), round(y)), round(radius * unit), 1.0, -1)
    for cheek in ((2, 31), (14, 35)):
        x, y = face.landmarks[list(cheek)].mean(axis=0)
        cv2.circle(flush, (round(x), round(y)), round(0.33 * unit), 1.0, -1)
    flush = blur(flush, 0.16 * unit)
    # blood shows most in the half-shadows
    middle = 1 - smoothstep(0.45, 0.95, luma)
    a = 4.0 + bare * (SKIN[0] - 8 + 4 * flush + 2 * middle)
    b = 13.0 + bare * (SKIN[1] - 13 + flush)
    return np.dstack([a, b]).astype(np.float32)


def from_lab(luma: np.ndarray, chroma: np.ndarray) -> np.ndarray:
    """RGB of a given luma and Lab chroma."""
    gray = np.repeat(np.clip(luma, 0, 1)[..., None], 3, axis=2).astype(np.float32)
    lab = cv2.cvtColor(gray, cv2.COLOR_RGB2Lab)
    lab[..., 1:] = chroma
    return np.clip(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), 0, 1)


def make_backdrop(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """A dim garden at sunset, far out of focus: a gradient and a few soft discs."""
    height, width = shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    sun = np.exp(-0.5 * (np.hypot((x - 90) / 400, (y - 200) / 430)) ** 2)
    base = np.array([0.135, 0.092, 0.055], np.float32)
    glow = np.array([0.56, 0.375, 0.185], np.float32)
    picture = base + sun[..., None] * glow
    leaves = noise((height, width), 45, rng)[..., None]
    picture *= 1 + 0.10 * leaves * np.array([0.9, 1.1, 0.7], np.float32)
    discs = np.zeros((height, width, 3), np.float32)
    for _ in range(34):
        center = (int(rng.uniform(-20, width + 20)), int(rng.uniform(-20, 0.75 * height)))
        radius = int(rng.uniform(18, 58))
        disc = np.zeros((height, width), np.float32)
        cv2.circle(disc, center, radius, 1.0, -1, cv2.LINE_AA)
        disc = blur(disc, 0.09 * radius)
        strength = rng.uniform(0.06, 0.26) * (
            0.4
            + 0.9
            * sun[int(np.clip(center[1], 0, height - 1)), int(np.clip(center[0], 0, width - 1))]
        )
        color = np.array([1.0, rng.uniform(0.62, 0.8), rng.uniform(0.25, 0.42)], np.float32)
        discs += disc[..., None] * strength * color
    return np.clip(1 - (1 - np.clip(picture, 0, 1)) * np.exp(-discs), 0, 1).astype(np.float32)
