"""A clip whose true flow is known: a portrait that drifts, turns and comes nearer."""

import cv2
import numpy as np
from numpy.typing import NDArray

PERIOD = 24  # frames of one sway
DRIFT, TURN, ZOOM = 0.03, 2.5, 0.05  # widths, degrees, share


class MovingPortrait:
    """Frames of a portrait moved by similarities; the flow between any two is exact.

    Parameters
    ----------
    image : (H, W, 3) float32 in [0, 1]
        The portrait; beyond its border it is mirrored.
    count : int
        Frames.
    noise : float
        Standard deviation of the camera's noise, sRGB of 1.
    seed : int
    """

    def __init__(
        self, image: NDArray[np.float32], count: int, *, noise: float = 0.004, seed: int = 0
    ) -> None:
        height, width = image.shape[:2]
        random = np.random.default_rng(seed)
        self._matrices = [self._similarity(n, width, height) for n in range(count)]
        self.frames: list[NDArray[np.uint8]] = []
        for matrix in self._matrices:
            moved = cv2.warpAffine(
                image, matrix[:2], (width, height), None, cv2.INTER_CUBIC, cv2.BORDER_REFLECT_101
            )
            noisy = moved + noise * random.standard_normal(moved.shape)
            self.frames.append((np.clip(noisy, 0, 1) * 255).round().astype(np.uint8))

    def flow(self, start: int, end: int) -> NDArray[np.float32]:
        """True motion from one frame to another, (H, W, 2) float32."""
        height, width = self.frames[0].shape[:2]
        x, y = np.meshgrid(np.arange(width), np.arange(height))
        points = np.stack([x, y, np.ones_like(x)], axis=-1)
        motion = self._matrices[end] @ np.linalg.inv(self._matrices[start])
        return (points @ motion[:2].T - points[..., :2]).astype(np.float32)

    @staticmethod
    def _similarity(frame: int, width: int, height: int) -> NDArray[np.float64]:
        phase = 2 * np.pi * frame / PERIOD
        center = (width / 2, height / 2)
        matrix = np.eye(3)
        matrix[:2] = cv2.getRotationMatrix2D(
            center, TURN * np.sin(phase), 1 + ZOOM * (1 - np.cos(phase))
        )
        matrix[0, 2] += DRIFT * width * np.sin(phase)
        matrix[1, 2] += DRIFT * width * np.sin(2 * phase) / 2
        return matrix
