"""Scoot against a plain twin written from the authors' description."""

import numpy as np
import pytest

from facestyle.errors import UsageError
from facestyle.metrics.co_occurrence import scoot


def block_statistics(block: np.ndarray) -> list[float]:
    """Contrast and energy of a block of gray levels 0-255, pixel by pixel."""
    height, width = block.shape
    counts = np.zeros((6, 6))
    for down, right in ((0, 1), (-1, 1), (-1, 0), (-1, -1)):
        for y in range(height):
            for x in range(width):
                if 0 <= y + down < height and 0 <= x + right < width:
                    here = min(int(int(block[y, x]) * 6 / 255), 5)
                    there = min(int(int(block[y + down, x + right]) * 6 / 255), 5)
                    counts[here, there] += 0.25
    counts = np.floor(counts + 0.5)
    share = counts / counts.sum()
    contrast = sum(share[i, j] * (i - j) ** 2 for i in range(6) for j in range(6))
    return [contrast, float((share**2).sum())]


def scoot_twin(first: np.ndarray, second: np.ndarray) -> float:
    """Scoot of two uint8 gray pictures whose sides are multiples of 4."""
    height, width = first.shape[0] // 4, first.shape[1] // 4
    square = 0.0
    for y in range(0, 4 * height, height):
        for x in range(0, 4 * width, width):
            a = block_statistics(first[y : y + height, x : x + width])
            b = block_statistics(second[y : y + height, x : x + width])
            square += (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
    return 1 / (1 + square**0.5)


def drawing(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (32, 24), dtype=np.uint8)


def test_matches_the_twin():
    first = drawing(1)
    second = (drawing(2) // 2 + 100).astype(np.uint8)
    assert scoot(first, second) == pytest.approx(scoot_twin(first, second), rel=1e-9)


def test_equal_drawings_are_perfect():
    assert scoot(drawing(1), drawing(1)) == 1


def test_floats_score_as_their_8_bit_file():
    first, second = drawing(1), (drawing(2) // 2).astype(np.uint8)
    assert scoot(first / 255.0, second / 255.0) == scoot(first, second)


def test_fading_strokes_scores_worse():
    strokes = np.where(np.arange(64)[:, None] % 4 < 2, 255, 0) * np.ones((1, 64))
    scores = [scoot(strokes * k / 255, strokes / 255) for k in (1, 0.8, 0.5, 0.2)]
    assert np.all(np.diff(scores) < 0)


def test_the_place_of_texture_matters():
    left, right = np.zeros((64, 64)), np.zeros((64, 64))
    left[::2, :32], right[::2, 32:] = 1, 1
    assert scoot(left, right) < 0.5


def test_tiny_pictures_are_refused():
    with pytest.raises(UsageError, match="8 px"):
        scoot(np.zeros((7, 20)), np.zeros((7, 20)))
