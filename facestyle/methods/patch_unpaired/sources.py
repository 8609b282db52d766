"""All that can be taken from a set of exemplars at one face width, ready to be searched.

The exemplars are harmonized to the palette of the first; each lends its hair in four further
rotations, so that strokes of any direction are found (DESIGN 4.3, steps 8 and 9).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from facestyle.faces.contours import face_width
from facestyle.faces.face import Face
from facestyle.faces.regions import HAIR
from facestyle.imaging.color import from_lab, to_lab
from facestyle.imaging.levels import to_bytes
from facestyle.kernels.patchmatch_problem import Sources
from facestyle.methods.patch_unpaired.blemishes import unusable
from facestyle.methods.patch_unpaired.contour_line import (
    ContourProfiles,
    contour_profiles,
    edge_distances,
)
from facestyle.methods.patch_unpaired.palette import (
    Harmony,
    Palette,
    harmonized,
    make_harmony,
    palette_of,
)
from facestyle.methods.patch_unpaired.prepared import PreparedExemplar, resize, resize_labels
from facestyle.methods.patch_unpaired.recipe import (
    APPEARANCE_SIGMA,
    HAIR_ROTATIONS,
    region_costs,
)
from facestyle.methods.patch_unpaired.search_levels import OUTSIDE, Layer, search_levels
from facestyle.methods.patch_unpaired.tone import GroupTone, exemplar_tones

_LEAST_HAIR = 200  # px
_MARGIN = 4


@dataclass(frozen=True, eq=False)
class Bank:
    """A set of exemplars at one face width.

    Attributes
    ----------
    face_width : float
        px.
    faces : tuple of Face
        Of the exemplars.
    layers : tuple of Layer
        The exemplars first, then their rotated hair.
    levels : tuple of Sources
        For the search, from fine to coarse.
    aversion : tuple of (P,) float32
        Cost of each source pixel whatever the target, at every level.
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
    aversion: tuple[np.ndarray, ...]
    region_costs: np.ndarray
    tones: tuple[GroupTone, ...]
    contours: ContourProfiles
    harmonies: tuple[Harmony, ...]


@lru_cache(maxsize=4)
def build_bank(exemplars: tuple[PreparedExemplar, ...], width: float) -> Bank:
    """Bring exemplars to one face width and palette and precompute their guides.

    Parameters
    ----------
    exemplars : tuple of PreparedExemplar
    width : float
        Face width, px.

    Returns
    -------
    Bank
        The last four are kept.
    """
    lead = palette_of(to_lab(exemplars[0].working.image), exemplars[0].regions.labels)
    pairs = [_exemplar_layer(e, number, width, lead) for number, e in enumerate(exemplars)]
    layers, harmonies = [layer for layer, _ in pairs], tuple(harmony for _, harmony in pairs)
    faces = tuple(e.working.face.scaled(width / face_width(e.working.face)) for e in exemplars)
    labs = [to_lab(layer.image) for layer in layers]
    labels = [layer.labels for layer in layers]
    tones = exemplar_tones(labs, labels, tone_sigma(width))
    profiles = [
        contour_profiles(lab[..., 0], edge_distances(layer.labels, face, width)).dips
        for lab, layer, face in zip(labs, layers, faces, strict=True)
    ]
    rotated = [turned for layer in layers for turned in _rotated_hair(layer)]
    every = (*layers, *rotated)
    levels, aversion = search_levels(every, faces, width)
    return Bank(
        width,
        faces,
        every,
        levels,
        aversion,
        np.stack([region_costs(layers[layer.origin].labels) for layer in every]),
        tones,
        ContourProfiles(np.mean(profiles, axis=0)),
        harmonies,
    )


def tone_sigma(width: float) -> float:
    """Blur that separates tone from detail at a face width, px."""
    return 1.5 * max(0.6, APPEARANCE_SIGMA * width)


def render_images(
    bank: Bank, exemplars: Sequence[PreparedExemplar], scale: float
) -> list[np.ndarray]:
    """The layers' pictures at `scale` times the bank's size, made of the original exemplars.

    Returns
    -------
    list of (h, w, 3) uint8
        sRGB.
    """
    originals: list[np.ndarray] = []
    images = []
    for layer in bank.layers:
        if layer.origin == len(originals):
            originals.append(_scaled_original(exemplars, layer.origin, bank, scale))
            images.append(originals[-1])
            continue
        height, width = layer.labels.shape
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
) -> tuple[Layer, Harmony]:
    """Resize one exemplar to the bank's face width, in the palette of the first."""
    factor = width / face_width(exemplar.portrait.face)
    image = resize(exemplar.portrait.image, factor)
    labels = resize_labels(exemplar.regions.labels, image.shape[1::-1])
    own = palette_of(to_lab(exemplar.working.image), exemplar.regions.labels)
    harmony = make_harmony(labels, own, lead, width)
    if number:
        image = from_lab(harmonized(to_lab(image), harmony))
    usable = ~unusable(np.ascontiguousarray(to_lab(image)[..., 0]), labels, width)
    return Layer(image, labels, usable, number, np.eye(2, 3)), harmony


def _scaled_original(
    exemplars: Sequence[PreparedExemplar], number: int, bank: Bank, scale: float
) -> np.ndarray:
    """One exemplar at `scale` times the bank's size, in the palette of the first; uint8."""
    if scale == 1:
        return to_bytes(bank.layers[number].image)
    exemplar = exemplars[number]
    width = bank.face_width * scale
    factor = width / face_width(exemplar.portrait.face)
    if not number:
        return resize(to_bytes(exemplar.portrait.image), factor)
    image = resize(exemplar.portrait.image, factor)
    return to_bytes(from_lab(harmonized(to_lab(image), bank.harmonies[number])))


def _rotated_hair(layer: Layer) -> list[Layer]:
    """Copies of an exemplar rotated about its hair, cropped to it and usable for hair only."""
    hair = (layer.labels == HAIR).astype(np.uint8)
    rows, columns = np.nonzero(hair)
    if len(rows) < _LEAST_HAIR:
        return []
    center = (float(columns.mean()), float(rows.mean()))
    corners = np.stack([columns, rows], axis=1)
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
        labels = np.where(mask > 0, HAIR, OUTSIDE).astype(np.uint8)
        turned.append(Layer(np.clip(image, 0, 1), labels, mask > 0, layer.origin, matrix))
    return turned


def _scaled_matrix(matrix: np.ndarray, scale: float) -> np.ndarray:
    """The same affine map between pictures `scale` times as large (pixel centers at integers)."""
    result = matrix.copy()
    half = (scale - 1) / 2
    # x' = s x + (s - 1) / 2 in both pictures
    result[:, 2] = scale * matrix[:, 2] + half - matrix[:, :2] @ np.array([half, half])
    return result
