"""Expectation-maximization over a pyramid: search patches, vote, pull towards the photo, repeat.

Texture optimization (Kwatra et al. 2005) with PatchMatch as its search (DESIGN 4.3, steps 6, 7).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from facestyle.imaging.color import from_lab
from facestyle.imaging.levels import to_bytes
from facestyle.kernels.matches import Matches, count_use, doubled
from facestyle.kernels.patch_voting import Voting, vote
from facestyle.kernels.patchmatch import SweepOptions, sweep
from facestyle.kernels.patchmatch_problem import RADIUS, SPARE, Costs, Problem, Sources, Target
from facestyle.methods.patch_unpaired.background import Background
from facestyle.methods.patch_unpaired.correction import CorrectionWeights, corrected
from facestyle.methods.patch_unpaired.guides import guide_maps
from facestyle.methods.patch_unpaired.pictures import halved
from facestyle.methods.patch_unpaired.recipe import (
    APPEARANCE_SIGMA,
    COHERENCE_WEIGHT,
    DETAIL_SIGMA,
    INITIAL_MIX,
    LEVELS,
    OCCURRENCE_WEIGHT,
    ROUNDS,
    SEARCH_RADIUS,
    STYLE_WEIGHT,
    SWEEPS,
    TARGET_SIGMA_SHARE,
    guide_weight_table,
)
from facestyle.methods.patch_unpaired.sources import PatchSources

# px that propagation jumps in successive sweeps, as in jump flooding (Rong and Tan 2006)
_NEIGHBOR_STEPS = (4, 1, 2, 1)
# px; all pixels of a 5x5 patch vote
VOTE_REACH = 2.5
_COHERENT_LEVELS = 2  # the finest levels don't search where a pixel agrees with its neighbors


@dataclass(frozen=True)
class SynthesisTarget:
    """What is to be synthesized, at the working size.

    Attributes
    ----------
    lab : (h, w, 3) float32
        The tone-mapped photo that strokes are searched for, Lab of 1.
    toned : (h, w, 3) float32
        The same in the tones that the picture is to have in the end.
    region_map : (h, w) uint8
        Regions.
    positions : (K, h, w, 2) float32
        Row and column in each exemplar.
    exemplar_unary : (K, h, w) float32
        Cost of using an exemplar at all.
    first_layer : (h, w) int32
        Exemplar that each pixel starts from.
    correction : CorrectionWeights
    pull : float
        Factor of the in-loop correction.
    background : Background, optional
        What is laid behind the person before the search.
    lines : (h, w) float32, optional
        Thin lines around the eyes that are drawn after it; see `eye_lines`.
    """

    lab: np.ndarray
    toned: np.ndarray
    region_map: np.ndarray
    positions: np.ndarray
    exemplar_unary: np.ndarray
    first_layer: np.ndarray
    correction: CorrectionWeights
    pull: float
    background: Background | None = None
    lines: np.ndarray | None = None


@dataclass(frozen=True)
class Match:
    """A nearest-neighbor field and the costs of its matches.

    Attributes
    ----------
    field : (h, w, 3) int32
        Layer, row and column.
    cost : (h, w) float32
    """

    field: np.ndarray
    cost: np.ndarray


def synthesize(target: SynthesisTarget, sources: PatchSources, seed: int) -> Match:
    """Find the patches that paint the target.

    Parameters
    ----------
    target : SynthesisTarget
    sources : PatchSources
    seed : int

    Returns
    -------
    Match
        At the target's size.
    """
    targets = [target]
    for _ in range(LEVELS - 1):
        targets.append(_halved_target(targets[-1]))
    match: Match | None = None
    for level in range(LEVELS - 1, -1, -1):
        level_sources = sources.levels[level]
        if match is None:
            field, image = _initial(targets[level], level_sources)
        else:
            field = doubled(match.field, targets[level].region_map.shape, level_sources)
            _place_background(field, targets[level])
            image = render(field, np.ones(field.shape[:2], np.float32), level_sources)
        match = _solve_level(targets[level], sources, level, field, image, seed)
    assert match is not None
    return match


def render(
    field: np.ndarray, cost: np.ndarray, level_sources: Sources, rounds: int = 0
) -> np.ndarray:
    """Vote at the field's own size; (h, w, 3) float32 sRGB.

    Parameters
    ----------
    field : (h, w, 3) int32
        Layer, row and column.
    cost : (h, w) float32
        Of the matches: cheap ones weigh more.
    level_sources : Sources
    rounds : int
        Of the mean shift.

    Returns
    -------
    (h, w, 3) float32
    """
    voting = Voting(1.0, VOTE_REACH, rounds, bandwidth=0.25)
    return vote(Matches(field, cost), level_sources.pictures, field.shape[:2], voting)


def _solve_level(
    target: SynthesisTarget,
    sources: PatchSources,
    level: int,
    field: np.ndarray,
    image: np.ndarray,
    seed: int,
) -> Match:
    """The EM rounds of one pyramid level."""
    level_sources = sources.levels[level]
    width = sources.face_width / 2**level
    weights, position_weights = guide_weight_table()
    costs = Costs(weights, sources.region_costs, STYLE_WEIGHT, OCCURRENCE_WEIGHT, COHERENCE_WEIGHT)
    luminance = np.ascontiguousarray(target.lab[..., 0])
    guides = guide_maps(
        luminance,
        target.region_map,
        width,
        max(0.5, TARGET_SIGMA_SHARE * max(0.6 / 2**level, APPEARANCE_SIGMA * width)),
        max(0.5, DETAIL_SIGMA * width),
    )
    shape = target.region_map.shape
    matches = Matches(field, np.zeros(shape, np.float32))
    radius = SEARCH_RADIUS[level] or max(4, shape[1] // 6)
    skip_coherent = level < _COHERENT_LEVELS
    for number in range(ROUNDS[level]):
        image = corrected(image, target.lab, target.correction, width, target.pull)
        searched = Target(
            _padded(image),
            guides.reshape(-1),
            target.region_map,
            target.positions,
            position_weights[target.region_map] / np.float32(width * width),
            target.exemplar_unary,
        )
        excess = _excess_use(matches.field, level_sources)
        excess += sources.source_unary[level]
        for repeat in range(SWEEPS[level]):
            step = _NEIGHBOR_STEPS[(2 * number + repeat) % 4]
            changing = seed + level * 1000 + number * 10 + repeat
            options = SweepOptions(
                step, radius, changing, stale=repeat == 0, skip_coherent=skip_coherent
            )
            matches = sweep(Problem(searched, level_sources, costs, excess), matches, options)
        if level or number < ROUNDS[0] - 1:
            image = render(*matches, level_sources, rounds=int(level == 0))
    return Match(*matches)


def _excess_use(field: np.ndarray, level_sources: Sources) -> np.ndarray:
    """How often the patch around each source pixel is used beyond its share, (P,) float32."""
    excess = count_use(field, level_sources)
    for start, height, width in zip(
        level_sources.start, level_sources.height, level_sources.width, strict=True
    ):
        part = slice(start, start + height * width)
        local = cv2.blur(excess[part].reshape(height, width), (5, 5)).ravel()
        local -= np.float32(1.5)
        np.clip(local, 0, 50, out=excess[part])
    return excess


def _initial(target: SynthesisTarget, level_sources: Sources) -> tuple[np.ndarray, np.ndarray]:
    """Field of the warp, and a picture half warped exemplar, half tone-mapped photo."""
    layer = target.first_layer
    rows, columns = np.indices(layer.shape)
    place = target.positions[layer, rows, columns]
    field = np.empty((*layer.shape, 3), np.int32)
    field[..., 0] = layer
    field[..., 1] = _inside(place[..., 0], level_sources.height[layer])
    field[..., 2] = _inside(place[..., 1], level_sources.width[layer])
    at = level_sources.start[layer] + field[..., 1] * level_sources.width[layer] + field[..., 2]
    warped = level_sources.image.reshape(-1, 3)[at] / np.float32(255)
    image = (1 - INITIAL_MIX) * warped + INITIAL_MIX * from_lab(target.lab)
    if target.background is not None:
        placed = target.background.placed
        image[placed] = warped[placed]
    return field, image.astype(np.float32)


def _place_background(field: np.ndarray, target: SynthesisTarget) -> None:
    """Write the exact places of the background into a field of a coarser level, in place."""
    if target.background is None:
        return
    placed = target.background.placed
    layers = target.background.layers[placed]
    field[placed, 0] = layers
    field[placed, 1:] = target.positions[(layers, *np.nonzero(placed))]


def _inside(values: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Round coordinates to places whose patch lies inside the source."""
    return np.clip(values, RADIUS, size - RADIUS - 1).astype(np.int32)


def _halved_target(target: SynthesisTarget) -> SynthesisTarget:
    """The target at the next coarser level."""
    return SynthesisTarget(
        halved(target.lab),
        target.toned,
        halved(target.region_map),
        np.stack([halved(position) for position in target.positions]) / np.float32(2),
        np.stack([halved(exemplar_unary) for exemplar_unary in target.exemplar_unary]),
        halved(target.first_layer.astype(np.uint8)).astype(np.int32),
        CorrectionWeights(halved(target.correction.low), halved(target.correction.middle)),
        target.pull,
        None if target.background is None else _halved_background(target.background),
    )


def _halved_background(background: Background) -> Background:
    placed = halved(background.placed.astype(np.uint8)) > 0
    layers = halved(background.layers.astype(np.uint8)).astype(np.int32)
    return replace(background, placed=placed, layers=layers)


def _padded(image: np.ndarray) -> np.ndarray:
    """Bytes with a border of RADIUS, flat uint8, and SPARE bytes."""
    border = (RADIUS, RADIUS, RADIUS, RADIUS)
    padded = cv2.copyMakeBorder(to_bytes(image), *border, cv2.BORDER_REFLECT_101)
    return np.append(padded.reshape(-1), np.zeros(SPARE, np.uint8))
