"""The charcoal set: vine charcoal on toned laid paper, smudged and lifted, with white chalk."""

from __future__ import annotations

import cv2
import numpy as np

from recipes.filters import blur, noise, smoothstep
from recipes.form import (
    calm_clothes,
    clear_detail,
    drawing_luma,
    looked_at,
    stroke_angle,
    without_grain,
)
from recipes.hand import Pass, hatch, paper_tooth, to_field
from recipes.lines import coherent_lines
from recipes.studio import Sitter

SCALE = 2  # drawn at twice the size, then reduced
HAND = np.radians(-58)
PAPER = np.array([0.765, 0.752, 0.722], np.float32)
COAL = np.array([0.070, 0.066, 0.064], np.float32)
CHALK = np.array([0.975, 0.965, 0.940], np.float32)
BROAD = (
    Pass(0.85, 22, 0.22, 0.7, 0, 0.10),
    Pass(0.50, 13, 0.26, 0.7, 12, 0.22),
)
FIRM = (
    Pass(0.38, 6, 0.26, 0.6, -6, 0.12),
    Pass(0.28, 4.5, 0.40, 0.8, 4, 0.32),
    Pass(0.18, 3.4, 0.60, 1.0, 0, 0.50),
    Pass(0.09, 3.0, 0.60, 1.0, 0, 0.34),
)
LIGHTS = (Pass(0.40, 10, 0.30, 0.8, 0, 0.10), Pass(0.20, 5, 0.50, 0.8, 5, 0.35))


def charcoal(sitter: Sitter, rng: np.random.Generator) -> np.ndarray:
    """Draw a sitter in charcoal and chalk, (960, 768, 3) float32."""
    unit = sitter.face.inter_ocular
    luma = without_grain(drawing_luma(sitter, 0.68), sitter)
    luma = clear_detail(luma, sitter.matte, unit, 0.8)
    dark, light = wanted_tones(luma, sitter, rng)
    size = (dark.shape[1] * SCALE, dark.shape[0] * SCALE)
    enlarge = lambda a: np.clip(cv2.resize(a, size, interpolation=cv2.INTER_CUBIC), 0, 1)  # noqa: E731
    dark, light = enlarge(dark), enlarge(light)
    direction = to_field(stroke_angle(sitter, luma, HAND, drape=0.35, grain=0.05), SCALE)
    tooth = laid_tooth(dark.shape, rng)
    coal, large = np.zeros_like(dark), unit * SCALE
    for work in BROAD:
        hatch(coal, tooth, 0.85 * blur(dark, 0.07 * large), direction, work, large, rng)
    coal = smudge(coal, dark, tooth, large)
    for work in FIRM:
        hatch(coal, tooth, dark, direction, work, large, rng)
    lines = enlarge(accents(luma, sitter))
    coal = 1 - (1 - coal) * (1 - np.clip(lines * (0.35 + 0.65 * tooth), 0, 0.97))
    chalk = np.zeros_like(coal)
    for work in LIGHTS:
        hatch(chalk, tooth, light, direction, work, large, rng)
    chalk *= 1 - 0.85 * coal
    return on_paper(coal, chalk, tooth, rng)


def wanted_tones(
    luma: np.ndarray, sitter: Sitter, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Coverage of charcoal and of chalk, each (H, W): the bare paper is the middle tone."""
    unit, (cx, cy) = sitter.face.inter_ocular, sitter.face.landmarks[29]
    y, x = np.mgrid[: luma.shape[0], : luma.shape[1]].astype(np.float32)
    dark = np.clip((0.70 - luma) / 0.70, 0, 1) ** 0.9
    light = np.clip((luma - 0.74) / 0.24, 0, 1)
    ragged = 0.25 * noise(luma.shape, 0.3 * unit, rng)
    below = smoothstep(1.5, 2.7, (y - cy) / unit + 0.3 * np.abs(x - cx) / unit + ragged)
    person_dark, person_light = dark * (1 - 0.8 * below), light * (1 - 0.9 * below)
    far = np.hypot((x - cx + 0.5 * unit) / 2.3, (y - cy) / 2.7) / unit + 0.5 * ragged
    side = smoothstep(1.2, -1.6, (x - cx) / unit)
    behind = (0.16 + 0.46 * side) * smoothstep(1.05, 0.62, far)
    matte = smoothstep(0.2, 0.8, sitter.matte)
    return (
        (matte * person_dark + (1 - matte) * behind).astype(np.float32),
        (matte * person_light).astype(np.float32),
    )


def laid_tooth(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """A rough paper with the faint parallel lines of its mould."""
    tooth = paper_tooth(shape, rng, 2.6, 0.58)
    y = np.arange(shape[0], dtype=np.float32)[:, None] + 0.8 * noise(shape, 40, rng)
    return np.clip(tooth + 0.16 * np.cos(2 * np.pi * y / 9.5), 0.03, 2.4).astype(np.float32)


def smudge(coal: np.ndarray, dark: np.ndarray, tooth: np.ndarray, unit: float) -> np.ndarray:
    """Rub the first tone with the palm: it fills the valleys and creeps over the edges."""
    soft = 0.30 * blur(coal, 0.03 * unit) + 0.62 * blur(dark, 0.012 * unit)
    return np.clip((soft + 0.22 * coal) * (0.6 + 0.4 * tooth), 0, 0.93).astype(np.float32)


def accents(luma: np.ndarray, sitter: Sitter) -> np.ndarray:
    """Firm lines with the stick's edge: outline, lids, nostrils, mouth, (H, W) in [0, 1]."""
    unit, matte = sitter.face.inter_ocular, sitter.matte
    paper = matte * calm_clothes(luma, sitter) + (1 - matte)
    broad = coherent_lines(paper, 0.011 * unit, 0.08 * unit, 22.0)
    edge = coherent_lines(1 - 0.4 * blur(matte, 1.5), 0.016 * unit, 0.10 * unit, 24.0)
    darker = np.clip(blur(luma, 0.05 * unit) - luma, 0, 1)
    look = looked_at(sitter, luma.shape)
    deep = look * smoothstep(0.05, 0.24, darker + 0.4 * (0.36 - luma)) * matte
    y = np.arange(luma.shape[0], dtype=np.float32)[:, None]
    fade = 1 - 0.5 * smoothstep(0.3, 2.0, (y - sitter.face.landmarks[8, 1]) / unit)
    return np.maximum.reduce([0.62 * broad * matte, 0.62 * edge, 0.95 * deep]) * fade


def on_paper(
    coal: np.ndarray, chalk: np.ndarray, tooth: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Lay charcoal, then chalk, on the sheet and reduce it."""
    shape = coal.shape
    fibers = 0.024 * (tooth - 1) + 0.010 * noise(shape, 90, rng) + 0.012 * noise(shape, 1.2, rng)
    sheet = PAPER * (1 + fibers)[..., None]
    sheet = sheet + (COAL - sheet) * coal[..., None]
    sheet = sheet + (CHALK - sheet) * np.clip(chalk, 0, 0.95)[..., None]
    size = (shape[1] // SCALE, shape[0] // SCALE)
    return np.clip(cv2.resize(sheet.astype(np.float32), size, interpolation=cv2.INTER_AREA), 0, 1)
