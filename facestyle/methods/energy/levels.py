"""The lightnesses at which curves are sampled, and how they are read in between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LEVELS = np.linspace(0.0, 1.0, 101)  # L
_STEPS = 1000


def stepped(curve: np.ndarray) -> np.ndarray:
    """A curve at `LEVELS` in the finer steps that `chroma_at` reads, (1001,) float64."""
    return np.interp(np.linspace(0, 1, _STEPS + 1), LEVELS, curve)


def chroma_at(curves: Sequence[np.ndarray], lightness: np.ndarray) -> np.ndarray:
    """Read curves of a and b at each lightness.

    A table of steps of 1/1000 L is ten times as fast as interpolation, and as good.

    Parameters
    ----------
    curves : sequence of two (1001,) float64
        From `stepped`.
    lightness : (...) float32
        L/100.

    Returns
    -------
    (..., 3) float32
        0 for L: sums of two channels of three take twelve times as long.
    """
    table = np.stack([np.zeros_like(curves[0]), *curves], axis=1).astype(np.float32)
    numbers = np.clip(np.float32(_STEPS) * lightness + np.float32(0.5), 0, _STEPS)
    return np.take(table, numbers.astype(np.int16), axis=0)
