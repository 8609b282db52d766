"""From a photograph at the working scale to the layers of its drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.frozen import FrozenRecord
from facestyle.methods.patch_paired.base import mix, mixture_weights, overlay
from facestyle.methods.patch_paired.candidates import (
    Candidates,
    find_candidates,
)
from facestyle.methods.patch_paired.contents import (
    bare_paper,
    evened,
    node_contents,
    tone_pull,
)
from facestyle.methods.patch_paired.dense_alignment import align_exemplars
from facestyle.methods.patch_paired.exemplar import PreparedExemplar
from facestyle.methods.patch_paired.grid import Grid, make_grid
from facestyle.methods.patch_paired.groups import groups_at
from facestyle.methods.patch_paired.identity import drawing_slopes
from facestyle.methods.patch_paired.labeling import choose_patches, gather_patches
from facestyle.methods.patch_paired.own_skin import skin_change
from facestyle.methods.patch_paired.photo_features import normalized_gray, photo_feature_maps
from facestyle.methods.patch_paired.quilting import quilt
from facestyle.methods.patch_paired.tones import reduced, tone_change
from facestyle.methods.patch_paired.uncovered import add_unpositioned, face_nodes
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
    pull : (h, w) float32
        From 0 to 1: how far the base's tones were brought to what its group's curve says.
    labels : (rows, columns) int32
        Exemplar of each patch of the quilt, an index into the sequence that was given.
    timings : dict of str to float
        Seconds of each step.
    """

    base: np.ndarray
    quilt: np.ndarray
    photo_rebuilt: np.ndarray
    slope: np.ndarray
    pull: np.ndarray
    labels: np.ndarray
    timings: dict[str, float]


def synthesize(
    photo: np.ndarray,
    points: np.ndarray,
    groups: np.ndarray,
    exemplars: Sequence[PreparedExemplar],
    lost: np.ndarray,
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
    groups : (h / 2, w / 2, 4) uint8
        What it shows where; see `group_map`.
    exemplars : sequence of PreparedExemplar
        All are aligned and searched.
    lost : (h, w) float32
        What matching took from the sitter's tones; see `lost_tones`.
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
    maps = np.moveaxis(photo_feature_maps(photo), 2, 0)
    features = grid.pad(maps)
    exemplar_features = grid.pad(aligned.features)
    candidates = find_candidates(features, exemplar_features, grid, len(exemplars))
    shares, face = groups_at(groups, grid.places, grid.side), face_nodes(points, grid)
    small_drawings = _reduced(aligned.drawings, zoom)
    curves, contents = node_contents(maps[0], shares, face, aligned, small_drawings)
    candidates = add_unpositioned(candidates, features, exemplar_features, contents, face, grid)
    bare = bare_paper(contents, curves)
    pull = tone_pull(contents, bare)
    clock.lap("search")
    weights = mixture_weights(features, exemplar_features, grid, candidates)
    weights = evened(weights, bare, contents, candidates)
    gray_photos = np.ascontiguousarray(exemplar_features[:, :1])
    photo_rebuilt = overlay(mix(gray_photos, grid, candidates, weights), grid)[..., 0]
    fine_grid = grid.zoomed(zoom)
    drawings = fine_grid.pad(aligned.drawings)
    del aligned  # the drawings are in memory once, not twice
    small_drawings = drawings if zoom == 1 else grid.pad(small_drawings)
    fine_candidates = candidates.zoomed(grid, fine_grid)
    base = overlay(mix(drawings, fine_grid, fine_candidates, weights), fine_grid)
    change = tone_change(base, maps[0], groups, pull, curves)
    change += skin_change(base, lost, groups)
    base += change
    clock.lap("base")
    slope = drawing_slopes(
        gray_photos, small_drawings, grid.every(_LABEL_STEP), candidates.every(_LABEL_STEP)
    )
    clock.lap("identity")
    change = reduced(change, grid.shape)
    chosen = _choose(small_drawings, grid, candidates, weights, change, smooth)
    clock.lap("labels")
    quilt_grid = fine_grid.every(_LABEL_STEP)
    patches = gather_patches(drawings, chosen.zoomed(grid, fine_grid), quilt_grid)
    quilted = quilt(patches[:, :, 0], quilt_grid, base)
    clock.lap("quilt")
    pull = cv2.resize(pull, photo.shape[1::-1])
    labels = chosen.exemplar[..., 0]
    return Layers(base, quilted, photo_rebuilt, slope, pull, labels, clock.laps)


def _choose(
    drawings: np.ndarray,
    grid: Grid,
    candidates: Candidates,
    weights: np.ndarray,
    change: np.ndarray,
    smooth: bool,
) -> Candidates:
    """Choose the quilt's patches, on a sparser grid."""
    sparse, some = grid.every(_LABEL_STEP), candidates.every(_LABEL_STEP)
    some_weights = np.ascontiguousarray(weights[::_LABEL_STEP, ::_LABEL_STEP])
    base_patches = mix(drawings, sparse, some, some_weights)
    base_patches += change[::_LABEL_STEP, ::_LABEL_STEP, :, None, None]
    return choose_patches(drawings, some, base_patches, sparse, smooth=smooth)


def _reduced(drawings: np.ndarray, zoom: int) -> np.ndarray:
    """Average zoom x zoom pixels of (N, C, H, W); the same array for a zoom of 1."""
    if zoom == 1:
        return drawings
    count, channels, height, width = drawings.shape
    small = np.empty((count, channels, height // zoom, width // zoom), np.float32)
    size = width // zoom, height // zoom
    for n, c in np.ndindex(count, channels):
        cv2.resize(drawings[n, c], size, small[n, c], interpolation=cv2.INTER_AREA)
    return small
