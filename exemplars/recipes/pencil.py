"""The pencil set: soft graphite hatched over the form, black in the hair, paper in the lights."""

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
HAND = np.radians(-52)  # a right-handed draughtsman's hatching
PAPER = np.array([0.965, 0.952, 0.922], np.float32)
LEAD = np.array([0.085, 0.084, 0.092], np.float32)
HATCHING = (
    Pass(0.55, 3.0, 0.16, 0.55, 0, 0.05),
    Pass(0.42, 2.4, 0.20, 0.55, 6, 0.10),
    Pass(0.34, 2.2, 0.24, 0.55, 38, 0.30),
    Pass(0.30, 2.0, 0.32, 0.75, -4, 0.30),
    Pass(0.24, 2.2, 0.50, 0.9, 0, 0.48),
    Pass(0.16, 2.2, 0.62, 1.0, 3, 0.62),
    Pass(0.08, 1.6, 0.55, 1.0, 0, 0.30),
)


def pencil(sitter: Sitter, rng: np.random.Generator) -> np.ndarray:
    """Draw a sitter in pencil, (960, 768, 3) float32."""
    unit = sitter.face.inter_ocular
    luma = without_grain(drawing_luma(sitter, 0.71), sitter)
    luma = clear_detail(luma, sitter.matte, unit, 0.75)
    dark = wanted_darkness(luma, sitter)
    size = (dark.shape[1] * SCALE, dark.shape[0] * SCALE)
    wanted = np.clip(cv2.resize(dark, size, interpolation=cv2.INTER_CUBIC), 0, 1)
    direction = to_field(stroke_angle(sitter, luma, HAND, drape=0.45, grain=0.03), SCALE)
    tooth = paper_tooth(wanted.shape, rng, 1.3, 0.42)
    canvas = rubbed(wanted, tooth, unit * SCALE)
    for work in HATCHING:
        hatch(canvas, tooth, wanted, direction, work, unit * SCALE, rng)
    lines = cv2.resize(contours(luma, sitter), size, interpolation=cv2.INTER_CUBIC)
    lines = np.clip(lines * (0.55 + 0.45 * tooth), 0, 0.96)
    canvas = 1 - (1 - canvas) * (1 - lines)
    return on_paper(canvas, rng)


def wanted_darkness(luma: np.ndarray, sitter: Sitter) -> np.ndarray:
    """Coverage to reach, (H, W): full in head and hair, only begun in the clothes."""
    unit, (cx, cy) = sitter.face.inter_ocular, sitter.face.landmarks[29]
    y, x = np.mgrid[: luma.shape[0], : luma.shape[1]].astype(np.float32)
    dark = np.clip(1.0 - luma, 0, 1)
    dark = np.clip(1.06 * dark**1.08 - 0.05, 0, 0.97)
    edge = 0.18 * noise(luma.shape, 0.25 * unit, np.random.default_rng(7))
    below = smoothstep(1.35, 2.45, (y - cy) / unit + 0.35 * np.abs(x - cx) / unit + edge)
    person = dark * (1 - 0.86 * below)
    shade = np.exp(-0.5 * (((x - cx + 1.45 * unit) / (0.75 * unit)) ** 2
                           + ((y - cy - 0.35 * unit) / (1.05 * unit)) ** 2))  # fmt: skip
    matte = smoothstep(0.2, 0.8, sitter.matte)
    return (matte * person + (1 - matte) * 0.42 * shade).astype(np.float32)


def rubbed(wanted: np.ndarray, tooth: np.ndarray, unit: float) -> np.ndarray:
    """A first tone laid in with the side of the lead and rubbed with a finger."""
    soft = blur(wanted, 0.03 * unit)
    return np.clip((0.30 + 0.38 * soft) * soft * (0.6 + 0.4 * tooth), 0, 1).astype(np.float32)


def contours(luma: np.ndarray, sitter: Sitter) -> np.ndarray:
    """Drawn lines and small darks: outline, lids, pupils, nostrils, parting of the lips."""
    unit, matte = sitter.face.inter_ocular, sitter.matte
    paper = matte * calm_clothes(luma, sitter) + (1 - matte)
    fine = coherent_lines(paper, 0.008 * unit, 0.05 * unit, 30.0)
    broad = coherent_lines(paper, 0.018 * unit, 0.08 * unit, 10.0)
    edge = coherent_lines(1 - 0.4 * blur(matte, 1.2), 0.010 * unit, 0.07 * unit, 34.0)
    look = looked_at(sitter, luma.shape)
    darker = np.clip(blur(luma, 0.05 * unit) - luma, 0, 1)
    accent = look * smoothstep(0.04, 0.22, darker + 0.35 * (0.4 - luma)) * matte
    y = np.arange(luma.shape[0], dtype=np.float32)[:, None]
    fade = 1 - 0.55 * smoothstep(0.3, 2.0, (y - sitter.face.landmarks[8, 1]) / unit)
    pale = smoothstep(0.3, 0.65, blur(luma, 0.03 * unit))  # dark masses need no outline
    strength = np.maximum.reduce(
        [0.62 * fine, 0.45 * broad * matte, 0.7 * edge * pale, 0.9 * accent]
    )
    return strength * fade


def on_paper(canvas: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Photograph the sheet: reduce, tint, add the paper's own grain."""
    size = (canvas.shape[1] // SCALE, canvas.shape[0] // SCALE)
    coverage = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)[..., None]
    shape = coverage.shape[:2]
    grain = 0.008 * noise(shape, 0.8, rng) + 0.005 * noise(shape, 3, rng)
    sheet = PAPER * (1 + (grain + 0.006 * noise(shape, 60, rng)))[..., None]
    return np.clip(sheet * (1 - coverage) + LEAD * coverage, 0, 1).astype(np.float32)
