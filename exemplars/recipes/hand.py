"""Strokes by hand: traced along a direction field, laid in passes until the tone is met."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from recipes.filters import blur, noise

_SHIFT = 3  # fractional bits of OpenCV's drawing coordinates


@dataclass(frozen=True)
class Pass:
    """One pass over the sheet.

    Attributes
    ----------
    length : float
        Of a stroke, in inter-ocular distances.
    width : float
        Of a stroke, px of the sheet.
    pressure : float
        Coverage that one touch leaves on average paper, 0 to 1.
    share : float
        How much of the missing darkness the pass adds.
    turn : float
        Angle to the direction field, degrees.
    above : float
        Only where the wanted darkness exceeds this.
    """

    length: float
    width: float
    pressure: float
    share: float = 0.6
    turn: float = 0.0
    above: float = 0.0


def trace(
    direction: np.ndarray,
    seeds: np.ndarray,
    lengths: np.ndarray,
    bends: np.ndarray,
    stop: np.ndarray,
    step: float,
    inertia: float = 0.6,
    tolerance: float | None = None,
) -> list[np.ndarray]:
    """Follow a direction field both ways from each seed.

    Parameters
    ----------
    direction : (H, W, 2) float32
        Unit vectors; their sign does not matter.
    seeds : (N, 2) float
        Middle of each stroke, xy px.
    lengths, bends : (N,) float
        px, and radians added to the direction.
    stop : (H, W) float32
        A stroke ends where this falls under half of its value at the seed, or, with a
        `tolerance`, where it differs from it by more.
    step : float
        px between two points.
    inertia : float
        A hand doesn't turn on the spot: share of the last direction kept.

    Returns
    -------
    list of (K, 2) float32
        Points of each stroke, xy px.
    """
    height, width = stop.shape
    sides = []
    rotation = np.stack([np.cos(bends), np.sin(bends)], axis=1)
    columns, rows = _cell(seeds, width, height)
    at_seed = stop[rows, columns]
    for sign in (1.0, -1.0):
        position, alive = seeds.astype(np.float64), np.ones(len(seeds), bool)
        last = np.zeros_like(position)
        points, lives = [], []
        for k in range(int(np.ceil(0.5 * lengths.max() / step))):
            columns, rows = _cell(position, width, height)
            u, v = direction[rows, columns, 0], direction[rows, columns, 1]
            move = np.stack(
                [rotation[:, 0] * u - rotation[:, 1] * v, rotation[:, 1] * u + rotation[:, 0] * v],
                axis=1,
            )
            if k == 0:
                move *= sign * np.where(move[:, :1] < 0, -1, 1)
            else:
                move *= np.where((move * last).sum(axis=1, keepdims=True) < 0, -1, 1)
                move = inertia * last + (1 - inertia) * move
                move /= np.linalg.norm(move, axis=1, keepdims=True) + 1e-9
            position, last = position + step * move, move
            columns, rows = _cell(position, width, height)
            inside = (position >= 0).all(axis=1) & (position < (width, height)).all(axis=1)
            value = stop[rows, columns]
            like = value >= 0.5 * at_seed if tolerance is None else abs(value - at_seed) < tolerance
            alive = alive & inside & like & ((k + 1) * step < 0.5 * lengths)
            points.append(position)
            lives.append(alive)
        sides.append((np.stack(points, axis=1), np.stack(lives, axis=1).sum(axis=1)))
    (ahead, n_ahead), (behind, n_behind) = sides
    return [
        np.concatenate([behind[i, : n_behind[i]][::-1], seeds[i : i + 1], ahead[i, : n_ahead[i]]])
        for i in range(len(seeds))
    ]


def _cell(points: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    columns = np.clip(points[:, 0].astype(int), 0, width - 1)
    return columns, np.clip(points[:, 1].astype(int), 0, height - 1)


def draw_path(image: np.ndarray, path: np.ndarray, value: object, thickness: int) -> None:
    """Draw a stroke's path with OpenCV."""
    points = np.round(path * (1 << _SHIFT)).astype(np.int32)[:, None]
    cv2.polylines(image, [points], False, value, thickness, cv2.LINE_AA, _SHIFT)


def lay(
    canvas: np.ndarray,
    tooth: np.ndarray,
    paths: list[np.ndarray],
    widths: np.ndarray,
    pressures: np.ndarray,
    sheets: int = 10,
) -> None:
    """Lay strokes on the canvas; where strokes cross, their coverage adds up.

    The strokes are drawn on a few transparent sheets, within which they do not add up, and the
    sheets are laid on the canvas. Every stroke is thinner and lighter at its ends.
    """
    for first in range(sheets):
        sheet = np.zeros(canvas.shape, np.uint8)
        for i in range(first, len(paths), sheets):
            path = paths[i]
            if len(path) < 3:
                continue
            press = 255 * min(float(pressures[i]), 1.0)
            thick = max(1, round(float(widths[i])))
            draw_path(sheet, path, 0.5 * press, max(1, thick - 1))
            trim = len(path) // 6
            draw_path(sheet, path[trim : len(path) - trim], 0.8 * press, thick)
            trim = len(path) // 3
            draw_path(sheet, path[trim : len(path) - trim], press, thick)
        catch = tooth + 0.7 * canvas * (1 - tooth)  # what is there already fills the valleys
        press_map = np.clip(sheet.astype(np.float32) * (1 / 255) * catch, 0, 0.97)
        canvas += (1 - canvas) * press_map


def hatch(
    canvas: np.ndarray,
    tooth: np.ndarray,
    wanted: np.ndarray,
    direction: np.ndarray,
    work: Pass,
    unit: float,
    rng: np.random.Generator,
) -> None:
    """Add strokes where the drawing is still lighter than wanted."""
    missing = np.clip(wanted - blur(canvas, 0.03 * unit) - 0.03, 0, 1)
    missing[wanted < work.above] = 0
    small = cv2.resize(missing, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    share = small.ravel().astype(np.float64) ** 1.2
    if small.sum() < 1:
        return
    ink = 0.6 * work.pressure * work.width * work.length * unit
    count = int(min(work.share * small.sum() * 16 / ink, 60000))
    chosen = rng.choice(share.size, size=count, p=share / share.sum())
    rows, columns = np.divmod(chosen, small.shape[1])
    seeds = np.stack([columns, rows], axis=1) * 4.0 + rng.uniform(0, 4, (count, 2))
    depth = cv2.resize(wanted, small.shape[::-1], interpolation=cv2.INTER_AREA)[rows, columns]
    lengths = work.length * unit * rng.uniform(0.55, 1.35, count)
    bends = np.radians(work.turn + rng.normal(0, 4, count))
    paths = trace(direction, seeds, lengths, bends, wanted, max(2.0, 0.012 * unit))
    lay(
        canvas,
        tooth,
        paths,
        work.width * rng.uniform(0.7, 1.3, count),
        # a light hand in the lights
        work.pressure * rng.uniform(0.6, 1.3, count) * np.clip(0.2 + 1.2 * depth, 0, 1),
    )


def paper_tooth(
    shape: tuple[int, ...], rng: np.random.Generator, grain: float, depth: float
) -> np.ndarray:
    """Readiness of the paper's hills and valleys to take pigment, mean about 1."""
    hills = 0.75 * noise(shape, grain, rng) + 0.5 * noise(shape, 2 * grain, rng)
    hills += 0.3 * noise(shape, 5 * grain, rng)
    return np.clip(1 + depth * hills, 0.05, 2.4).astype(np.float32)


def to_field(angle: np.ndarray, scale: int) -> np.ndarray:
    """Unit vectors of a direction field on a sheet `scale` times as large, (H, W, 2)."""
    size = (angle.shape[1] * scale, angle.shape[0] * scale)
    c = cv2.resize(np.cos(2 * angle), size, interpolation=cv2.INTER_LINEAR)
    s = cv2.resize(np.sin(2 * angle), size, interpolation=cv2.INTER_LINEAR)
    turned = 0.5 * np.arctan2(s, c)
    return np.dstack([np.cos(turned), np.sin(turned)]).astype(np.float32)
