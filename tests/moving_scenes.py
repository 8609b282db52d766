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


class MovingDisc:
    """A disc before a wall over several frames; motion and visibility between any two are known.

    Parameters
    ----------
    size : int
        Side of the frames in px.
    moves, pans : list of (int, int)
        Where the disc and the wall are in every frame, x and y in px.
    radius : float
        Of the disc, in sides.
    """

    def __init__(
        self,
        size: int,
        moves: list[tuple[int, int]],
        pans: list[tuple[int, int]],
        *,
        seed: int = 0,
        radius: float = 0.22,
    ) -> None:
        self.size, self.moves, self.pans = size, moves, pans
        margin = max(max(abs(x), abs(y)) for x, y in pans) + 1
        wall = texture(seed, size + 2 * margin, size + 2 * margin)
        paint = texture(seed + 1, size, size)
        self.frames, self.masks = [], []
        for (x, y), (pan_x, pan_y) in zip(moves, pans, strict=True):
            top, left = margin - pan_y, margin - pan_x
            frame = wall[top : top + size, left : left + size].copy()
            mask = disc(size, 0.45 * size + x, 0.5 * size + y, radius * size)
            frame[mask] = np.roll(paint, (y, x), axis=(0, 1))[mask]
            self.frames.append(frame)
            self.masks.append(mask)

    def flow(self, start: int, end: int) -> np.ndarray:
        """True motion from one frame to another, (H, W, 2) float32."""
        disc_motion = np.subtract(self.moves[end], self.moves[start])
        wall_motion = np.subtract(self.pans[end], self.pans[start])
        on_disc = self.masks[start][..., None]
        return np.where(on_disc, disc_motion, wall_motion).astype(np.float32)

    def hidden(self, start: int, end: int) -> np.ndarray:
        """Which points of one frame another does not show, (H, W) bool."""
        flow = self.flow(start, end).astype(int)
        rows, columns = np.mgrid[: self.size, : self.size]
        x, y = columns + flow[..., 0], rows + flow[..., 1]
        outside = (x < 0) | (y < 0) | (x >= self.size) | (y >= self.size)
        x, y = np.clip(x, 0, self.size - 1), np.clip(y, 0, self.size - 1)
        return outside | (self.masks[end][y, x] & ~self.masks[start])


def moving_disc(size: int, move: tuple[int, int], pan: tuple[int, int], seed: int = 0) -> Scene:
    """Two frames: the disc moves by `move` px (x, y), the wall by `pan`."""
    scene = MovingDisc(size, [(0, 0), move], [(0, 0), pan], seed=seed)
    forward, backward = scene.flow(0, 1), scene.flow(1, 0)
    return Scene(scene.frames[0], scene.frames[1], forward, backward, scene.hidden(1, 0))
