"""The patch sources: what can be taken from a set of exemplars at one face width, to be searched.

The exemplars are harmonized to the palette of the first; each lends its hair in four further
rotations, so that strokes of any direction are found (DESIGN 4.3, steps 8 and 9).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from facestyle.faces.contours import face_width
from facestyle.faces.face import Face
from facestyle.faces.regions import GROUP_OF_REGION, HAIR
from facestyle.imaging.color import from_lab, to_lab
from facestyle.imaging.levels import to_bytes
from facestyle.kernels.patchmatch_problem import Sources
from facestyle.methods.patch_unpaired.blemishes import unusable
from facestyle.methods.patch_unpaired.clutter import facial_clutter, hair_clutter
from facestyle.methods.patch_unpaired.contour_line import (
    ContourProfiles,
    contour_profiles,
    edge_distances,
)
from facestyle.methods.patch_unpaired.grain import grain_of, unlikeness_to_first
from facestyle.methods.patch_unpaired.palette import (
    Harmony,
    Palette,
    harmonized,
    make_harmony,
    palette_of,
)
from facestyle.methods.patch_unpaired.prepared import PreparedExemplar, resize, resize_region_map
from facestyle.methods.patch_unpaired.recipe import (
    APPEARANCE_SIGMA,
    HAIR_GRAIN_COST,
    HAIR_ROTATIONS,
    region_costs,
)
from facestyle.methods.patch_unpaired.search_levels import OUTSIDE, Layer, search_levels
from facestyle.methods.patch_unpaired.tone import GroupTone, exemplar_tones

_LEAST_HAIR = 200  # px
_MARGIN = 4  # px around a rotated piece: its patches' radius, and what resampling touches


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


def make_sources(exemplars: Sequence[PreparedExemplar], width: float) -> PatchSources:
    """Bring exemplars to one face width and palette and precompute their guides.

    Parameters
    ----------
    exemplars : sequence of PreparedExemplar
        The first one leads.
    width : float
        Face width, px.

    Returns
    -------
    PatchSources
    """
    lead = palette_of(to_lab(exemplars[0].working.image), exemplars[0].regions.region_map)
    made = [_exemplar_layer(e, number, width, lead) for number, e in enumerate(exemplars)]
    layers, labs, harmonies = zip(*made, strict=True)
    faces = tuple(e.working.face.scaled(width / face_width(e.working.face)) for e in exemplars)
    region_maps = [layer.region_map for layer in layers]
    tones = exemplar_tones(labs, region_maps, tone_sigma(width))
    profiles = [
        contour_profiles(lab[..., 0], edge_distances(layer.region_map, face, width)).dips
        for lab, layer, face in zip(labs, layers, faces, strict=True)
    ]
    rotated = [turned for layer in layers for turned in _rotated_hair(layer)]
    every = (*layers, *rotated)
    luminances = [np.ascontiguousarray(lab[..., 0]) for lab in labs]
    del made, labs  # as large as all that is kept
    pairs = zip(luminances, region_maps, strict=True)
    grains = [grain_of([luminance], [region_map], width) for luminance, region_map in pairs]
    unlike = unlikeness_to_first(np.stack(grains))[:, GROUP_OF_REGION[HAIR]]
    levels, source_unary = search_levels(every, faces, width, luminances)
    # the pictures of rotated pieces are in the levels; they are rendered from the originals
    every = (*layers, *(replace(turned, image=turned.image[:0].copy()) for turned in rotated))
    costs = np.stack([region_costs(layers[layer.origin].region_map) for layer in every])
    costs[:, HAIR, HAIR] += HAIR_GRAIN_COST * unlike[[layer.origin for layer in every]]
    return PatchSources(
        width,
        faces,
        every,
        levels,
        source_unary,
        costs,
        tones,
        ContourProfiles(np.mean(profiles, axis=0)),
        harmonies,
    )


def tone_sigma(width: float) -> float:
    """Blur that separates tone from detail at a face width, px."""
    return 1.5 * max(0.6, APPEARANCE_SIGMA * width)


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
        size = (round(width * scale), round(height * scale))
        matrix = _scaled_matrix(layer.matrix, scale)
        images.append(
            cv2.warpAffine(
                originals[layer.origin],
                matrix,
                size,
                flags=cv2.INTER_CUBIC,
                borderMode=cv2.BORDER_REFLECT,
            )
        )
    return images


def _exemplar_layer(
    exemplar: PreparedExemplar, number: int, width: float, lead: Palette
) -> tuple[Layer, np.ndarray, Harmony]:
    """One exemplar at the sources's face width, in the palette of the first; with its Lab."""
    factor = width / face_width(exemplar.portrait.face)
    image = resize(exemplar.portrait.image, factor)
    region_map = resize_region_map(exemplar.regions.region_map, image.shape[1::-1])
    own = lead
    if number:
        own = palette_of(to_lab(exemplar.working.image), exemplar.regions.region_map)
    harmony = make_harmony(region_map, own, lead, width)
    if number:
        image = from_lab(harmonized(to_lab(image), harmony))
    lab = to_lab(image)
    marks = unusable(np.ascontiguousarray(lab[..., 0]), region_map, width)
    marks |= facial_clutter(lab, region_map, exemplar.portrait.face.scaled(factor), width)
    marks |= hair_clutter(lab, region_map, width)
    return Layer(image, region_map, ~marks, number, np.eye(2, 3)), lab, harmony


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


def _rotated_hair(layer: Layer) -> list[Layer]:
    """Copies of an exemplar rotated about its hair, cropped to it and usable for hair only."""
    hair = (layer.region_map == HAIR).astype(np.uint8)
    rows, columns = np.nonzero(hair)
    if len(rows) < _LEAST_HAIR:
        return []
    center = (float(columns.mean()), float(rows.mean()))
    # the outermost pixels alone say how large the rotated piece is
    corners = cv2.convexHull(np.stack([columns, rows], axis=1).astype(np.int32))[:, 0]
    turned = []
    for angle in HAIR_ROTATIONS:
        matrix = cv2.getRotationMatrix2D(center, angle, 1.0)
        points = corners @ matrix[:, :2].T + matrix[:, 2]
        low, high = points.min(axis=0) - _MARGIN, points.max(axis=0) + _MARGIN
        matrix[:, 2] -= np.floor(low)
        size = tuple(int(side) for side in np.ceil(high - np.floor(low)))
        image = cv2.warpAffine(
            layer.image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )
        mask = cv2.warpAffine(hair, matrix, size, flags=cv2.INTER_NEAREST)
        region_map = np.where(mask > 0, np.uint8(HAIR), np.uint8(OUTSIDE))
        image = np.clip(image, 0, 1, out=image)
        turned.append(Layer(image, region_map, mask > 0, layer.origin, matrix))
    return turned


def _scaled_matrix(matrix: np.ndarray, scale: float) -> np.ndarray:
    """The same affine map between pictures `scale` times as large (pixel centers at integers)."""
    result = matrix.copy()
    half = (scale - 1) / 2
    # x' = s x + (s - 1) / 2 in both pictures
    result[:, 2] = scale * matrix[:, 2] + half - matrix[:, :2] @ np.array([half, half])
    return result
