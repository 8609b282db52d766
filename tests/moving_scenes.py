"""Scenes whose motion and occlusions are known: a textured disc before a textured wall."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Scene:
    """Two frames, the true flows between them, and what of the second the first does not show."""

    first: np.ndarray  # (H, W, 3) float32 in [0, 1]
    second: np.ndarray
    forward: np.ndarray  # (H, W, 2) float32, first to second
    backward: np.ndarray
    hidden: np.ndarray  # (H, W) bool, on the grid of the second frame


def texture(seed: int, height: int, width: int) -> np.ndarray:
    """Noise of three scales, (H, W, 3) float32 in [0, 1]."""
    random = np.random.default_rng(seed)
    total = np.zeros((height, width, 3), np.float32)
    for cell, weight in ((3, 0.2), (8, 0.4), (24, 0.4)):
        noise = random.uniform(size=(height // cell + 2, width // cell + 2, 3))
        total += weight * cv2.resize(
            noise.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
        )
    return np.clip(total, 0, 1)


def disc(size: int, x: float, y: float, radius: float) -> np.ndarray:
    columns, rows = np.meshgrid(np.arange(size), np.arange(size))
    return (columns - x) ** 2 + (rows - y) ** 2 < radius**2


def frames_with_disc(
    size: int, moves: list[tuple[int, int]], pans: list[tuple[int, int]], *, seed: int = 0
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Frames and disc masks; the disc and the wall lie at these offsets (x, y) in whole px."""
    margin = max(max(abs(x), abs(y)) for x, y in pans) + 1
    wall = texture(seed, size + 2 * margin, size + 2 * margin)
    paint = texture(seed + 1, size, size)
    frames, masks = [], []
    for (x, y), (pan_x, pan_y) in zip(moves, pans, strict=True):
        top, left = margin - pan_y, margin - pan_x
        frame = wall[top : top + size, left : left + size].copy()
        mask = disc(size, 0.45 * size + x, 0.5 * size + y, 0.22 * size)
        frame[mask] = np.roll(paint, (y, x), axis=(0, 1))[mask]
        frames.append(frame)
        masks.append(mask)
    return frames, masks


def moving_disc(size: int, move: tuple[int, int], pan: tuple[int, int], seed: int = 0) -> Scene:
    """The disc moves by `move` px (x, y), the wall by `pan`."""
    frames, masks = frames_with_disc(size, [(0, 0), move], [(0, 0), pan], seed=seed)
    forward = np.where(masks[0][..., None], move, pan).astype(np.float32)
    backward = -np.where(masks[1][..., None], move, pan).astype(np.float32)
    rows, columns = np.mgrid[:size, :size]
    x = columns + backward[..., 0].astype(int)
    y = rows + backward[..., 1].astype(int)
    outside = (x < 0) | (y < 0) | (x >= size) | (y >= size)
    covered = masks[0][np.clip(y, 0, size - 1), np.clip(x, 0, size - 1)] & ~masks[1]
    return Scene(frames[0], frames[1], forward, backward, outside | covered)
