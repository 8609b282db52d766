"""A graph-cut label map that says which exemplar suits which part of the target.

It gives the synthesis its first field, and a mild preference that keeps a region on one exemplar;
the exemplar index of the nearest-neighbor field stays free.
"""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.kernels.patchmatch_problem import GUIDE_WEIGHT_ONE
from facestyle.methods.patch_unpaired.guides import COUNT, guide_maps
from facestyle.methods.patch_unpaired.recipe import (
    APPEARANCE_SIGMA,
    DETAIL_SIGMA,
    LEVELS,
    guide_weight_table,
)
from facestyle.methods.patch_unpaired.sources import PatchSources
from facestyle.mrf.graphcut import solve_labels

# set by eye on sets of pencil drawings: the map showed no gain in the measures (DESIGN 4.3, step 9)
_SMOOTHNESS = 1.0
_PREFERENCE = 0.15  # cost of leaving the map; below most differences between matches
_MOST_MISMATCH = 2.0  # caps the cost of another region: a hole in one exemplar is no wall
_LEAST_CONTRAST = 0.02  # a seam costs something where all exemplars agree, too


def exemplar_labels(
    luminance: np.ndarray, region_map: np.ndarray, positions: np.ndarray, sources: PatchSources
) -> np.ndarray:
    """Choose an exemplar for each pixel of the coarsest level.

    Parameters
    ----------
    luminance : (h, w) float32
        Of the tone-mapped photo at the coarsest level.
    region_map : (h, w) uint8
        Its regions.
    positions : (K, h, w, 2) float32
        Row and column in each exemplar, in pixels of that level.
    sources : PatchSources

    Returns
    -------
    (h, w) int32
        Exemplar.
    """
    level = LEVELS - 1
    width = sources.face_width / 2**level
    guides = guide_maps(
        luminance,
        region_map,
        width,
        max(0.6, APPEARANCE_SIGMA * width),
        max(0.5, DETAIL_SIGMA * width),
    )
    weights = (guide_weight_table()[0] / GUIDE_WEIGHT_ONE).astype(np.float32)[region_map]
    level_sources = sources.levels[level]
    costs, pictures = [], []
    for number, place in enumerate(positions):
        rows = np.clip(np.round(place[..., 0]), 0, level_sources.height[number] - 1).astype(int)
        columns = np.clip(np.round(place[..., 1]), 0, level_sources.width[number] - 1).astype(int)
        at = level_sources.start[number] + rows * level_sources.width[number] + columns
        mismatch = sources.region_costs[number][region_map, level_sources.regions[at]]
        difference = (
            weights * (guides - level_sources.guides.reshape(-1, COUNT)[at].astype(np.float32)) ** 2
        ).sum(axis=-1)
        costs.append(difference + np.minimum(mismatch, _MOST_MISMATCH))
        pictures.append(level_sources.image.reshape(-1, 3)[at] / np.float32(255))
    contrast = _contrast(pictures)
    return solve_labels(
        np.stack(costs, axis=-1),
        1.0 - np.eye(len(costs)),
        horizontal=_SMOOTHNESS * (contrast[:, 1:] + contrast[:, :-1]),
        vertical=_SMOOTHNESS * (contrast[1:] + contrast[:-1]),
    ).labels


def exemplar_label_unary(labels: np.ndarray, count: int, size: tuple[int, int]) -> np.ndarray:
    """Cost of leaving the chosen exemplar, soft at the seams; (count, h, w) float32.

    Parameters
    ----------
    labels : (h, w) int32
        From `exemplar_labels`.
    count : int
        Exemplars.
    size : (width, height)
        Of the result.
    """
    maps = []
    for number in range(count):
        soft = cv2.GaussianBlur((labels != number).astype(np.float32), (0, 0), 1.0)
        maps.append(_PREFERENCE * cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR))
    return np.stack(maps)


def _contrast(pictures: list[np.ndarray]) -> np.ndarray:
    """Mean difference between the warped exemplars: seams are cheap where they agree."""
    total = np.zeros(pictures[0].shape[:2], np.float32)
    pairs = 0
    for number, first in enumerate(pictures):
        for second in pictures[:number]:
            total += np.abs(first - second).sum(axis=-1)
            pairs += 1
    return total / max(1, pairs) + np.float32(_LEAST_CONTRAST)
