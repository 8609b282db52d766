"""What is measured of a set of exemplars at one face width: little to keep, slow to find.

The patch sources themselves are hundreds of megabytes and are made anew in each process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from facestyle import disk_cache
from facestyle.disk_cache import Schema
from facestyle.faces.contours import face_width, feature_contours
from facestyle.faces.face import Face, Portrait
from facestyle.faces.face_coordinates import face_coordinates
from facestyle.frozen import FrozenRecord
from facestyle.imaging.color import to_lab
from facestyle.imaging.threads import in_threads
from facestyle.methods.patch_unpaired.blemishes import (
    excess_roughness,
    missed_ears,
    person_in_background,
    skin_roughness,
    strokes_beside_head,
    unusable,
)
from facestyle.methods.patch_unpaired.clutter import (
    background_clutter,
    facial_clutter,
    hair_clutter,
)
from facestyle.methods.patch_unpaired.color_dabs import dab_strength
from facestyle.methods.patch_unpaired.contour_line import contour_profiles, edge_distances
from facestyle.methods.patch_unpaired.grain import grain_of
from facestyle.methods.patch_unpaired.missed_parts import missed_parts
from facestyle.methods.patch_unpaired.prepared import PreparedExemplar
from facestyle.methods.patch_unpaired.recipe import ROUGHNESS_COST, tone_sigma
from facestyle.methods.patch_unpaired.signatures import written_words
from facestyle.methods.patch_unpaired.tone import GroupTone, exemplar_tones

Bits = Annotated[np.ndarray, Schema("uint8", 1)]


@dataclass(frozen=True, eq=False)
class ExemplarMeasures(FrozenRecord):
    """What is measured of one exemplar.

    Attributes
    ----------
    usable_bits, rough_bits : (n,) uint8
        Where something may be copied, and where that costs; eight pixels a byte.
    rough_costs : (m,) float32
        What it costs there.
    grain : (4,) float64
        From `grain_of`.
    dips : (2, 20) float64
        From `contour_profiles`.
    dabs : float
        From `dab_strength`.
    """

    usable_bits: Bits
    rough_bits: Bits
    rough_costs: Annotated[np.ndarray, Schema("float32", 1)]
    grain: Annotated[np.ndarray, Schema("float64", 1, finite=False)]
    dips: Annotated[np.ndarray, Schema("float64", 2)]
    dabs: float

    def usable(self, shape: tuple[int, int]) -> np.ndarray:
        """Where something may be copied, (h, w) bool."""
        return _unpacked(self.usable_bits, shape)

    def rough(self, shape: tuple[int, int]) -> np.ndarray:
        """Cost of copying skin that is rougher than usual, (h, w) float32."""
        costs = np.zeros(shape, np.float32)
        costs[_unpacked(self.rough_bits, shape)] = self.rough_costs
        return costs


@dataclass(frozen=True, eq=False)
class SetMeasures(FrozenRecord):
    """What is measured of a set of exemplars.

    Attributes
    ----------
    exemplars : tuple of ExemplarMeasures
    tones : tuple of GroupTone
        Over all exemplars.
    """

    exemplars: tuple[ExemplarMeasures, ...]
    tones: tuple[GroupTone, ...]


def kept_measures(key: str | None, measure: Callable[[], SetMeasures]) -> SetMeasures:
    """Read measures from the disk cache, or measure and keep them there.

    Parameters
    ----------
    key : str or None
        Of the entry; None where nothing is kept.
    measure : callable
    """
    stored = None if key is None else disk_cache.load(SetMeasures, key)
    if stored is not None:
        return stored
    measures = measure()
    if key is not None:
        disk_cache.save(key, measures)
    return measures


def measure_set(
    exemplars: Sequence[PreparedExemplar],
    faces: Sequence[Face],
    pictures: Sequence[np.ndarray],
    region_maps: Sequence[np.ndarray],
    width: float,
    *,
    prints: bool = False,
) -> SetMeasures:
    """Measure exemplars in the palette of the first.

    Parameters
    ----------
    exemplars : sequence of PreparedExemplar
    faces : sequence of Face
        At `width`.
    pictures : sequence of (h, w, 3) float32
        At `width`, sRGB.
    region_maps : sequence of (h, w) uint8
        Their regions.
    width : float
        Face width, px.
    prints : bool
        Whether they consist of a few flat colors.
    """
    labs = in_threads(to_lab, pictures)

    def measure(number: int) -> tuple[ExemplarMeasures, np.ndarray, float]:
        own = exemplars[number].portrait.face
        scaled = own.scaled(width / face_width(own))
        return _measured(labs[number], region_maps[number], scaled, faces[number], width, prints)

    measured = in_threads(measure, range(len(labs)))
    # one old face among young ones is rough all over
    usual = float(np.median([own for _, _, own in measured]))
    done = tuple(_with_costs(own, local, min(typical, usual)) for own, local, typical in measured)
    return SetMeasures(done, exemplar_tones(labs, region_maps, tone_sigma(width)))


def _measured(
    lab: np.ndarray,
    region_map: np.ndarray,
    scaled: Face,
    face: Face,
    width: float,
    prints: bool,
) -> tuple[ExemplarMeasures, np.ndarray, float]:
    """Measure one exemplar, its face scaled at once, and by way of the working size.

    What its roughness costs is left out; the roughness, and what is usual in it, come with it.
    """
    light = np.ascontiguousarray(lab[..., 0])
    marks = unusable(light, region_map, width)
    marks |= facial_clutter(lab, region_map, scaled, width)
    marks |= hair_clutter(lab, region_map, width)
    marks |= background_clutter(lab, region_map, width)
    place = face_coordinates(Portrait(lab, face, light), feature_contours(face))
    marks |= missed_ears(region_map, place) | missed_parts(region_map, place)
    marks |= strokes_beside_head(region_map, place)
    marks |= written_words(lab, region_map, place, width)
    if prints:
        marks |= person_in_background(light, region_map, place, width)
    local, usual = skin_roughness(light, region_map, place, width)
    none = np.zeros(0, np.uint8)
    measured = ExemplarMeasures(
        np.packbits(~marks),
        none,
        none.astype(np.float32),
        grain_of([light], [region_map], width),
        contour_profiles(light, edge_distances(region_map, face, width)).dips,
        dab_strength(lab, region_map, width),
    )
    return measured, local, usual


def _with_costs(measured: ExemplarMeasures, local: np.ndarray, usual: float) -> ExemplarMeasures:
    """What one measured, with what its roughness costs."""
    costs = np.float32(ROUGHNESS_COST) * excess_roughness(local, usual)
    rough = costs != 0
    return replace(measured, rough_bits=np.packbits(rough), rough_costs=costs[rough])


def _unpacked(bits: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    count = shape[0] * shape[1]
    return np.unpackbits(bits, count=count).astype(bool).reshape(shape)
