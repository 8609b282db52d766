"""The watercolor set: glazes with wet edges and granulation, the white of the paper for lights."""

from __future__ import annotations

import cv2
import numpy as np

from recipes.color import natural_chroma
from recipes.filters import blur, noise, smoothstep
from recipes.form import calm_clothes, clear_detail, drawing_luma, looked_at, simplify, skin_area
from recipes.lines import coherent_lines
from recipes.studio import Sitter
from recipes.warm import from_lab

SCALE = 2  # painted at twice the size, then reduced
PAPER = np.array([0.985, 0.975, 0.950], np.float32)
# pigments as seen in one full glaze on white paper
FLESH = np.array([0.925, 0.680, 0.545], np.float32)
SHADOW = np.array([0.560, 0.420, 0.470], np.float32)
INDIGO = np.array([0.300, 0.370, 0.500], np.float32)
SEPIA = np.array([0.400, 0.290, 0.230], np.float32)
SKY = np.array([0.640, 0.770, 0.810], np.float32)
OCHRE = np.array([0.900, 0.780, 0.540], np.float32)
# darkness from which each glaze is laid, and its strength
GLAZES = ((0.10, 0.36), (0.24, 0.35), (0.38, 0.36), (0.52, 0.38), (0.68, 0.42), (0.82, 0.45))


def watercolor(sitter: Sitter, rng: np.random.Generator) -> np.ndarray:
    """Paint a sitter in watercolor, (960, 768, 3) float32."""
    unit = sitter.face.inter_ocular
    luma = clear_detail(drawing_luma(sitter, 0.70), sitter.matte, unit, 0.6)
    shape = (luma.shape[0] * SCALE, luma.shape[1] * SCALE)
    enlarge = lambda a: cv2.resize(a, shape[::-1], interpolation=cv2.INTER_CUBIC)  # noqa: E731
    large = unit * SCALE
    painted = enlarge(painted_area(sitter, rng))
    dark = enlarge(simplify(np.clip(1 - luma, 0, 1) * sitter.matte, unit))
    pigment = enlarge(pigments(sitter, luma))
    grain = granules(shape, rng)
    density = glazes(dark, painted, enlarge(looked_at(sitter, luma.shape)), grain, large, rng)
    bleed = np.dstack([blur(pigment[..., c], 0.035 * large) for c in range(3)])
    absorbed = density[..., None] * -np.log(np.clip(bleed, 0.02, 0.995))
    ground, color = backdrop(sitter, shape, enlarge, grain, rng)
    absorbed = absorbed + ground[..., None] * -np.log(color)
    lines = enlarge(underdrawing(luma, sitter)) * painted
    sheet = PAPER * (1 + 0.010 * grain)[..., None]
    picture = (
        sheet
        * np.exp(-absorbed)
        * (1 - 0.55 * np.clip(lines * (0.8 + 0.3 * grain), 0, 1))[..., None]
    )
    size = (luma.shape[1], luma.shape[0])
    return np.clip(cv2.resize(picture.astype(np.float32), size, interpolation=cv2.INTER_AREA), 0, 1)


def painted_area(sitter: Sitter, rng: np.random.Generator) -> np.ndarray:
    """How far the painter got: the head, not all of the shoulders, (H, W) in [0, 1]."""
    unit, (cx, cy) = sitter.face.inter_ocular, sitter.face.landmarks[29]
    shape = sitter.matte.shape
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    ragged = 0.30 * noise(shape, 0.28 * unit, rng) + 0.08 * noise(shape, 0.06 * unit, rng)
    reach = np.hypot((x - cx) / 2.6, (y - cy) / 3.05) / unit + 0.35 * ragged
    return smoothstep(1.06, 1.0, reach)


def pigments(sitter: Sitter, luma: np.ndarray) -> np.ndarray:
    """One full glaze of the local pigment, (H, W, 3): few pigments, mixed."""
    unit = sitter.face.inter_ocular
    chroma = np.dstack(
        [blur(c, 0.03 * unit) for c in np.moveaxis(natural_chroma(sitter, luma), 2, 0)]
    )
    strength = np.hypot(chroma[..., 0], chroma[..., 1])[..., None]
    local = from_lab(np.full_like(luma, 0.58), chroma * 1.35)
    warm = smoothstep(-6, 14, chroma[..., 1])[..., None]
    neutral = INDIGO + warm * (SEPIA - INDIGO)
    mixed = neutral + 0.65 * smoothstep(10, 34, strength) * (local - neutral)
    skin_like = skin_area(sitter)
    near = np.exp(-0.5 * (np.hypot(chroma[..., 0] - 15, chroma[..., 1] - 20) / 10) ** 2)
    flesh = np.clip(np.maximum(skin_like, 0.9 * near) * smoothstep(0.16, 0.34, luma), 0, 1)[
        ..., None
    ]
    shade = smoothstep(0.62, 0.30, luma / max(sitter.tone, 0.1))[..., None]
    blush = np.clip((chroma[..., :1] - 17) / 14, 0, 1) * np.array([0.0, -0.12, -0.08], np.float32)
    skin = FLESH + blush + shade * (SHADOW - FLESH)
    return np.clip(mixed + flesh * (skin - mixed), 0.05, 0.99).astype(np.float32)


def granules(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Height of cold-pressed paper, in whose valleys pigment settles; unit variance."""
    field = (
        0.7 * noise(shape, 2.2, rng) + 0.6 * noise(shape, 4.5, rng) + 0.25 * noise(shape, 1.0, rng)
    )
    return (field / field.std()).astype(np.float32)


def glazes(dark, painted, care, grain, unit: float, rng: np.random.Generator) -> np.ndarray:
    """Add the glazes up: density of pigment, (H, W)."""
    shape = dark.shape
    wander = 0.028 * noise(shape, 0.10 * unit, rng) + 0.012 * noise(shape, 0.025 * unit, rng)
    wet = smoothstep(-0.2, 1.0, noise(shape, 0.35 * unit, rng))  # where the paper was still wet
    wander, wet = wander * (1 - 0.8 * care), wet * (1 - 0.9 * care)
    flow = 1 + 0.16 * noise(shape, 0.5 * unit, rng) + 0.10 * noise(shape, 0.12 * unit, rng)
    density = np.zeros(shape, np.float32)
    for start, strength in GLAZES:
        width = 0.012 + 0.11 * wet
        mask = np.clip((dark + wander - start) / width + 0.5, 0, 1)
        mask = mask * mask * (3 - 2 * mask)
        mask *= np.clip((painted - 0.5) / (0.08 + 0.5 * wet) + 0.5, 0, 1)
        # pigment wanders to the rim while the glaze dries
        rim = np.clip(mask - blur(mask, 0.022 * unit), 0, 1) * (1 - 0.7 * wet)
        density += strength * mask * (0.86 + 0.9 * rim) * flow
    return np.clip(density * (1 - 0.13 * grain * np.clip(1.4 - 0.4 * density, 0.3, 1)), 0, 4)


def backdrop(sitter: Sitter, shape, enlarge, grain, rng: np.random.Generator):
    """A loose wash beside the head, from sky to ochre: density (H, W) and pigment (H, W, 3)."""
    unit = sitter.face.inter_ocular * SCALE
    cx, cy = sitter.face.landmarks[29] * SCALE
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    matte = enlarge(blur(sitter.matte, 2.0))
    ragged = 0.5 * noise(shape, 0.45 * unit, rng) + 0.16 * noise(shape, 0.1 * unit, rng)
    left = (
        np.hypot((x - cx + 0.55 * unit) / 2.1, (y - cy - 0.1 * unit) / 2.2) / unit + 0.42 * ragged
    )
    wet = smoothstep(-0.6, 0.8, noise(shape, 0.4 * unit, rng))
    mask = np.clip((1.0 - left) / (0.02 + 0.45 * wet) + 0.5, 0, 1)
    halo = np.clip((0.5 - matte + 0.10 * ragged) / 0.12 + 0.5, 0, 1)
    mask *= halo
    bloom = np.clip(1 - np.abs(noise(shape, 0.33 * unit, rng) - 0.9) / 0.10, 0, 1)
    rim = np.clip(mask - blur(mask, 0.025 * unit), 0, 1)
    density = mask * (0.62 + 0.9 * rim + 0.14 * bloom) * (1 + 0.22 * noise(shape, 0.3 * unit, rng))
    mix = smoothstep(-0.9, 1.1, (y - cy) / (1.6 * unit) + 0.5 * noise(shape, 0.5 * unit, rng))[
        ..., None
    ]
    color = SKY + mix * (OCHRE - SKY)
    return np.clip(density * (1 - 0.14 * grain), 0, 2).astype(np.float32), color.astype(np.float32)


def underdrawing(luma: np.ndarray, sitter: Sitter) -> np.ndarray:
    """Light pencil lines and the last dark touches with a fine brush, (H, W) in [0, 1]."""
    unit, matte = sitter.face.inter_ocular, sitter.matte
    paper = matte * calm_clothes(luma, sitter) + (1 - matte)
    fine = coherent_lines(paper, 0.009 * unit, 0.06 * unit, 20.0)
    darker = np.clip(blur(luma, 0.05 * unit) - luma, 0, 1)
    touch = (
        looked_at(sitter, luma.shape)
        * smoothstep(0.05, 0.22, darker + 0.35 * (0.38 - luma))
        * matte
    )
    return np.maximum(0.5 * fine, touch).astype(np.float32)
