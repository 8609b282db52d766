"""The patch sources: what can be taken from a set of exemplars at one face width, to be searched.

The exemplars are harmonized to the palette of the first; each lends its hair in four further
rotations, so that strokes of any direction are found (DESIGN 4.3, steps 8 and 9).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facestyle.faces.contours import face_width
from facestyle.faces.face import Face
from facestyle.faces.regions import GROUP_OF_REGION, HAIR
from facestyle.imaging.color import from_lab, to_lab
from facestyle.imaging.levels import to_bytes
from facestyle.imaging.threads import in_threads
from facestyle.kernels.patchmatch_problem import Sources
from facestyle.methods.patch_unpaired.contour_line import ContourProfiles
from facestyle.methods.patch_unpaired.grain import unlikeness_to_first
from facestyle.methods.patch_unpaired.layers import Layer, rotated_hair, turned_picture
from facestyle.methods.patch_unpaired.measures import kept_measures, measure_set
from facestyle.methods.patch_unpaired.palette import Harmony, Palette, harmonized, make_harmony
from facestyle.methods.patch_unpaired.prepared import PreparedExemplar, resize, resize_region_map
from facestyle.methods.patch_unpaired.recipe import HAIR_GRAIN_COST, region_costs
from facestyle.methods.patch_unpaired.search_levels import search_levels
from facestyle.methods.patch_unpaired.tone import GroupTone


@dataclass(frozen=True, eq=False)
class PatchSources:
    """A set of exemplars at one face width.

    Attributes
    ----------
    face_width : float
        px.
    faces : tuple of Face
        Of the exemplars.
    layers : tuple of Layer
        The exemplars first, then their rotated hair, without its pictures.
    levels : tuple of Sources
        For the search, from fine to coarse.
    source_unary : tuple of (P,) float32
        Cost of each source pixel whatever the target, in units of OCCURRENCE_WEIGHT, at every
        level.
    region_costs : (K, 8, 9) float32
    tones : tuple of GroupTone
    contours : ContourProfiles
    harmonies : tuple of Harmony
        What brings each exemplar into the palette of the first.
    """

    face_width: float
    faces: tuple[Face, ...]
    layers: tuple[Layer, ...]
    levels: tuple[Sources, ...]
    source_unary: tuple[np.ndarray, ...]
    region_costs: np.ndarray
    tones: tuple[GroupTone, ...]
    contours: ContourProfiles
    harmonies: tuple[Harmony, ...]


def make_sources(
    exemplars: Sequence[PreparedExemplar], width: float, *, key: str | None = None
) -> PatchSources:
    """Bring exemplars to one face width and palette and precompute their guides.

    Parameters
    ----------
    exemplars : sequence of PreparedExemplar
        The first one leads.
    width : float
        Face width, px.
    key : str, optional
        Of what is measured of these exemplars at this width, in the disk cache.

    Returns
    -------
    PatchSources
    """
    lead = exemplars[0].analysis.palette
    made = in_threads(
        lambda number: _picture_in_palette(exemplars[number], bool(number), width, lead),
        range(len(exemplars)),
    )
    images, region_maps, harmonies = zip(*made, strict=True)
    working = [exemplar.working_face for exemplar in exemplars]
    faces = tuple(face.scaled(width / face_width(face)) for face in working)
    measures = kept_measures(key, lambda: measure_set(exemplars, faces, images, region_maps, width))
    layers = [
        Layer(image, region_map, own.usable(region_map.shape), number, np.eye(2, 3))
        for number, (image, region_map, own) in enumerate(
            zip(images, region_maps, measures.exemplars, strict=True)
        )
    ]
    every = (*layers, *itertools.chain(*in_threads(rotated_hair, layers)))
    pairs = zip(measures.exemplars, region_maps, strict=True)
    rough = [own.rough(region_map.shape) for own, region_map in pairs]
    levels, source_unary = search_levels(every, rough, width)
    grains = np.stack([own.grain for own in measures.exemplars])
    costs = np.stack([region_costs(region_map) for region_map in region_maps])
    unlike = unlikeness_to_first(grains)[:, GROUP_OF_REGION[HAIR]]
    costs[:, HAIR, HAIR] += HAIR_GRAIN_COST * unlike
    return PatchSources(
        width,
        faces,
        every,
        levels,
        source_unary,
        costs[[layer.origin for layer in every]],
        measures.tones,
        ContourProfiles(np.mean([own.dips for own in measures.exemplars], axis=0)),
        harmonies,
    )


def render_images(
    sources: PatchSources, exemplars: Sequence[PreparedExemplar], scale: float
) -> list[np.ndarray]:
    """The layers' pictures at `scale` times the sources's size, made of the original exemplars.

    Parameters
    ----------
    sources : PatchSources
    exemplars : sequence of PreparedExemplar
        That the sources were made of.
    scale : float

    Returns
    -------
    list of (h, w, 3) uint8
        sRGB.
    """
    originals: list[np.ndarray] = []
    images = []
    for layer in sources.layers:
        if layer.origin == len(originals):
            originals.append(_scaled_original(exemplars, layer.origin, sources, scale))
            images.append(originals[-1])
            continue
        height, width = layer.region_map.shape
        size = (round(height * scale), round(width * scale))
        matrix = _scaled_matrix(layer.matrix, scale)
        images.append(turned_picture(originals[layer.origin], matrix, size))
    return images


def _picture_in_palette(
    exemplar: PreparedExemplar, follows: bool, width: float, lead: Palette
) -> tuple[np.ndarray, np.ndarray, Harmony]:
    """One exemplar at a face width, in the palette of the first; with its regions."""
    image = resize(exemplar.portrait.image, width / face_width(exemplar.portrait.face))
    region_map = resize_region_map(exemplar.region_map, image.shape[1::-1])
    harmony = make_harmony(region_map, exemplar.analysis.palette, lead, width)
    if follows:
        image = from_lab(harmonized(to_lab(image), harmony))
    return image, region_map, harmony


def _scaled_original(
    exemplars: Sequence[PreparedExemplar], number: int, sources: PatchSources, scale: float
) -> np.ndarray:
    """One exemplar at `scale` times the sources's size, in the palette of the first; uint8."""
    if scale == 1:
        return to_bytes(sources.layers[number].image)
    exemplar = exemplars[number]
    width = sources.face_width * scale
    factor = width / face_width(exemplar.portrait.face)
    if not number:
        return resize(to_bytes(exemplar.portrait.image), factor)
    image = resize(exemplar.portrait.image, factor)
    return to_bytes(from_lab(harmonized(to_lab(image), sources.harmonies[number])))


def _scaled_matrix(matrix: np.ndarray, scale: float) -> np.ndarray:
    """The same affine map between pictures `scale` times as large (pixel centers at integers)."""
    result = matrix.copy()
    half = (scale - 1) / 2
    # x' = s x + (s - 1) / 2 in both pictures
    result[:, 2] = scale * matrix[:, 2] + half - matrix[:, :2] @ np.array([half, half])
    return result
