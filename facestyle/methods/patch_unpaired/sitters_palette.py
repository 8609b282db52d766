"""Flat colors of one's own: in some styles each work has the few colors of its sitter.

Comics and vector portraits are often made so: what the works have in common is that they are flat,
and how many colors there are. The colors are the sitter's, in the exemplars' tones.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from facestyle.faces import Portrait
from facestyle.methods.patch_unpaired.flat_pictures import nearest_colors
from facestyle.methods.patch_unpaired.sources import PatchSources
from facestyle.methods.patch_unpaired.target import off_background, toned_and_searched

_ROUNDS = 8
_LINE = 0.15  # L of 1 below which a color is the line's, which is nobody's own
_SCARCE = 0.01  # share of the person below which a color is left out


def with_sitters_colors(
    portrait: Portrait, region_map: np.ndarray, sources: PatchSources
) -> PatchSources:
    """Exemplars of flat colors that each has for itself, in those of a sitter; others as they are.

    Parameters
    ----------
    portrait : Portrait
        At the sources's face width.
    region_map : (h, w) uint8
        Its regions.
    sources : PatchSources

    Returns
    -------
    PatchSources
    """
    if not sources.own_colors:
        return sources
    plain = replace(sources, flat_colors=np.empty((0, 3)))
    lab = toned_and_searched(portrait, region_map, plain)[0]
    person = lab[off_background(region_map) > 0.5]
    return replace(sources, flat_colors=sitters_colors(person, sources.flat_colors))


def sitters_colors(person: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """The colors of a person that are nearest to some: a step of tone each.

    Parameters
    ----------
    person : (m, 3) float32
        Lab of 1.
    colors : (n, 3) float64
        At least one.

    Returns
    -------
    (k, 3) float64
        At most n; as they were where the person has next to none of them.
    """
    found = colors.astype(np.float64)
    line = found[:, 0] < _LINE
    for _ in range(_ROUNDS):
        nearest = nearest_colors(person[None], found)[0]
        for number in np.flatnonzero(~line):
            own = person[nearest == number]
            if len(own):
                found[number] = own.mean(axis=0)
    shares = np.bincount(nearest_colors(person[None], found)[0], minlength=len(found)) / len(person)
    kept = (shares > _SCARCE) | line
    return found[kept] if kept.sum() > 1 else colors
