"""What the search reads of the exemplars, at every level of its pyramid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facestyle.faces.contours import feature_contours
from facestyle.faces.face import Face, Portrait
from facestyle.faces.face_coordinates import face_coordinates
from facestyle.imaging.color import luminance
from facestyle.kernels.patchmatch_problem import Sources
from facestyle.methods.patch_unpaired.blemishes import missed_ears, skin_roughness
from facestyle.methods.patch_unpaired.guides import COUNT, guide_maps
from facestyle.methods.patch_unpaired.pictures import flat, halved
from facestyle.methods.patch_unpaired.recipe import (
    APPEARANCE_SIGMA,
    DETAIL_SIGMA,
    LEVELS,
    OCCURRENCE_WEIGHT,
    ROUGHNESS_COST,
)

OUTSIDE = 8  # region of pixels that must not be used


@dataclass(frozen=True)
class Layer:
    """One picture to take patches from: an exemplar, or its hair rotated.

    Attributes
    ----------
    image : (h, w, 3) float32
        sRGB.
    region_map : (h, w) uint8
        Regions; 8 is outside.
    usable : (h, w) bool
        False where nothing must be copied.
    origin : int
        Which exemplar.
    matrix : (2, 3) float64
        Takes the exemplar's pixels to this layer's.
    """

    image: np.ndarray
    region_map: np.ndarray
    usable: np.ndarray
    origin: int
    matrix: np.ndarray


def search_levels(
    layers: Sequence[Layer], faces: Sequence[Face], width: float, known: Sequence[np.ndarray] = ()
) -> tuple[tuple[Sources, ...], tuple[np.ndarray, ...]]:
    """Flat arrays of pictures, guides and regions, and unary terms, at every pyramid level.

    Parameters
    ----------
    layers : sequence of Layer
        The exemplars first.
    faces : sequence of Face
        Of the exemplars.
    width : float
        Face width, px.
    known : sequence of (h, w) float32
        Luminance of the first layers, L/100, where it is known already.

    Returns
    -------
    levels : tuple of Sources
        From fine to coarse.
    unary : tuple of (P,) float32
        Cost of each source pixel whatever the target, in units of OCCURRENCE_WEIGHT.
    """
    pictures = [layer.image for layer in layers]
    luminances = [*known, *(luminance(picture) for picture in pictures[len(known) :])]
    region_maps = [layer.region_map for layer in layers]
    usable = [layer.usable.astype(np.uint8) for layer in layers]
    rough: list[np.ndarray] = [np.zeros(label.shape, np.float32) for label in region_maps]
    for number, face in enumerate(faces):
        layer = layers[number]
        place = face_coordinates(Portrait(layer.image, face, layer.usable), feature_contours(face))
        roughness = skin_roughness(luminances[number], layer.region_map, place, width)
        rough[number] = np.float32(ROUGHNESS_COST) * roughness
        usable[number][missed_ears(layer.region_map, place)] = 0
    origin = np.array([layer.origin for layer in layers], np.int64)
    levels, source_unaries = [], []
    for level in range(LEVELS):
        if level:
            pictures, luminances, region_maps, usable, rough = (
                [halved(image) for image in images]
                for images in (pictures, luminances, region_maps, usable, rough)
            )
        image, start, height, columns = flat(pictures)
        guides = _guides(luminances, region_maps, width / 2**level)
        matrix = _for_rows(layers, 2**level)
        regions = _regions(region_maps, usable)
        levels.append(Sources(image, guides, regions, start, height, columns, origin, matrix))
        unary = np.concatenate([image.ravel() for image in rough])
        source_unaries.append(unary * np.float32(1 / OCCURRENCE_WEIGHT))
    return tuple(levels), tuple(source_unaries)


def _for_rows(layers: Sequence[Layer], factor: int) -> np.ndarray:
    """The layers' maps of rows and columns (not x and y) reduced by a factor, (K, 2, 3) float32."""
    matrices = np.stack([layer.matrix[::-1][:, [1, 0, 2]] for layer in layers])
    matrices[..., 2] /= factor
    return np.ascontiguousarray(matrices, np.float32)


def _guides(
    luminances: Sequence[np.ndarray], region_maps: Sequence[np.ndarray], width: float
) -> np.ndarray:
    """Guides of all pictures, one after another, at a level's face width; flat uint8."""
    sigmas = max(0.6, APPEARANCE_SIGMA * width), max(0.5, DETAIL_SIGMA * width)
    guides = np.empty((sum(label.size for label in region_maps), COUNT), np.uint8)
    start = 0
    for light, label in zip(luminances, region_maps, strict=True):
        part = guides[start : start + label.size].reshape(*label.shape, COUNT)
        guide_maps(light, label, width, *sigmas, out=part)
        start += label.size
    return guides.reshape(-1)


def _regions(region_maps: Sequence[np.ndarray], usable: Sequence[np.ndarray]) -> np.ndarray:
    """Regions of all pictures, what is not usable marked as outside; flat uint8."""
    pairs = zip(region_maps, usable, strict=True)
    return np.concatenate(
        [np.where(allowed, label, OUTSIDE).astype(np.uint8).ravel() for label, allowed in pairs]
    )
