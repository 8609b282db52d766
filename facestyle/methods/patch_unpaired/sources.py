"""The patch sources: what can be taken from a set of exemplars at one face width, to be searched.

The exemplars are harmonized to the palette of the first; each lends its hair in four further
rotations, so that strokes of any direction are found (DESIGN 4.3, steps 8 and 9).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from facestyle.faces.contours import face_width
from facestyle.faces.face import Face
from facestyle.faces.regions import BACKGROUND, GROUP_OF_REGION, HAIR
from facestyle.imaging.color import from_lab, to_lab
from facestyle.imaging.threads import in_threads
from facestyle.kernels.patchmatch_problem import Sources
from facestyle.methods.busy_ground import BUSY
from facestyle.methods.patch_unpaired.color_dabs import looseness
from facestyle.methods.patch_unpaired.contour_line import ContourProfiles
from facestyle.methods.patch_unpaired.flat_colors import common_colors, lead_colors
from facestyle.methods.patch_unpaired.grain import unlikeness_to_first
from facestyle.methods.patch_unpaired.layers import Layer, rotated_hair
from facestyle.methods.patch_unpaired.lip_color import common_lip_color
from facestyle.methods.patch_unpaired.measures import kept_measures, measure_set
from facestyle.methods.patch_unpaired.palette import (
    Harmony,
    Palette,
    harmonized,
    is_ground_moved,
    make_harmony,
    moved_tone_cost,
)
from facestyle.methods.patch_unpaired.prepared import PreparedExemplar, resize, resize_region_map
from facestyle.methods.patch_unpaired.recipe import HAIR_GRAIN_COST, HAIR_GRAIN_POWER, region_costs
from facestyle.methods.patch_unpaired.search_levels import search_levels
from facestyle.methods.patch_unpaired.tone import GroupTone

_GROUND = 0.1  # share of the lead from which its background is enough for all; chosen


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
    flat_colors : (n, 3) float64
        The colors of a style that has no others; none where it has many.
    own_colors : bool
        Whether these are the first exemplar's alone, as each has its own.
    lip_color : (1, 3) or (0, 3) float64
        The color of lips alone, in a style that shares its flat colors.
    inks : (n, 3) float64
        Those of prints in lines or dots, which have no others; none in other styles.
    looseness : float
        How much less forms follow the photo, from 0 to 1; see `color_dabs`.
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
    flat_colors: np.ndarray
    own_colors: bool
    lip_color: np.ndarray
    inks: np.ndarray
    looseness: float


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
    colors, own_colors = lead_colors([exemplar.analysis.flat_colors for exemplar in exemplars])
    lips = [exemplar.analysis.lip_color for exemplar in exemplars]
    first = exemplars[0].analysis.palette
    # of the same few colors already, they would get others
    lead = None if len(colors) and not own_colors else first
    made = in_threads(
        lambda number: _picture_in_palette(exemplars[number], lead if number else None, width),
        range(len(exemplars)),
    )
    images, region_maps, harmonies, moved, strange = zip(*made, strict=True)
    if lead is None:  # a print's ground is one of its colors, and the lead's was chosen
        strange = tuple(not first.has_ground_of(other.analysis.palette) for other in exemplars)
    working = [exemplar.working_face for exemplar in exemplars]
    faces = tuple(face.scaled(width / face_width(face)) for face in working)
    parts = exemplars, faces, images, region_maps, width
    measures = kept_measures(key, lambda: measure_set(*parts, prints=bool(len(colors))))
    usable = [own.usable(cost.shape) for own, cost in zip(measures.exemplars, moved, strict=True)]
    spreads = np.array([exemplar.analysis.ground_spread for exemplar in exemplars])
    if spreads[0] <= BUSY:  # the lead's ground is calm: no things from behind others
        strange = np.array(strange) | (spreads > BUSY)
    if (region_maps[0] == BACKGROUND).mean() >= _GROUND:  # else better another's than none
        for number in np.flatnonzero(strange):
            usable[number] &= region_maps[number] != BACKGROUND
    layers = [
        Layer(image, region_map, own, number, np.eye(2, 3))
        for number, (image, region_map, own) in enumerate(
            zip(images, region_maps, usable, strict=True)
        )
    ]
    turned = tuple(itertools.chain(*in_threads(rotated_hair, layers)))
    every = (*layers, *turned)
    pairs = zip(measures.exemplars, moved, strict=True)
    own_costs = [own.rough(cost.shape) + cost for own, cost in pairs]
    levels, source_unary = search_levels(every, own_costs, width)
    every = (*(replace(layer, image=_in_bytes(layer, levels[0])) for layer in layers), *turned)
    grains = np.stack([own.grain for own in measures.exemplars])
    costs = np.stack([region_costs(region_map) for region_map in region_maps])
    unlike = unlikeness_to_first(grains)[:, GROUP_OF_REGION[HAIR]]
    costs[:, HAIR, HAIR] += HAIR_GRAIN_COST * unlike ** (HAIR_GRAIN_POWER / 2)
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
        colors,
        own_colors,
        np.empty((0, 3)) if own_colors or not len(colors) else common_lip_color(lips),
        np.empty((0, 3)) if len(colors) else common_colors([e.analysis.inks for e in exemplars]),
        looseness([own.dabs for own in measures.exemplars]),
    )


def _picture_in_palette(
    exemplar: PreparedExemplar, lead: Palette | None, width: float
) -> tuple[np.ndarray, np.ndarray, Harmony, np.ndarray, bool]:
    """One exemplar at a face width, in another's palette; regions, cost, if its ground is moved."""
    image = resize(exemplar.portrait.image, width / face_width(exemplar.portrait.face))
    region_map = resize_region_map(exemplar.region_map, image.shape[1::-1])
    own = exemplar.analysis.palette
    harmony = make_harmony(region_map, own, own if lead is None else lead, width)
    moved, strange = np.zeros(region_map.shape, np.float32), False
    if lead is not None:
        lab = to_lab(image)
        toned = harmonized(lab, harmony)
        moved = moved_tone_cost(lab[..., 0], toned[..., 0], region_map)
        strange = is_ground_moved(lab[..., 0], toned[..., 0], region_map)
        image = from_lab(toned)
    return image, region_map, harmony, moved, strange


def _in_bytes(layer: Layer, finest: Sources) -> np.ndarray:
    """An exemplar's picture as the search has it, (h, w, 3) uint8: in the same memory."""
    start, shape = int(finest.start[layer.origin]), layer.region_map.shape
    return finest.image[3 * start :][: 3 * layer.region_map.size].reshape(*shape, 3)
