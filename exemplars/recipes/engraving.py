"""The engraved set: burin lines that swell with the shade and wrap around the form."""

from __future__ import annotations

import cv2
import numpy as np
from scipy import fft

from recipes.filters import blur, noise, smoothstep
from recipes.form import calm_clothes, clear_detail, drawing_luma, stroke_angle
from recipes.lines import coherent_lines
from recipes.studio import Sitter

SCALE = 3  # engraved at this size, then reduced
PITCH = 4.2  # px of the finished picture between two lines
HAND = np.radians(8)
PAPER = np.array([0.945, 0.925, 0.870], np.float32)
INK = np.array([0.085, 0.080, 0.105], np.float32)
_DIRECTIONS = 16
_ROUNDS = 6
_MARGIN = 20  # px: 808 x 1000


def engraving(sitter: Sitter, rng: np.random.Generator) -> np.ndarray:
    """Engrave a sitter, (960, 768, 3) float32."""
    unit, matte = sitter.face.inter_ocular, sitter.matte
    luma = clear_detail(drawing_luma(sitter, 0.66), matte, unit, 0.7)
    dark = wanted_darkness(luma, sitter)
    angle = stroke_angle(sitter, luma, HAND, drape=0.5)
    large = (dark.shape[1] * SCALE, dark.shape[0] * SCALE)
    shade = cv2.resize(dark, large, interpolation=cv2.INTER_CUBIC)
    ink = np.zeros_like(shade)
    for turn, pitch, low, high in (
        (0, 1.0, 0.02, 0.80),
        (58, 1.0, 0.42, 1.0),
        (-50, 1.1, 0.70, 1.25),
    ):
        phase = line_pattern(angle + np.radians(turn), pitch * PITCH, rng)
        phase = np.where(matte > 0.5, phase, ruled_lines(phase.shape))
        phase = cv2.resize(phase, large, interpolation=cv2.INTER_CUBIC)
        width = np.clip((shade - low) / (high - low), 0, 1) * 0.80
        ink = np.maximum(ink, cut(phase, width))
    contours = contour_lines(luma, sitter)
    contours = cv2.resize(contours, large, interpolation=cv2.INTER_CUBIC)
    ink = np.maximum(ink, smoothstep(0.42, 0.58, contours))
    coverage = cv2.resize(ink, dark.shape[::-1], interpolation=cv2.INTER_AREA)[..., None]
    sheet = (
        PAPER
        * (1 + 0.008 * noise(dark.shape, 1.0, rng) + 0.008 * noise(dark.shape, 40, rng))[..., None]
    )
    return np.clip(sheet * (1 - coverage) + INK * coverage, 0, 1).astype(np.float32)


def wanted_darkness(luma: np.ndarray, sitter: Sitter) -> np.ndarray:
    """Share of ink: the person, and a vignette of ruled lines behind the head, (H, W)."""
    unit, (cx, cy) = sitter.face.inter_ocular, sitter.face.landmarks[29]
    y, x = np.mgrid[: luma.shape[0], : luma.shape[1]].astype(np.float32)
    person = np.clip(1.0 - luma, 0, 1) ** 1.05
    person = np.where(person < 0.07, 0, person)
    below = smoothstep(1.9, 2.9, (y - cy) / unit + 0.25 * np.abs(x - cx) / unit)
    person = person * (1 - 0.8 * below)
    oval = np.hypot((x - cx) / 2.15, (y - cy - 0.1 * unit) / 2.55) / unit
    side = 0.30 - 0.12 * (x - cx) / (2 * unit)
    behind = np.clip(side, 0.1, 0.5) * (1 - smoothstep(0.72, 1.05, oval)) + 0.0
    return (sitter.matte * person + (1 - sitter.matte) * behind).astype(np.float32)


def line_pattern(angle: np.ndarray, pitch: float, rng: np.random.Generator) -> np.ndarray:
    """Evenly spaced lines along a direction field: values from -1 between them to 1 on them.

    Noise is sharpened by Gabor filters that are turned to the local direction, again and again,
    until it has settled into ridges; where they cannot fit, one begins or ends, as in engravings
    (and fingerprints: Cappelli et al. 2000).
    """
    turns = (angle % np.pi) / np.pi * _DIRECTIONS
    turns = np.pad(turns.astype(np.float32), _MARGIN, "edge")
    lower = np.floor(turns).astype(int) % _DIRECTIONS
    share = turns - np.floor(turns)
    # weight of each direction in each pixel: the two nearest ones are mixed
    weights = [
        np.where(lower == k, 1 - share, 0) + np.where((lower + 1) % _DIRECTIONS == k, share, 0)
        for k in range(_DIRECTIONS)
    ]
    spectra = [_gabor(np.pi * k / _DIRECTIONS, pitch, turns.shape) for k in range(_DIRECTIONS)]
    field = rng.standard_normal(turns.shape).astype(np.float32)
    for _ in range(_ROUNDS):
        spectrum = fft.rfft2(field)
        turned = np.zeros(turns.shape, np.float32)
        for weight, kernel in zip(weights, spectra, strict=True):
            turned += weight * fft.irfft2(spectrum * kernel, turns.shape)
        strength = np.sqrt(blur(turned * turned, pitch)) * np.sqrt(2) + 1e-6
        field = np.tanh(1.2 * turned / strength)
    strength = np.sqrt(blur(turned * turned, 0.7 * pitch)) * np.sqrt(2) + 1e-6
    inner = slice(_MARGIN, -_MARGIN)
    return np.clip(turned / strength, -1.3, 1.3)[inner, inner]


def ruled_lines(shape: tuple[int, ...]) -> np.ndarray:
    """The ruling machine's straight lines for the background."""
    y = np.arange(shape[0], dtype=np.float32)[:, None]
    return np.broadcast_to(np.cos(2 * np.pi * y / PITCH), shape).astype(np.float32)


def _gabor(angle: float, pitch: float, shape: tuple[int, ...]) -> np.ndarray:
    """Spectrum of an even Gabor filter for lines that run along `angle`, deaf to flat areas."""
    y = (np.arange(shape[0], dtype=np.float32) + shape[0] // 2) % shape[0] - shape[0] // 2
    x = (np.arange(shape[1], dtype=np.float32) + shape[1] // 2) % shape[1] - shape[1] // 2
    across = -x[None, :] * np.sin(angle) + y[:, None] * np.cos(angle)
    along = x[None, :] * np.cos(angle) + y[:, None] * np.sin(angle)
    window = np.exp(-0.5 * ((across / (0.42 * pitch)) ** 2 + (along / (0.75 * pitch)) ** 2))
    kernel = window * np.cos(2 * np.pi * across / pitch)
    kernel -= window * kernel.sum() / window.sum()
    return fft.rfft2((kernel / np.abs(kernel).sum()).astype(np.float32)).real


def cut(phase: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Ink of lines that cover `width` of their pitch; the finest are left out."""
    edge = np.cos(np.pi * np.clip(width, 0, 1))
    ink = smoothstep(-0.10, 0.10, phase - edge)
    return ink * smoothstep(0.03, 0.09, width)


def contour_lines(luma: np.ndarray, sitter: Sitter) -> np.ndarray:
    """Outlines and the lines of lids, nose and lips, (H, W) in [0, 1]."""
    unit, matte = sitter.face.inter_ocular, sitter.matte
    paper = matte * calm_clothes(luma, sitter) + (1 - matte)
    fine = coherent_lines(paper, 0.008 * unit, 0.05 * unit, 30.0)
    edge = coherent_lines(1 - 0.5 * blur(matte, 1.0), 0.008 * unit, 0.06 * unit, 34.0)
    eyes = np.zeros_like(luma)
    for part in (slice(36, 42), slice(42, 48)):
        outline = cv2.convexHull(sitter.face.landmarks[part].astype(np.int32))
        cv2.fillConvexPoly(eyes, outline, 1.0)
    local = blur(luma, 0.035 * unit) - luma
    deep = blur(eyes, 0.02 * unit) * smoothstep(0.0, 0.10, local + 0.25 * (0.35 - luma))
    y = np.arange(luma.shape[0], dtype=np.float32)[:, None]
    fade = 1 - smoothstep(1.6, 2.8, (y - sitter.face.landmarks[29, 1]) / unit)
    return np.maximum.reduce([0.75 * fine, 0.8 * edge * fade, deep])
