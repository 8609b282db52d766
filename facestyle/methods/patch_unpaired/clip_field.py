"""The nearest-neighbor field of a clip: it moves with the picture, and parts are searched anew."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.imaging.levels import to_bytes
from facestyle.kernels.matches import Matches
from facestyle.kernels.patchmatch import SweepOptions, sweep
from facestyle.kernels.patchmatch_problem import RADIUS, SPARE, Costs, Problem, Sources, Target
from facestyle.methods.patch_unpaired.clip_staleness import ENTERED
from facestyle.methods.patch_unpaired.correction import CorrectionWeights, corrected
from facestyle.methods.patch_unpaired.guides import guide_maps
from facestyle.methods.patch_unpaired.recipe import (
    APPEARANCE_SIGMA,
    COHERENCE_WEIGHT,
    DETAIL_SIGMA,
    OCCURRENCE_WEIGHT,
    SEARCH_RADIUS,
    STYLE_WEIGHT,
    TARGET_SIGMA_SHARE,
    guide_weight_table,
)
from facestyle.methods.patch_unpaired.sources import PatchSources
from facestyle.methods.patch_unpaired.synthesis import Match
from facestyle.tracking.motion import Motion

# rounds of search and correction in a window, as at the finest level of a picture
_ROUNDS = 2
# px: strokes repeat at this distance where a pan outruns the exemplar; wider than a stroke's length
_STEP_BACK = 48.0


@dataclass(frozen=True)
class MovingField:
    """Where each pixel of a frame is copied from.

    Attributes
    ----------
    places : (h, w, 2) float32
        Row and column in the layer, with fractions.
    layers : (h, w) uint8
        Of the sources.
    """

    places: np.ndarray
    layers: np.ndarray

    def copied(self) -> MovingField:
        """The same field, to be written to."""
        return MovingField(self.places.copy(), self.layers.copy())


@dataclass(frozen=True)
class Window:
    """A part of a frame that is searched anew.

    Attributes
    ----------
    rows, columns : slice
    lab : (h, w, 3) float32
        The target there, at the working size like all that follows.
    region_map : (h, w) uint8
    positions : (E, h, w, 2) float32
        Row and column that the warp gives in each exemplar.
    exemplar_unary : (E, h, w) float32
    weights : CorrectionWeights
    stale : (h, w) bool
        Which pixels may change.
    """

    rows: slice
    columns: slice
    lab: np.ndarray
    region_map: np.ndarray
    positions: np.ndarray
    exemplar_unary: np.ndarray
    weights: CorrectionWeights
    stale: np.ndarray


def field_of_match(match: Match) -> MovingField:
    """The field of a picture that was synthesized by itself."""
    return MovingField(
        np.ascontiguousarray(match.field[..., 1:], np.float32),
        match.field[..., 0].astype(np.uint8),
    )


def advected(field: MovingField, motion: Motion, level_sources: Sources) -> MovingField:
    """Move a field along with the picture; what was not in sight goes on with the match beside.

    Parameters
    ----------
    field : MovingField
        Of the frame before.
    motion : Motion
    level_sources : Sources
        At the field's size.

    Returns
    -------
    MovingField
    """
    from facestyle.kernels.float_field import FloatField, advect, tidy

    moved = advect(FloatField(field.places, field.layers), motion.backward)
    beyond = motion.beyond(*field.layers.shape)[..., ::-1]
    new = np.abs(beyond).max(axis=-1) > ENTERED
    if new.any():
        places = moved.places[new] + beyond[new]
        moved.places[new] = _stepped_back(places, moved.layers[new], level_sources)
    return MovingField(*tidy(moved))


def _stepped_back(places: np.ndarray, layers: np.ndarray, sources: Sources) -> np.ndarray:
    """Places, (N, 2), that ran over the end of their source, moved back by whole steps."""
    last = np.stack([sources.height[layers], sources.width[layers]], axis=-1) - RADIUS - 1
    back = np.ceil(np.maximum(places - last, 0) / _STEP_BACK)
    forth = np.ceil(np.maximum(RADIUS - places, 0) / _STEP_BACK)
    stepped = places + np.float32(_STEP_BACK) * (forth - back)
    return np.asarray(np.clip(stepped, RADIUS, last), np.float32)


def rendered(field: MovingField, level_sources: Sources) -> np.ndarray:
    """The picture of a field, (h, w, 3) float32 sRGB."""
    from facestyle.kernels.float_field import FloatField
    from facestyle.kernels.float_field_rendering import render

    return render(FloatField(field.places, field.layers), level_sources.pictures)


def whole_field(field: MovingField, level_sources: Sources, step: int = 1) -> np.ndarray:
    """A field in whole pixels, patches inside their sources.

    Parameters
    ----------
    field : MovingField
        Of (H, W).
    level_sources : Sources
        At the field's size.
    step : int
        Every so many rows and columns are taken.

    Returns
    -------
    (H / step, W / step, 3) int32
        Layer, row and column.
    """
    layers = field.layers[::step, ::step].astype(np.int32)
    places = np.rint(field.places[::step, ::step]).astype(np.int32)
    limits = (
        np.stack([level_sources.height[layers], level_sources.width[layers]], axis=-1) - RADIUS - 1
    )
    return np.ascontiguousarray(np.dstack([layers, np.clip(places, RADIUS, limits)]), np.int32)


def search_window(
    field: MovingField,
    image: np.ndarray,
    window: Window,
    sources: PatchSources,
    pull: float,
    seed: int,
) -> None:
    """Find better matches for the stale pixels of a window, in place.

    Parameters
    ----------
    field : MovingField
        Of the whole frame.
    image : (h, w, 3) float32
        Its picture; changes with it.
    window : Window
    sources : PatchSources
    pull : float
        Factor of the in-loop correction.
    seed : int
    """
    level_sources = sources.levels[0]
    part = window.rows, window.columns
    start = whole_field(MovingField(field.places[part], field.layers[part]), level_sources)
    matches = Matches(start, np.zeros(window.region_map.shape, np.float32))
    weights, position_weights = guide_weight_table()
    costs = Costs(weights, sources.region_costs, STYLE_WEIGHT, OCCURRENCE_WEIGHT, COHERENCE_WEIGHT)
    excess = sources.source_unary[0]
    guides = _guides(window, sources.face_width)
    scene = image[part]
    places = (position_weights / np.float32(sources.face_width**2))[window.region_map]
    for number in range(_ROUNDS):
        scene = corrected(scene, window.lab, window.weights, sources.face_width, pull)
        window_target = Target(
            _padded(scene),
            guides,
            window.region_map,
            window.positions,
            places,
            window.exemplar_unary,
        )
        for repeat, step in enumerate((4, 1)):
            radius, changing = 2 * SEARCH_RADIUS[0], seed + 10 * number + repeat
            options = SweepOptions(step, radius, changing, stale=repeat == 0, skip_coherent=False)
            matches = sweep(Problem(window_target, level_sources, costs, excess), matches, options)
        if number < _ROUNDS - 1:
            scene = rendered(_floats(matches.field), level_sources)
    changed = window.stale & (matches.field != start).any(axis=-1)
    found = _floats(matches.field)
    field.places[part][changed] = found.places[changed]
    field.layers[part][changed] = found.layers[changed]
    fresh = MovingField(
        np.ascontiguousarray(field.places[part]), np.ascontiguousarray(field.layers[part])
    )
    image[part] = rendered(fresh, level_sources)


def _floats(matches: np.ndarray) -> MovingField:
    return MovingField(
        np.ascontiguousarray(matches[..., 1:], np.float32), matches[..., 0].astype(np.uint8)
    )


def _guides(window: Window, face_width: float) -> np.ndarray:
    """The guides of a window, flat."""
    return guide_maps(
        np.ascontiguousarray(window.lab[..., 0]),
        window.region_map,
        face_width,
        max(0.5, TARGET_SIGMA_SHARE * max(0.6, APPEARANCE_SIGMA * face_width)),
        max(0.5, DETAIL_SIGMA * face_width),
    ).reshape(-1)


def _padded(image: np.ndarray) -> np.ndarray:
    """Bytes with a border of RADIUS, flat, and SPARE bytes."""
    padded = cv2.copyMakeBorder(to_bytes(image), *4 * (RADIUS,), cv2.BORDER_REFLECT_101)
    return np.append(padded.reshape(-1), np.zeros(SPARE, np.uint8))
