"""Where a portrait and an exemplar correspond, for other synthesizers and for show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facestyle.faces import Portrait
from facestyle.faces.contours import face_width
from facestyle.faces.regions import segment_regions
from facestyle.imaging.color import from_lab
from facestyle.imaging.levels import to_float
from facestyle.methods.patch_unpaired.prepared import resize_portrait
from facestyle.methods.patch_unpaired.preparing import prepare_exemplar
from facestyle.methods.patch_unpaired.sources import make_sources
from facestyle.methods.patch_unpaired.target import exemplar_positions, toned_and_searched


@dataclass(frozen=True)
class Correspondence:
    """An exemplar and a portrait at one face width.

    Attributes
    ----------
    exemplar : (h, w, 3) float32
        The exemplar's picture, sRGB.
    exemplar_regions, regions : (h, w) and (H, W) uint8
        Region maps of the exemplar and of the portrait; see `facestyle.faces.regions`.
    positions : (H, W, 2) float32
        xy px in the exemplar of each pixel of the portrait.
    toned : (H, W, 3) float32
        The portrait in the exemplar's tones, sRGB.
    """

    exemplar: np.ndarray
    exemplar_regions: np.ndarray
    regions: np.ndarray
    positions: np.ndarray
    toned: np.ndarray


def correspond(portrait: Portrait, exemplar: Portrait, *, widest: float) -> Correspondence:
    """Find where each pixel of a portrait lies in an exemplar, and its tones there.

    Parameters
    ----------
    portrait, exemplar : Portrait
    widest : float
        Face width of the result at most, px; that of the portrait where it is narrower.

    Returns
    -------
    Correspondence
    """
    width = min(widest, face_width(portrait.face))
    working = resize_portrait(portrait, width / face_width(portrait.face))
    sources = make_sources([prepare_exemplar(exemplar)], width)
    layer = sources.layers[0]
    regions = segment_regions(working).region_map
    positions = exemplar_positions(working, regions, sources)[0][..., ::-1]
    toned = from_lab(toned_and_searched(working, regions, sources)[0])
    return Correspondence(to_float(layer.image), layer.region_map, regions, positions, toned)
