"""What the search reads of the exemplars, at every level of its pyramid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facestyle.imaging.color import luminance
from facestyle.imaging.levels import to_bytes
from facestyle.imaging.threads import in_threads
from facestyle.kernels.patchmatch_problem import SPARE, Sources
from facestyle.methods.patch_unpaired.guides import COUNT, guide_maps
from facestyle.methods.patch_unpaired.layers import OUTSIDE, Layer, turned_picture
from facestyle.methods.patch_unpaired.pictures import halved, halved_size
from facestyle.methods.patch_unpaired.recipe import (
    APPEARANCE_SIGMA,
    DETAIL_SIGMA,
    LEVELS,
    OCCURRENCE_WEIGHT,
)

_UNIT = np.float32(1 / OCCURRENCE_WEIGHT)


def search_levels(
    layers: Sequence[Layer], rough: Sequence[np.ndarray], width: float
) -> tuple[tuple[Sources, ...], tuple[np.ndarray, ...]]:
    """Flat arrays of pictures, guides and regions, and unary terms, at every pyramid level.

    Parameters
    ----------
    layers : sequence of Layer
        The exemplars first.
    rough : sequence of (h, w) float32
        Cost of each pixel of the exemplars, whatever the target.
    width : float
        Face width, px.

    Returns
    -------
    levels : tuple of Sources
        From fine to coarse.
    unary : tuple of (P,) float32
        Cost of each source pixel whatever the target, in units of OCCURRENCE_WEIGHT.
    """
    levels = _empty_levels(layers)
    unary = tuple(np.zeros(level.regions.size, np.float32) for level in levels)

    def fill(number: int) -> None:
        layer = layers[number]
        shape = layer.region_map.shape
        is_turned = number >= len(rough)
        picture = layer.image
        if is_turned:
            picture = turned_picture(layers[layer.origin].image, layer.matrix, shape)
        costs = np.zeros((0, 0), np.float32) if is_turned else rough[number]
        light, region_map = luminance(picture), layer.region_map
        usable = layer.usable.astype(np.uint8)
        for index, level in enumerate(levels):
            if index:
                picture, light, region_map, usable = (
                    halved(image) for image in (picture, light, region_map, usable)
                )
                costs = costs if is_turned else halved(costs)
            regions = np.where(usable, region_map, np.uint8(OUTSIDE))
            _fill(level, number, picture, regions)
            _fill_guides(level, number, light, region_map, width / 2**index)
            if not is_turned:
                unary[index][_part(level, number)] = costs.ravel() * _UNIT

    in_threads(fill, range(len(layers)))  # each writes its own part
    return levels, unary


def _empty_levels(layers: Sequence[Layer]) -> tuple[Sources, ...]:
    """Where pictures, guides and regions go, one layer after another."""
    sizes = [layer.region_map.shape for layer in layers]
    origin = np.array([layer.origin for layer in layers], np.int64)
    levels = []
    for index in range(LEVELS):
        if index:
            sizes = [halved_size(size) for size in sizes]
        height, width = np.array(sizes, np.int64).T.copy()
        ends = np.cumsum(height * width)
        count = int(ends[-1])
        image = np.zeros(count * 3 + SPARE, np.uint8)
        guides, regions = np.empty(count * COUNT, np.uint8), np.empty(count, np.uint8)
        matrix = _for_rows(layers, 2**index)
        start = ends - height * width
        levels.append(Sources(image, guides, regions, start, height, width, origin, matrix))
    return tuple(levels)


def _part(level: Sources, number: int) -> slice:
    """The pixels of one layer among those of all."""
    start = int(level.start[number])
    return slice(start, start + int(level.height[number] * level.width[number]))


def _fill(level: Sources, number: int, picture: np.ndarray, regions: np.ndarray) -> None:
    """Write one layer's picture and regions."""
    part = _part(level, number)
    level.image[3 * part.start : 3 * part.stop] = to_bytes(picture).reshape(-1)
    level.regions[part] = regions.reshape(-1)


def _fill_guides(
    level: Sources, number: int, light: np.ndarray, region_map: np.ndarray, width: float
) -> None:
    """Write one layer's guides at the level's face width."""
    part = _part(level, number)
    sigmas = max(0.6, APPEARANCE_SIGMA * width), max(0.5, DETAIL_SIGMA * width)
    guides = level.guides[COUNT * part.start : COUNT * part.stop]
    guide_maps(light, region_map, width, *sigmas, out=guides.reshape(*region_map.shape, COUNT))


def _for_rows(layers: Sequence[Layer], factor: int) -> np.ndarray:
    """The layers' maps of rows and columns (not x and y) reduced by a factor, (K, 2, 3) float32."""
    matrices = np.stack([layer.matrix[::-1][:, [1, 0, 2]] for layer in layers])
    matrices[..., 2] /= factor
    return np.ascontiguousarray(matrices, np.float32)
