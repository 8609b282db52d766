"""What the exemplars' photographs cannot rebuild: glasses, hairpins, strands, the own likeness."""

from __future__ import annotations

import numpy as np

from facestyle.methods.patch_paired.base import overlay
from facestyle.methods.patch_paired.candidates import Candidates
from facestyle.methods.patch_paired.grid import Grid

# variance of a photo patch below which its drawing tells nothing (DESIGN 4.2, step 8)
_NOISE = 64 / 255**2
_STEEPEST = 1.5  # DESIGN 4.2, step 8


def drawing_slopes(
    gray_photos: np.ndarray, drawings: np.ndarray, grid: Grid, candidates: Candidates
) -> np.ndarray:
    """How strongly drawings react to the gray of their photographs, around each pixel.

    Parameters
    ----------
    gray_photos : (N, 1, H, W) float32
        Aligned, padded.
    drawings : (N, C, H, W) float32
        Aligned, padded.
    grid : Grid
    candidates : Candidates

    Returns
    -------
    (H, W, C) float32
        Covariance over variance, pooled over the candidates of a patch; 0 to 1.5.
    """
    from facestyle.kernels.patch_moments import pooled_moments

    moments = pooled_moments(gray_photos, drawings, candidates.places, grid.half)
    slopes = moments[..., :-1] / (moments[..., -1:] + np.float32(_NOISE))
    patches = np.clip(slopes, 0, _STEEPEST)[..., None, None]
    return overlay(np.repeat(np.repeat(patches, grid.side, 3), grid.side, 4), grid)
