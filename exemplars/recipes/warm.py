"""The warm look: late sun from the left, golden film, a backdrop of lights out of focus."""

from __future__ import annotations

import cv2
import numpy as np
from facestyle.faces import Face

from recipes.filters import blur, luminance, noise, smoothstep
from recipes.relight import flatten, key_light, skin_mask
from recipes.studio import Sitter
from recipes.texture import film_grain, lift_levels, skin_relief

KEY = (-0.55, -0.3, 0.78)
TARGETS = (0.011, 0.014, 0.021, 0.031, 0.043)
SKIN = (18.0, 27.0)  # Lab a and b of the set's skin in the light


def warm(sitter: Sitter, rng: np.random.Generator) -> np.ndarray:
    """Develop a sitter as a warm film portrait, (960, 768, 3) float32."""
    face, matte = sitter.face, sitter.matte
    lab = cv2.cvtColor(sitter.person, cv2.COLOR_RGB2Lab)
    skin = skin_mask(face, matte.shape) * matte
    luma = luminance(sitter.person)
    luma = np.clip(flatten(luma, matte, face, 0.45), 0.002, 1)
    median = float(np.median(luma[skin > 0.6]))
    luma = luma ** (np.log(0.6) / np.log(np.clip(median, 0.15, 0.9)))
    luma = lift_levels(luma, matte, face, TARGETS)
    luma *= 1 + 0.02 * skin_relief(face, luma.shape, KEY[:2], rng)
    light = np.clip(key_light(face, luma.shape, KEY), 0, 1)
    luma = film_curve(np.clip(luma, 0, None) * (0.42 + 0.86 * light))
    chroma = golden_chroma(lab, skin, luma, face)
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
    return 0.045 + 0.93 * (x**1.12) * 1.1 / (1 + 0.1 * x + 0.1 * x**3)


def golden_chroma(lab: np.ndarray, skin: np.ndarray, luma: np.ndarray, face: Face) -> np.ndarray:
    """Lab a and b: the source's own, moved to the set's skin and tinted by brightness."""
    own = lab[..., 1:]
    weight = (skin > 0.7).astype(np.float32)
    mean = (own * weight[..., None]).sum(axis=(0, 1)) / weight.sum()
    if np.hypot(*mean) < 14:
        own = painted_chroma(lab, face)
        mean = (own * weight[..., None]).sum(axis=(0, 1)) / weight.sum()
    size = float(np.hypot(*mean))
    # a clamped pull keeps blue cloth from turning brown altogether
    moved = own * np.clip(np.hypot(*SKIN) / size, 0.6, 1.4)
    moved = moved + 0.8 * (np.array(SKIN, np.float32) - moved[skin > 0.7].mean(axis=0)) * 0.8
    tone = np.clip(luma, 0, 1)[..., None]
    tint = np.concatenate([6 + 6 * tone, 12 + 18 * tone], axis=2)
    moved = 0.62 * moved + 0.38 * tint
    fade = smoothstep(0.0, 0.22, tone) * (1 - 0.55 * smoothstep(0.78, 1.0, tone))
    return (moved * (0.35 + 0.65 * fade)).astype(np.float32)


def painted_chroma(lab: np.ndarray, face: Face) -> np.ndarray:
    """Chroma for a black-and-white source: skin, redder lips and cheeks, near-neutral rest."""
    shape, unit = lab.shape[:2], face.inter_ocular
    hull = np.zeros(shape, np.float32)
    cv2.fillConvexPoly(hull, cv2.convexHull(face.outline.astype(np.int32)), 1.0)
    hull = blur(hull, 0.1 * unit)
    bright = smoothstep(12, 45, lab[..., 0])
    chroma = np.dstack([3 + 12 * hull * bright, 6 + 15 * hull * bright])
    blush = np.zeros(shape, np.float32)
    lips = face.landmarks[48:60].astype(np.int32)
    cv2.fillConvexPoly(blush, cv2.convexHull(lips), 1.0)
    for cheek in ((2, 31), (14, 35)):
        centre = face.landmarks[list(cheek)].mean(axis=0).astype(int)
        spot = np.zeros(shape, np.float32)
        cv2.circle(spot, (int(centre[0]), int(centre[1])), int(0.35 * unit), 0.45, -1)
        blush = np.maximum(blush, blur(spot, 0.2 * unit))
    nose = face.landmarks[30].astype(int)
    cv2.circle(blush, (int(nose[0]), int(nose[1])), int(0.16 * unit), 0.4, -1)
    chroma[..., 0] += 8 * blur(blush, 0.06 * unit)
    return chroma.astype(np.float32)


def from_lab(luma: np.ndarray, chroma: np.ndarray) -> np.ndarray:
    """RGB of a given luma and Lab chroma."""
    grey = np.repeat(np.clip(luma, 0, 1)[..., None], 3, axis=2).astype(np.float32)
    lab = cv2.cvtColor(grey, cv2.COLOR_RGB2Lab)
    lab[..., 1:] = chroma
    return np.clip(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), 0, 1)


def make_backdrop(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """A dim garden at sunset, far out of focus: a gradient and a few soft discs."""
    height, width = shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    sun = np.exp(-0.5 * (np.hypot((x - 40) / 420, (y - 250) / 480)) ** 2)
    base = np.array([0.17, 0.095, 0.045], np.float32)
    glow = np.array([0.62, 0.36, 0.13], np.float32)
    picture = base + sun[..., None] * glow
    clouds = blur(noise((height, width), 60, rng), 30)
    picture *= 1 + 0.18 * clouds[..., None]
    discs = np.zeros((height, width, 3), np.float32)
    for _ in range(26):
        centre = (int(rng.uniform(-20, width + 20)), int(rng.uniform(-20, 0.75 * height)))
        radius = int(rng.uniform(22, 62))
        disc = np.zeros((height, width), np.float32)
        cv2.circle(disc, centre, radius, 1.0, -1, cv2.LINE_AA)
        disc = blur(disc, 0.16 * radius)
        strength = rng.uniform(0.05, 0.2) * (0.4 + 0.9 * sun[
            int(np.clip(centre[1], 0, height - 1)), int(np.clip(centre[0], 0, width - 1))
        ])
        colour = np.array([1.0, rng.uniform(0.62, 0.8), rng.uniform(0.25, 0.42)], np.float32)
        discs += disc[..., None] * strength * colour
    return np.clip(1 - (1 - np.clip(picture, 0, 1)) * np.exp(-discs), 0, 1).astype(np.float32)
