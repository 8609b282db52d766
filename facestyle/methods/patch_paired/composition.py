"""Composition: the base's tones with the quilt's strokes."""

from __future__ import annotations

import cv2
import numpy as np

SPLIT_SIGMA = 1.5  # px; below it are tones, above it strokes
_ENERGY_SIGMA = 5.0  # px; area over which stroke energies are compared
_ENERGY_NOISE = (1 / 255) ** 2  # one level of 8 bits
_MOST_GAIN = 2.0  # DESIGN 4.2, step 6
_PAPER_SIGMA = 4.0  # px; area over which grain is measured; chosen by eye, not measured
_PAPER_GRAIN, _STROKES = 2 / 255, 8 / 255  # local RMS of bare paper and of certain strokes
_PAPER_KEPT = 0.3  # of the high band on bare paper


def compose(
    base: np.ndarray, quilt: np.ndarray, *, texture: float = 0.5, zoom: int = 1
) -> np.ndarray:
    """Join the base's low frequencies with strokes from base and quilt.

    Parameters
    ----------
    base, quilt : (H, W, C) float32
        In [0, 1].
    texture : float
        Share of the quilt in the strokes, 0 to 1; the rest is the base's. Their energy is the
        quilt's in any case.
    zoom : int
        Enlargement over the working scale.

    Returns
    -------
    (H, W, C) float32
    """
    low = blur(base, zoom * SPLIT_SIGMA)
    quilt_strokes = quilt - blur(quilt, zoom * SPLIT_SIGMA)
    strokes = (1 - texture) * (base - low) + texture * quilt_strokes
    wanted = _energy(quilt_strokes, zoom * _ENERGY_SIGMA) + _ENERGY_NOISE
    gain = np.sqrt(wanted / (_energy(strokes, zoom * _ENERGY_SIGMA) + _ENERGY_NOISE))
    visible = np.sqrt(_energy(quilt_strokes, zoom * _PAPER_SIGMA))
    visible = np.clip((visible - _PAPER_GRAIN) / (_STROKES - _PAPER_GRAIN), 0, 1)
    gain = np.minimum(gain, _MOST_GAIN) * (_PAPER_KEPT + (1 - _PAPER_KEPT) * visible)
    return np.asarray(low + strokes * gain[..., None])


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur that keeps (H, W, C) three-dimensional."""
    return cv2.GaussianBlur(image, (0, 0), sigma).reshape(image.shape)


def _energy(strokes: np.ndarray, sigma: float) -> np.ndarray:
    """Local mean square over all channels, (H, W)."""
    return cv2.GaussianBlur((strokes * strokes).mean(axis=2), (0, 0), sigma)
