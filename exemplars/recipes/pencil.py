"""The drawn set: soft pencil on toned paper, hatched in layers like a study from life."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.faces import Face
from recipes.filters import blur, luminance, noise, smoothstep
from recipes.lines import blend_angles, coherent_lines, tangent_field
from recipes.relight import flatten, skin_mask
from recipes.strokes import draw_strokes
from recipes.studio import Sitter, fill_polygons
from recipes.texture import lift_levels

SCALE = 2  # drawn at twice the size, then reduced
HAND = np.radians(-52)  # a right-handed draughtsman's hatching
PAPER = np.array([0.953, 0.936, 0.900], np.float32)
GRAPHITE = np.array([0.150, 0.148, 0.155], np.float32)


@dataclass(frozen=True)
class Layer:
    """One pass of the pencil over the drawing.

    Attributes
    ----------
    share : float
        How much of the missing darkness it adds.
    length : float
        Of a stroke, in inter-ocular distances.
    width : float
        Radius (sigma) of the point, px of the finished picture.
    pressure : float
        Coverage that one touch leaves.
    turn : float
        Angle to the direction field, degrees.
    above : float
        Only where the wanted darkness exceeds this.
    """

    share: float
    length: float
    width: float
    pressure: float
    turn: float
    above: float


LAYERS = (
    Layer(0.45, 0.50, 0.62, 0.050, 0, 0.02),
    Layer(0.45, 0.42, 0.55, 0.070, 5, 0.06),
    Layer(0.50, 0.34, 0.50, 0.080, 32, 0.20),
    Layer(0.70, 0.30, 0.46, 0.110, -5, 0.16),
    Layer(0.90, 0.18, 0.42, 0.160, 0, 0.32),
    Layer(1.00, 0.10, 0.40, 0.200, 0, 0.45),
)


def pencil(sitter: Sitter, rng: np.random.Generator) -> np.ndarray:
    """Draw a sitter in pencil, (960, 768, 3) float32."""
    unit = sitter.face.inter_ocular
    tone = drawing_tone(sitter)
    wanted = wanted_darkness(tone, sitter)
    size = (wanted.shape[1] * SCALE, wanted.shape[0] * SCALE)
    enlarge = lambda a: cv2.resize(a, size, interpolation=cv2.INTER_CUBIC)  # noqa: E731
    angle, coherence = tangent_field(tone, 0.045 * unit)
    habit = 1 - smoothstep(0.3, 0.8, coherence) * blur(sitter.matte, 0.03 * unit)
    direction = blend_angles(enlarge_angle(angle, enlarge), HAND, enlarge(habit))
    wanted_large = np.clip(enlarge(wanted), 0, 1)
    tooth = paper_tooth(wanted_large.shape, rng)
    canvas = smudge(wanted_large, tooth, unit * SCALE)
    for layer in LAYERS:
        draw_layer(canvas, tooth, wanted_large, direction, layer, unit * SCALE, rng)
    lines = contour_coverage(tone, sitter, enlarge)
    canvas = 1 - (1 - canvas) * (1 - np.clip(lines * (0.35 + 0.65 * tooth), 0, 0.92))
    return on_paper(canvas, rng)


def enlarge_angle(angle: np.ndarray, enlarge) -> np.ndarray:
    """Resize a direction field through its double angle."""
    return 0.5 * np.arctan2(enlarge(np.sin(2 * angle)), enlarge(np.cos(2 * angle)))


def drawing_tone(sitter: Sitter) -> np.ndarray:
    """Luma of the person with clear half-tones, light skin and no heavy cloth."""
    face, matte = sitter.face, sitter.matte
    luma = np.clip(flatten(luminance(sitter.person), matte, face, 0.35), 0.001, 1)
    skin = skin_mask(face, luma.shape) * matte
    hull = fill_polygons((face.outline,), luma.shape) > 0
    dark = float(np.percentile(luma[hull], 1.5))
    luma = np.clip((luma - dark) / (1 - dark) + 0.1 * (1 - luma), 0.001, 1)
    median = float(np.median(luma[skin > 0.6]))
    luma = luma ** (np.log(0.74) / np.log(np.clip(median, 0.15, 0.93)))
    lifted = lift_levels(luma, matte, face, (0.012, 0.016, 0.028, 0.04, 0.05))
    return np.clip(lifted, 0, 1).astype(np.float32)


def wanted_darkness(tone: np.ndarray, sitter: Sitter) -> np.ndarray:
    """Coverage that the hatching should reach, (H, W): fades towards the picture's border."""
    face, unit = sitter.face, sitter.face.inter_ocular
    y, x = np.mgrid[: tone.shape[0], : tone.shape[1]].astype(np.float32)
    centre = face.landmarks[30]
    dark = 0.9 * np.clip(1.02 - tone, 0, 1) ** 1.15
    dark *= smoothstep(0.02, 0.12, dark)
    below = (y - face.landmarks[8, 1]) / unit
    finished = 1 - smoothstep(0.35, 1.9, below + 0.35 * np.abs(x - centre[0]) / unit)
    cloth = dark * (0.12 + 0.88 * finished) * (1 - 0.9 * smoothstep(1.2, 2.1, below))
    person = np.where(below > 0, cloth, dark)
    shade = np.exp(
        -0.5
        * (
            ((x - centre[0] + 1.7 * unit) / (0.8 * unit)) ** 2
            + ((y - centre[1] - 0.1 * unit) / (1.2 * unit)) ** 2
        )
    )
    return (sitter.matte * person + (1 - sitter.matte) * 0.27 * shade).astype(np.float32)


def draw_layer(canvas, tooth, wanted, direction, layer: Layer, unit: float, rng) -> None:
    """Hatch where the drawing is still lighter than wanted."""
    missing = np.clip(wanted - blur(canvas, 0.02 * unit), 0, 1)
    missing[wanted < layer.above] = 0
    reduced = cv2.resize(missing, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    share = reduced.ravel().astype(np.float64)
    if share.sum() == 0:
        return
    point = layer.width * SCALE
    ink = layer.pressure * 2 * np.pi * point**2 * layer.length * unit  # of one stroke
    count = int(layer.share * share.sum() * 16 / ink)
    chosen = rng.choice(share.size, size=count, p=share / share.sum())
    rows, columns = np.divmod(chosen, reduced.shape[1])
    seeds = np.stack([columns, rows], axis=1) * 4.0 + rng.uniform(0, 4, (count, 2))
    seeds = np.clip(seeds, 3, np.array(wanted.shape[::-1]) - 4)
    # hatch in rows, as a hand does, not at random
    order = np.lexsort((seeds[:, 0], (seeds[:, 1] // (0.25 * unit)).astype(int)))
    draw_strokes(
        canvas,
        tooth,
        wanted,
        direction,
        seeds[order],
        layer.length * unit * rng.uniform(0.6, 1.3, count),
        point * rng.uniform(0.75, 1.25, count),
        layer.pressure * rng.uniform(0.6, 1.25, count),
        np.radians(layer.turn + rng.normal(0, 4, count)),
    )


def smudge(wanted: np.ndarray, tooth: np.ndarray, unit: float) -> np.ndarray:
    """A first tone laid in with the side of the lead and rubbed with a finger."""
    soft = blur(wanted, 0.03 * unit)
    return ((0.34 + 0.26 * soft) * soft * (0.55 + 0.45 * tooth)).astype(np.float32)


def contour_coverage(tone: np.ndarray, sitter: Sitter, enlarge) -> np.ndarray:
    """Drawn lines and small darks: contours, lids, nostrils, the parting of the lips."""
    unit = sitter.face.inter_ocular
    paper = sitter.matte * tone + (1 - sitter.matte) * 1.0
    fine = coherent_lines(paper, 0.009 * unit, 0.045 * unit, 28.0)
    broad = coherent_lines(paper, 0.02 * unit, 0.08 * unit, 9.0)
    edge = coherent_lines(1 - 0.3 * blur(sitter.matte, 1.0), 0.011 * unit, 0.06 * unit, 34.0)
    look = feature_mask(sitter.face, tone.shape)
    accents = np.zeros_like(tone)
    for sigma, gain in ((0.02, 6.0), (0.05, 4.5)):
        accents = np.maximum(accents, np.clip(gain * (blur(tone, sigma * unit) - tone) - 0.1, 0, 1))
    accents *= sitter.matte * smoothstep(0.8, 0.4, tone)
    accents *= 0.45 + 0.5 * look
    careful = 0.85 * look * smoothstep(0.55, 0.12, tone) * sitter.matte
    accents = np.maximum(accents, careful)
    y = np.arange(tone.shape[0], dtype=np.float32)[:, None]
    fade = 1 - 0.75 * smoothstep(0.5, 2.0, (y - sitter.face.landmarks[8, 1]) / unit)
    pale = smoothstep(0.35, 0.7, blur(tone, 0.03 * unit))  # dark masses need no outline
    coverage = np.maximum.reduce([0.5 * fine, 0.4 * broad, 0.8 * edge * pale]) * fade
    return np.clip(enlarge(np.maximum(coverage, accents * fade)), 0, 1)


def feature_mask(face: Face, shape: tuple[int, ...]) -> np.ndarray:
    """Where a draughtsman looks longest: eyes, nostrils, mouth; soft, (H, W) in [0, 1]."""
    mask = np.zeros(shape[:2], np.float32)
    points = face.landmarks.astype(np.int32)
    for part in (slice(17, 22), slice(22, 27), slice(31, 36), slice(36, 42), slice(42, 48),
                 slice(48, 60)):  # fmt: skip
        cv2.polylines(mask, [points[part]], False, 1.0, round(0.2 * face.inter_ocular))
    return blur(mask, 0.06 * face.inter_ocular)


def paper_tooth(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Readiness of the paper's hills and valleys to take graphite."""
    hills = (
        0.75 * noise(shape, 1.3, rng) + 0.5 * noise(shape, 2.6, rng) + 0.3 * noise(shape, 6, rng)
    )
    return np.clip(1 + 0.55 * hills, 0.12, 2.3).astype(np.float32)


def on_paper(canvas: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Photograph the sheet: reduce, tint, add the paper's own grain."""
    size = (canvas.shape[1] // SCALE, canvas.shape[0] // SCALE)
    coverage = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)[..., None]
    shape = coverage.shape[:2]
    grain = 0.010 * noise(shape, 0.8, rng) + 0.006 * noise(shape, 3, rng)
    clouds = 0.006 * noise(shape, 60, rng)
    sheet = PAPER * (1 + (grain + clouds)[..., None])
    picture = sheet * (1 - coverage) + GRAPHITE * coverage
    return np.clip(picture, 0, 1).astype(np.float32)
