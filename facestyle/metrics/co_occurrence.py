"""Scoot: does a drawing have the block-wise texture statistics of the artist's?"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import UsageError
from facestyle.metrics.inputs import Image, check_pair, eight_bit, gray

BLOCKS = 4  # the picture is divided into BLOCKS x BLOCKS
LEVELS = 6  # gray levels after quantization
NEIGHBORS = ((0, 1), (-1, 1), (-1, 0), (-1, -1))  # (row, column): 0, 45, 90, 135 degrees


def scoot(result: Image, truth: Image) -> float:
    """Return the structure co-occurrence texture similarity of two drawings.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        Drawings of the same shape, at least 8 pixels wide and high.

    Returns
    -------
    float
        In (0, 1]; 1 for equal texture statistics; higher is better.

    Raises
    ------
    UsageError
        If the drawings differ in shape or are smaller than 8 pixels.

    References
    ----------
    Fan, Zhang, Wu, Liu, Cheng, Ren, Rosin, Ji: Scoot: A Perceptual Metric for Facial
    Sketches. ICCV 2019; details as in the authors' ScootMeasure.m (co-occurrence counts are
    averaged over four orientations and rounded; contrast and energy of each block).
    """
    check_pair(result, truth)
    if min(result.shape[:2]) < 2 * BLOCKS:
        raise UsageError(
            f"Scoot needs pictures of at least {2 * BLOCKS} px a side; found {result.shape[:2]}"
        )
    difference = _texture_statistics(result) - _texture_statistics(truth)
    return float(1 / (1 + np.linalg.norm(difference)))


def _texture_statistics(image: Image) -> NDArray[np.float64]:
    """Contrast and energy of the co-occurrence matrix of every block, (blocks, 2)."""
    levels = _quantized(eight_bit(gray(eight_bit(image))))
    rows = [levels.shape[0] * k // BLOCKS for k in range(BLOCKS + 1)]
    columns = [levels.shape[1] * k // BLOCKS for k in range(BLOCKS + 1)]
    return np.array(
        [
            _contrast_and_energy(levels[top:bottom, left:right])
            for top, bottom in pairwise(rows)
            for left, right in pairwise(columns)
        ]
    )


def _quantized(image: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Gray levels 0 to LEVELS - 1, as MATLAB's graycomatrix divides [0, 255]."""
    levels = np.floor(image * (LEVELS / 255)).astype(np.intp)
    return np.minimum(levels, LEVELS - 1)


def _contrast_and_energy(block: NDArray[np.intp]) -> tuple[float, float]:
    """Mean squared level difference of neighbors, and sum of squared frequencies."""
    counts = np.mean([_co_occurrences(block, *offset) for offset in NEIGHBORS], axis=0)
    counts = np.floor(counts + 0.5)  # MATLAB rounds halves up
    frequencies = counts / counts.sum()
    difference = np.subtract.outer(np.arange(LEVELS), np.arange(LEVELS))
    return float((difference**2 * frequencies).sum()), float((frequencies**2).sum())


def _co_occurrences(block: NDArray[np.intp], down: int, right: int) -> NDArray[np.intp]:
    """How often each pair of levels occurs at an offset, (LEVELS, LEVELS)."""
    height, width = block.shape
    here = block[max(0, -down) : height - max(0, down), max(0, -right) : width - max(0, right)]
    there = block[max(0, down) : height + min(0, down), max(0, right) : width + min(0, right)]
    pairs = here.ravel() * LEVELS + there.ravel()
    return np.bincount(pairs, minlength=LEVELS**2).reshape(LEVELS, LEVELS)
