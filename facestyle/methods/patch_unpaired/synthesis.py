"""Expectation-maximization over a pyramid: search patches, vote, pull towards the photo, repeat.

Texture optimization (Kwatra et al. 2005) with PatchMatch as its search (DESIGN 4.3, steps 6, 7).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.imaging.color import from_lab
from facestyle.kernels.matches import Matches, count_use, doubled
from facestyle.kernels.patch_voting import Voting, vote
from facestyle.kernels.patchmatch import SweepOptions, sweep
from facestyle.kernels.patchmatch_problem import RADIUS, SPARE, Costs, Problem, Sources, Target
from facestyle.methods.patch_unpaired.correction import CorrectionWeights, corrected
from facestyle.methods.patch_unpaired.guides import guide_maps
from facestyle.methods.patch_unpaired.pictures import halved, to_bytes
from facestyle.methods.patch_unpaired.settings import (
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
from facestyle.methods.patch_unpaired.sources import Bank

_NEIGHBOR_STEPS = (4, 1, 2, 1)
VOTE_REACH = 2.5
_SETTLED_LEVELS = 2  # the finest levels don't search where a pixel agrees with its neighbors


@dataclass(frozen=True)
class Goal:
    """What is to be synthesized, at the working size.

    Attributes
    ----------
    lab : (h, w, 3) float32
        The tone-mapped photo, Lab of 1.
    labels : (h, w) uint8
        Regions.
    positions : (K, h, w, 2) float32
        Row and column in each exemplar.
    prior : (K, h, w) float32
        Cost of using an exemplar at all.
    first_layer : (h, w) int32
        Exemplar that each pixel starts from.
    correction : CorrectionWeights
    pull : float
        Factor of the in-loop correction.
    """

    lab: np.ndarray
    labels: np.ndarray
    positions: np.ndarray
    prior: np.ndarray
    first_layer: np.ndarray
    correction: CorrectionWeights
    pull: float


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


def synthesize(goal: Goal, bank: Bank, seed: int) -> Match:
    """Find the patches that paint the goal.

    Parameters
    ----------
    goal : Goal
    bank : Bank
    seed : int

    Returns
    -------
    Match
        At the goal's size.
    """
    goals = [goal]
    for _ in range(LEVELS - 1):
        goals.append(_halved_goal(goals[-1]))
    match: Match | None = None
    for level in range(LEVELS - 1, -1, -1):
        sources = bank.levels[level]
        if match is None:
            field, image = _initial(goals[level], sources)
        else:
            field = doubled(match.field, goals[level].labels.shape, sources)
            image = render(field, np.ones(field.shape[:2], np.float32), sources)
        match = _solve_level(goals[level], bank, level, field, image, seed)
    assert match is not None
    return match


def render(field: np.ndarray, cost: np.ndarray, sources: Sources, rounds: int = 0) -> np.ndarray:
    """Vote at the field's own size; (h, w, 3) float32 sRGB."""
    voting = Voting(1.0, VOTE_REACH, rounds, bandwidth=0.25)
    return vote(Matches(field, cost), sources.pictures, field.shape[:2], voting)


def _solve_level(
    goal: Goal, bank: Bank, level: int, field: np.ndarray, image: np.ndarray, seed: int
) -> Match:
    """The EM rounds of one pyramid level."""
    sources = bank.levels[level]
    width = bank.face_width / 2**level
    weights, position_weights = guide_weight_table()
    costs = Costs(weights, bank.region_costs, STYLE_WEIGHT, OCCURRENCE_WEIGHT, COHERENCE_WEIGHT)
    luminance = np.ascontiguousarray(goal.lab[..., 0])
    guides = guide_maps(
        luminance,
        goal.labels,
        width,
        max(0.5, TARGET_SIGMA_SHARE * max(0.6 / 2**level, APPEARANCE_SIGMA * width)),
        max(0.5, DETAIL_SIGMA * width),
    )
    shape = goal.labels.shape
    matches = Matches(field, np.zeros(shape, np.float32))
    radius = SEARCH_RADIUS[level] or max(4, shape[1] // 6)
    settled = level < _SETTLED_LEVELS
    for number in range(ROUNDS[level]):
        image = corrected(image, goal.lab, goal.correction, width, goal.pull)
        target = Target(
            _padded(image),
            guides.reshape(-1),
            goal.labels,
            goal.positions,
            position_weights[goal.labels] / np.float32(width * width),
            goal.prior,
        )
        aversion = bank.aversion[level] * np.float32(1 / OCCURRENCE_WEIGHT)
        excess = _excess_use(matches.field, sources) + aversion
        for repeat in range(SWEEPS[level]):
            step = _NEIGHBOR_STEPS[(2 * number + repeat) % 4]
            changing = seed + level * 1000 + number * 10 + repeat
            options = SweepOptions(step, radius, changing, stale=repeat == 0, settled=settled)
            matches = sweep(Problem(target, sources, costs, excess), matches, options)
        if level or number < ROUNDS[0] - 1:
            image = render(*matches, sources, rounds=int(level == 0))
    return Match(*matches)


def _excess_use(field: np.ndarray, sources: Sources) -> np.ndarray:
    """How often the patch around each source pixel is used beyond its share, (P,) float32."""
    use = count_use(field, sources)
    excess = np.empty_like(use)
    for start, height, width in zip(sources.start, sources.height, sources.width, strict=True):
        part = slice(start, start + height * width)
        local = cv2.blur(use[part].reshape(height, width), (5, 5)).ravel()
        excess[part] = np.clip(local - 1.5, 0, 50)
    return excess


def _initial(goal: Goal, sources: Sources) -> tuple[np.ndarray, np.ndarray]:
    """Field of the warp, and a picture half warped exemplar, half tone-mapped photo."""
    layer = goal.first_layer
    rows, columns = np.indices(layer.shape)
    place = goal.positions[layer, rows, columns]
    field = np.empty((*layer.shape, 3), np.int32)
    field[..., 0] = layer
    field[..., 1] = _inside(place[..., 0], sources.height[layer])
    field[..., 2] = _inside(place[..., 1], sources.width[layer])
    at = sources.start[layer] + field[..., 1] * sources.width[layer] + field[..., 2]
    warped = sources.image.reshape(-1, 3)[at] / np.float32(255)
    image = (1 - INITIAL_MIX) * warped + INITIAL_MIX * from_lab(goal.lab)
    return field, image.astype(np.float32)


def _inside(values: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Round coordinates to places whose patch lies inside the source."""
    return np.clip(values, RADIUS, size - RADIUS - 1).astype(np.int32)


def _halved_goal(goal: Goal) -> Goal:
    """The goal at the next coarser level."""
    return Goal(
        halved(goal.lab),
        halved(goal.labels),
        np.stack([halved(position) for position in goal.positions]) / np.float32(2),
        np.stack([halved(prior) for prior in goal.prior]),
        halved(goal.first_layer.astype(np.uint8)).astype(np.int32),
        CorrectionWeights(halved(goal.correction.low), halved(goal.correction.middle)),
        goal.pull,
    )


def _padded(image: np.ndarray) -> np.ndarray:
    """Bytes with a border of RADIUS, flat uint8, and SPARE bytes."""
    border = (RADIUS, RADIUS, RADIUS, RADIUS)
    padded = cv2.copyMakeBorder(to_bytes(image), *border, cv2.BORDER_REFLECT_101)
    return np.append(padded.reshape(-1), np.zeros(SPARE, np.uint8))
