"""From a photograph at the working scale to the layers of its drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facestyle.frozen import FrozenRecord
from facestyle.methods.patch_paired.base import mix, mixture_weights, overlay
from facestyle.methods.patch_paired.candidates import (
    Candidates,
    find_candidates,
)
from facestyle.methods.patch_paired.dense_alignment import align_exemplars
from facestyle.methods.patch_paired.exemplar import PreparedExemplar
from facestyle.methods.patch_paired.grid import Grid, make_grid
from facestyle.methods.patch_paired.identity import drawing_slopes
from facestyle.methods.patch_paired.labeling import choose_patches, gather_patches
from facestyle.methods.patch_paired.photo_features import normalized_gray, photo_feature_maps
from facestyle.methods.patch_paired.quilting import quilt
from facestyle.methods.patch_paired.uncovered import add_unpositioned
from facestyle.stopwatch import Stopwatch

_LABEL_STEP = 2  # nodes of the base between nodes of the quilt: 8 px


@dataclass(frozen=True)
class Layers(FrozenRecord):
    """What the drawing is composed of.

    Attributes
    ----------
    base : (H, W, C) float32
        Locally linear mixture: right tones, soft strokes.
    quilt : (H, W, C) float32
        One exemplar's strokes at each place.
    photo_rebuilt : (h, w) float32
        Gray photograph, mixed from the exemplars' photographs like the base.
    slope : (h, w, C) float32
        Change of the drawing for a change of the photograph's gray.
    labels : (rows, columns) int32
        Exemplar of each patch of the quilt, an index into the sequence that was given.
    timings : dict of str to float
        Seconds of each step.
    """

    base: np.ndarray
    quilt: np.ndarray
    photo_rebuilt: np.ndarray
    slope: np.ndarray
    labels: np.ndarray
    timings: dict[str, float]


def synthesize(
    photo: np.ndarray,
    points: np.ndarray,
    exemplars: Sequence[PreparedExemplar],
    *,
    zoom: int = 1,
    smooth: bool = True,
) -> Layers:
    """Draw a photograph in its layers.

    Parameters
    ----------
    photo : (h, w, 3) float32
        sRGB in [0, 1], at the working scale, tones matched.
    points : (68, 2) float64
        Its landmarks, xy px.
    exemplars : sequence of PreparedExemplar
        All are aligned and searched.
    zoom : int
        Enlargement of the drawing over the photograph.
    smooth : bool
        False chooses the quilt's patches without regard to their neighbors.

    Returns
    -------
    Layers
        H, W = zoom * h, zoom * w.
    """
    clock = Stopwatch()
    aligned = align_exemplars(normalized_gray(photo), points, exemplars, zoom)
    clock.lap("align")
    grid = make_grid(*photo.shape[:2])
    features = grid.pad(np.moveaxis(photo_feature_maps(photo), 2, 0))
    exemplar_features = grid.pad(aligned.features)
    candidates = find_candidates(features, exemplar_features, grid, len(exemplars))
    candidates = add_unpositioned(
        candidates, features, exemplar_features, aligned.covered, points, grid
    )
    clock.lap("search")
    weights = mixture_weights(features, exemplar_features, grid, candidates)
    gray_photos = np.ascontiguousarray(exemplar_features[:, :1])
    photo_rebuilt = overlay(mix(gray_photos, grid, candidates, weights), grid)[..., 0]
    fine_grid = grid.zoomed(zoom)
    drawings = fine_grid.pad(aligned.drawings)
    small_drawings = drawings if zoom == 1 else grid.pad(_reduced(aligned.drawings, zoom))
    del aligned  # the drawings are in memory once, not twice
    fine_candidates = candidates.zoomed(grid, fine_grid)
    base = overlay(mix(drawings, fine_grid, fine_candidates, weights), fine_grid)
    clock.lap("base")
    slope = drawing_slopes(
        gray_photos, small_drawings, grid.every(_LABEL_STEP), candidates.every(_LABEL_STEP)
    )
    clock.lap("identity")
    chosen = _choose(small_drawings, grid, candidates, weights, smooth)
    clock.lap("labels")
    quilt_grid = fine_grid.every(_LABEL_STEP)
    patches = gather_patches(drawings, chosen.zoomed(grid, fine_grid), quilt_grid)
    quilted = quilt(patches[:, :, 0], quilt_grid, base)
    clock.lap("quilt")
    return Layers(base, quilted, photo_rebuilt, slope, chosen.exemplar[..., 0], clock.laps)


def _choose(
    drawings: np.ndarray,
    grid: Grid,
    candidates: Candidates,
    weights: np.ndarray,
    smooth: bool,
) -> Candidates:
    """Choose the quilt's patches, on a sparser grid."""
    sparse, some = grid.every(_LABEL_STEP), candidates.every(_LABEL_STEP)
    some_weights = np.ascontiguousarray(weights[::_LABEL_STEP, ::_LABEL_STEP])
    base_patches = mix(drawings, sparse, some, some_weights)
    return choose_patches(drawings, some, base_patches, sparse, smooth=smooth)


def _reduced(drawings: np.ndarray, zoom: int) -> np.ndarray:
    """Average zoom x zoom pixels of (N, C, H, W)."""
    count, channels, height, width = drawings.shape
    blocks = drawings.reshape(count, channels, height // zoom, zoom, width // zoom, zoom)
    return blocks.mean(axis=(3, 5))
