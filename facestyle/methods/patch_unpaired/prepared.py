"""An exemplar analyzed once, at the largest size that pictures are synthesized at."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.faces.contours import face_width
from facestyle.faces.face import Portrait
from facestyle.faces.regions import Regions, segment_regions
from facestyle.frozen import FrozenRecord
from facestyle.methods.patch_unpaired.recipe import WORKING_FACE_WIDTHS


@dataclass(frozen=True, eq=False)
class PreparedExemplar(FrozenRecord):
    """An exemplar and its regions.

    Attributes
    ----------
    portrait : Portrait
        At its own size.
    working : Portrait
        Resized so that its face is 192 px wide.
    regions : Regions
        Of `working`.
    """

    portrait: Portrait
    working: Portrait
    regions: Regions


def prepare_exemplar(portrait: Portrait) -> PreparedExemplar:
    """Analyze an exemplar.

    Parameters
    ----------
    portrait : Portrait

    Returns
    -------
    PreparedExemplar
        Independent of any target; keep it for further pictures.
    """
    working = resize_portrait(portrait, WORKING_FACE_WIDTHS[0] / face_width(portrait.face))
    return PreparedExemplar(portrait, working, segment_regions(working))


def resize_portrait(portrait: Portrait, factor: float) -> Portrait:
    """Resize a portrait with its matte and its face."""
    if abs(factor - 1) < 1e-3:
        return portrait
    return Portrait(
        resize(portrait.image, factor),
        portrait.face.scaled(factor),
        resize(portrait.matte, factor),
        portrait.name,
    )


def resize(image: np.ndarray, factor: float) -> np.ndarray:
    """Resize a picture, by areas when it shrinks and cubically when it grows."""
    interpolation = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    height, width = image.shape[:2]
    size = (max(8, round(width * factor)), max(8, round(height * factor)))
    resized = cv2.resize(image, size, interpolation=interpolation)
    if image.dtype == np.uint8 or factor < 1:
        return resized  # only cubic interpolation overshoots
    return np.clip(resized, 0, 1, out=resized)


def resize_region_map(region_map: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize a label map to (width, height) by nearest neighbors."""
    return cv2.resize(region_map, size, interpolation=cv2.INTER_NEAREST)
