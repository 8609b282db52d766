"""The oil set: strokes from broad to fine (Hertzmann 1998), with bristles and raking light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from recipes.color import natural_rgb
from recipes.filters import blur, luminance, noise, smoothstep
from recipes.form import clear_detail, drawing_luma, looked_at, stroke_angle
from recipes.hand import draw_path, to_field, trace
from recipes.studio import Sitter

SCALE = 2  # painted at twice the size, then reduced
HAND = np.radians(-35)


@dataclass(frozen=True)
class Brush:
    """One brush: its width in px of the canvas, strokes' length in widths, and its care.

    Attributes
    ----------
    width, length : float
    tolerance : float
        Color difference (RMS over the channels) above which the brush paints over what is there.
    jitter : float
        How much the color of a stroke wanders.
    """

    width: float
    length: float
    tolerance: float
    jitter: float


BRUSHES = (
    Brush(58, 4.0, 0.0, 0.045),
    Brush(34, 4.5, 0.034, 0.040),
    Brush(20, 5.0, 0.040, 0.040),
    Brush(12, 5.0, 0.046, 0.032),
    Brush(7, 5.0, 0.052, 0.018),
    Brush(4, 5.0, 0.050, 0.008),
)


def oil(sitter: Sitter, rng: np.random.Generator) -> np.ndarray:
    """Paint a sitter in oil, (960, 768, 3) float32."""
    unit = sitter.face.inter_ocular
    luma = clear_detail(drawing_luma(sitter, 0.60, flat=0.2), sitter.matte, unit, 0.35)
    motif = compose(sitter, luma, rng)
    angle = stroke_angle(sitter, luma, HAND, drape=0.5, grain=0.06)
    size = (motif.shape[1] * SCALE, motif.shape[0] * SCALE)
    large = cv2.resize(motif, size, interpolation=cv2.INTER_CUBIC).clip(0, 1)
    field = to_field(angle, SCALE)
    care = cv2.resize(care_map(sitter), size, interpolation=cv2.INTER_LINEAR)
    canvas = np.tile((np.array([0.36, 0.29, 0.23]) * 255).astype(np.uint8), (*large.shape[:2], 1))
    labels = np.zeros(large.shape[:2], np.float32)
    for brush in BRUSHES:
        paint(canvas, labels, large, field, care, brush, rng)
    return varnish(canvas, labels, field, rng)


def compose(sitter: Sitter, luma: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The person before a dark ground that is lighter on the shadow side, (H, W, 3)."""
    unit, (cx, cy) = sitter.face.inter_ocular, sitter.face.landmarks[29]
    tone = np.clip(0.06 + 0.92 * luma**1.05, 0, 1)
    person = natural_rgb(sitter, tone)
    # warm lights, cool shadows
    warm = np.array([1.03, 1.0, 0.93], np.float32) ** (2 * tone[..., None] - 0.7)
    person = person * warm
    y, x = np.mgrid[: luma.shape[0], : luma.shape[1]].astype(np.float32)
    glow = np.exp(
        -0.5 * (np.hypot((x - cx - 0.9 * unit) / 1.7, (y - cy - 0.2 * unit) / 1.9) / unit) ** 2
    )
    patches = 0.5 + 0.18 * noise(luma.shape, 0.45 * unit, rng)
    ground = np.array([0.165, 0.155, 0.125], np.float32) * (0.6 + patches)[..., None]
    ground = ground + (glow * (0.7 + 0.6 * patches))[..., None] * np.array(
        [0.17, 0.165, 0.115], np.float32
    )
    alpha = smoothstep(0.15, 0.85, sitter.matte)[..., None]
    return np.clip(ground + alpha * (person - ground), 0, 1).astype(np.float32)


def care_map(sitter: Sitter) -> np.ndarray:
    """How closely a place is looked at: little in the ground, most at eyes and mouth, (H, W)."""
    unit, shape = sitter.face.inter_ocular, sitter.matte.shape
    hull = np.zeros(shape, np.float32)
    cv2.fillConvexPoly(hull, cv2.convexHull(sitter.face.outline.astype(np.int32)), 1.0)
    face = blur(hull, 0.15 * unit)
    look = np.clip(1.6 * blur(looked_at(sitter, shape), 0.05 * unit), 0, 1)
    return np.clip(0.15 + 0.25 * sitter.matte + 0.3 * face + 0.4 * look, 0, 1).astype(np.float32)


def paint(canvas, labels, motif, field, care, brush: Brush, rng: np.random.Generator) -> None:
    """Paint over everything that still differs from the motif, seen as coarsely as the brush."""
    seen = blur(motif, 0.33 * brush.width)
    difference = np.sqrt(((seen - canvas.astype(np.float32) / 255) ** 2).mean(axis=2))
    difference = blur(difference, 0.3 * brush.width)
    step = 0.62 * brush.width
    height, width = labels.shape
    y, x = np.mgrid[0:height:step, 0:width:step]
    seeds = np.stack([x.ravel(), y.ravel()], axis=1) + rng.uniform(-0.5, 0.5, (x.size, 2)) * step
    seeds = seeds.clip(0, (width - 1, height - 1))
    columns, rows = seeds.astype(int).T
    # fine brushes go only where one looks
    needed = np.clip((16.0 - brush.width) / 14.0, 0, 0.8)
    wanted = (difference[rows, columns] >= brush.tolerance) & (care[rows, columns] >= needed)
    seeds = rng.permutation(seeds[wanted])
    if len(seeds) == 0:
        return
    lengths = brush.length * brush.width * rng.uniform(0.6, 1.3, len(seeds))
    bends = rng.normal(0, 0.12, len(seeds))
    paths = trace(field, seeds, lengths, bends, luminance(seen), 0.4 * brush.width, 0.5, 0.09)
    columns, rows = seeds.astype(int).T
    colors = seen[rows, columns] * (1 + brush.jitter * rng.standard_normal((len(seeds), 1)))
    colors = colors * (1 + 0.6 * brush.jitter * rng.standard_normal((len(seeds), 3)))
    colors = np.clip(colors * 255, 0, 255)
    names = rng.uniform(1, 1e6, len(seeds))
    for path, color, name in zip(paths, colors, names, strict=True):
        if len(path) == 1:
            path = np.repeat(path, 2, axis=0) + np.array([[0, 0], [0.5 * brush.width, 0]])
        thick = max(1, round(brush.width * 0.9))
        draw_path(canvas, path, color.tolist(), thick)
        points = np.round(path * 8).astype(np.int32)[:, None]
        cv2.polylines(labels, [points], False, float(name), thick, cv2.LINE_8, 3)


def varnish(canvas, labels, field, rng: np.random.Generator) -> np.ndarray:
    """Give the paint its bristle marks and ridges, light them from the upper left, and reduce."""
    shape = labels.shape
    bristles = streaks(labels, field, rng)
    height = 0.36 * bristles
    step = np.zeros(shape, np.float32)
    step[:, 1:] += labels[:, 1:] != labels[:, :-1]
    step[1:] += labels[1:] != labels[:-1]
    height += 1.3 * blur(np.clip(step, 0, 1), 1.3)
    weave = paper_weave(shape)
    height += 0.12 * weave
    gx = cv2.Sobel(height.astype(np.float32), cv2.CV_32F, 1, 0, ksize=3, scale=0.25)
    gy = cv2.Sobel(height.astype(np.float32), cv2.CV_32F, 0, 1, ksize=3, scale=0.25)
    light = blur(0.6 * gx + 0.8 * gy, 0.7)
    picture = canvas.astype(np.float32) / 255
    picture = picture * (1 + 0.045 * bristles[..., None])
    picture = picture * (1 + 0.15 * np.tanh(2.0 * light))[..., None]
    picture = picture + 0.08 * np.clip(np.tanh(2.0 * light) - 0.4, 0, 1)[..., None]
    size = (shape[1] // SCALE, shape[0] // SCALE)
    return np.clip(cv2.resize(picture.astype(np.float32), size, interpolation=cv2.INTER_AREA), 0, 1)


def streaks(labels: np.ndarray, field: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Noise smeared along each stroke (line integral convolution), another piece for each."""
    source = noise(labels.shape, 1.1, rng)
    height, width = labels.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    shift_x, shift_y = (labels * 7.13) % 997, (labels * 3.71) % 991
    total = np.zeros(labels.shape, np.float32)
    for sign in (1.0, -1.0):
        px, py = x.copy(), y.copy()
        dx, dy = sign * field[..., 0], sign * field[..., 1]
        for _ in range(9):
            px, py = px + 2.0 * dx, py + 2.0 * dy
            total += cv2.remap(
                source,
                ((px + shift_x) % width).astype(np.float32),
                ((py + shift_y) % height).astype(np.float32),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_WRAP,
            )
    return (total / total.std()).astype(np.float32)


def paper_weave(shape: tuple[int, ...]) -> np.ndarray:
    """The canvas' threads."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return np.cos(2 * np.pi * x / 7.0) * np.cos(2 * np.pi * y / 7.0)
