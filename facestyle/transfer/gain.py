"""Gain maps: how much each band's local energy must change (Shih et al. 2014, eq. 4)."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.pyramid import REFERENCE_INTER_OCULAR, LaplacianStack, gaussian_blur

_EPSILON = 1e-4
_CHROMA_LIMITS = (0.0, 2.0)
# bands whose Gaussian is narrower than this were never resolved by the exemplar's pixels, px
_RESOLVED_SIGMA = 0.9


def gain_maps(
    stack: LaplacianStack,
    energies: Sequence[np.ndarray],
    resolved: Sequence[float],
    *,
    limits: tuple[float, float],
    inter_ocular: float,
    strength: float = 1.0,
) -> list[np.ndarray]:
    """Compute a gain map for each band.

    Parameters
    ----------
    stack : LaplacianStack
        Of the input.
    energies : sequence of (h_l, w_l, 3) float32
        Of the exemplars, aligned and blended, on the grids of the stack's own energies.
    resolved : sequence of float
        For each band, the share of the blend that resolves it; the rest of the gain is taken from
        the next coarser band.
    limits : (float, float)
        Least and largest luminance gain.
    inter_ocular : float
        Of the input, px.
    strength : float
        Gains are raised to this power.

    Returns
    -------
    list of (h_l, w_l, 3) float32
    """
    width = stack.bands[0].shape[1]
    low = np.array([limits[0], _CHROMA_LIMITS[0], _CHROMA_LIMITS[0]], np.float32)
    high = np.array([limits[1], _CHROMA_LIMITS[1], _CHROMA_LIMITS[1]], np.float32)
    gains: list[np.ndarray] = []
    coarser: np.ndarray | None = None
    for level in reversed(range(len(stack.bands))):
        own = stack.energies[level]
        gain = np.clip(np.sqrt(energies[level] / (own + _EPSILON)), low, high)
        sigma = 3 * 2**level * inter_ocular / REFERENCE_INTER_OCULAR
        gain = gaussian_blur(gain, sigma * own.shape[1] / width)
        if coarser is not None and resolved[level] < 1:
            size = (gain.shape[1], gain.shape[0])
            coarse = cv2.resize(coarser, size, interpolation=cv2.INTER_LINEAR)
            gain = coarse + np.float32(resolved[level]) * (gain - coarse)
        coarser = gain
        gains.append(gain if strength == 1 else gain ** np.float32(strength))
    return gains[::-1]


def resolved_bands(stack: LaplacianStack) -> np.ndarray:
    """Which bands an exemplar's own pixels can hold, (levels,) float64 of 0 and 1."""
    return np.array([float(sigma >= _RESOLVED_SIGMA) for sigma in stack.sigmas])
