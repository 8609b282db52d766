"""The base: each patch rebuilt as a locally linear mixture of its candidates.

S. T. Roweis and L. K. Saul, "Nonlinear Dimensionality Reduction by Locally Linear Embedding",
Science 2000, for the weights; Q. Liu et al., "A Nonlinear Approach for Face Sketch Synthesis and
Recognition", CVPR 2005, for their use on drawings.
"""

from __future__ import annotations

import numpy as np

from facestyle.methods.patch_paired.candidates import Candidates
from facestyle.methods.patch_paired.grid import Grid

_RIDGE = 0.3  # of the mean of the Gram matrix's diagonal
_SAMPLE_STEP = 2  # px; patches are compared at every second pixel


def mixture_weights(
    features: np.ndarray, exemplar_features: np.ndarray, grid: Grid, candidates: Candidates
) -> np.ndarray:
    """Find the affine mixture of candidates that comes nearest to the photograph's patch.

    Parameters
    ----------
    features : (C, H, W) float32
        Of the photograph, padded.
    exemplar_features : (N, C, H, W) float32
        Padded.
    grid : Grid
    candidates : Candidates

    Returns
    -------
    (h, w, K) float32
        Sums to 1 over K; ridge-regularized.
    """
    from facestyle.kernels.local_regression import fit_weights

    return fit_weights(
        features,
        exemplar_features,
        grid.nodes,
        candidates.places,
        step=_SAMPLE_STEP,
        ridge=_RIDGE,
    )


def mix(images: np.ndarray, grid: Grid, candidates: Candidates, weights: np.ndarray) -> np.ndarray:
    """Mix candidate patches.

    Parameters
    ----------
    images : (N, C, H, W) float32
        Aligned drawings or photographs, padded.
    grid : Grid
    candidates : Candidates
    weights : (h, w, K) float32

    Returns
    -------
    (h, w, C, q, q) float32
    """
    from facestyle.kernels.local_regression import mix_patches

    return mix_patches(images, candidates.places, weights, grid.half)


def overlay(patches: np.ndarray, grid: Grid) -> np.ndarray:
    """Average overlapping patches under a Hann window.

    Parameters
    ----------
    patches : (h, w, C, q, q) float32
    grid : Grid

    Returns
    -------
    (H, W, C) float32
        Without padding.
    """
    from facestyle.kernels.local_regression import overlay as add_windowed

    profile = np.hanning(grid.side + 2)[1:-1]
    window = np.outer(profile, profile).astype(np.float32)
    total, weight = add_windowed(patches, grid.nodes, window, grid.padded_size)
    return grid.crop(total / np.maximum(weight, np.float32(1e-6)))
