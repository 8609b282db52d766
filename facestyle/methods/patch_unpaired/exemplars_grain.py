"""The grain of several exemplars together: its distribution, and its strength at each tone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from facestyle.frozen import FrozenRecord
from facestyle.methods.patch_unpaired.grain import grain_of, likeness_to_first
from facestyle.methods.patch_unpaired.grain_by_tone import factors_by_tone, strengths_by_tone
from facestyle.methods.patch_unpaired.grain_distribution import (
    band_quantiles,
    grain_bands,
    quantiles_like_first,
)


@dataclass(frozen=True)
class ExemplarsGrain(FrozenRecord):
    """What grain a drawing is to have.

    Attributes
    ----------
    quantiles : (4, 2, 34) float64
        Of each group's bands; NaN where no exemplar has a group.
    by_tone : (2, 16) float64
        Factor of each band's strength at each tone, over that at the tone of skin.
    """

    quantiles: np.ndarray
    by_tone: np.ndarray


def exemplars_grain(
    lights: Iterable[np.ndarray], region_maps: Iterable[np.ndarray], face_width: float
) -> ExemplarsGrain:
    """Grain of several exemplars, as much of each as it is like the first's.

    Parameters
    ----------
    lights : iterable of (h, w) float32
        Luminance, at the size of the drawing: another size would have another grain.
    region_maps : iterable of (h, w) uint8
    face_width : float
        px.

    Returns
    -------
    ExemplarsGrain
    """
    grains, quantiles, strengths = [], [], []
    for light, region_map in zip(lights, region_maps, strict=True):
        bands = grain_bands(light, face_width)
        grains.append(grain_of([light], [region_map], face_width))
        quantiles.append(band_quantiles(bands, region_map))
        strengths.append(strengths_by_tone(light, bands, region_map))
    likeness = likeness_to_first(np.stack(grains))
    alike = likeness.max(axis=1)
    by_tone = factors_by_tone(np.einsum("k,kbt->bt", alike, np.stack(strengths)))
    return ExemplarsGrain(quantiles_like_first(quantiles, likeness), by_tone)
