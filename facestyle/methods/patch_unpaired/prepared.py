"""An exemplar analyzed once, at the largest size that pictures are synthesized at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import cv2
import numpy as np

from facestyle.disk_cache import Schema
from facestyle.faces.contours import face_width
from facestyle.faces.face import Face, Portrait
from facestyle.frozen import FrozenRecord
from facestyle.methods.patch_unpaired.palette import Palette
from facestyle.methods.patch_unpaired.recipe import WORKING_FACE_WIDTHS

_SAME_SIZE = 1e-3  # a factor so near to 1 changes nothing


@dataclass(frozen=True, eq=False)
class ExemplarAnalysis(FrozenRecord):
    """What is found out about an exemplar, whatever the target: little to keep, slow to find.

    Attributes
    ----------
    region_map : (h, w) uint8
        Regions at the working size.
    palette : Palette
    contrast : (2,) float64
        How light hair and clothes are beside the face; see `tone_contrast`.
    medium : (3,) float64
        What tells media apart; see `medium_traits`.
    flat_colors : (n, 3) float64
        The few colors that it consists of, Lab of 1; see `flat_colors`.
    lip_color : (1, 3) or (0, 3) float64
        The color that the lips alone have, Lab of 1; see `lip_color`.
    inks : (n, 3) float64
        The inks of a print in lines or dots, Lab of 1; see `find_inks`.
    ground_spread : float
        How much there is to see behind it; see `busy_ground`.
    drawn : float
        Log odds that it is drawn and not photographed; see `looks_drawn`.
    """

    region_map: Annotated[np.ndarray, Schema("uint8", 2)]
    palette: Palette
    contrast: Annotated[np.ndarray, Schema("float64", 1, finite=False)]
    medium: Annotated[np.ndarray, Schema("float64", 1, finite=False)]
    flat_colors: Annotated[np.ndarray, Schema("float64", 2)]
    lip_color: Annotated[np.ndarray, Schema("float64", 2)]
    inks: Annotated[np.ndarray, Schema("float64", 2)]
    ground_spread: float
    drawn: float


@dataclass(frozen=True, eq=False)
class PreparedExemplar(FrozenRecord):
    """An exemplar and what is known about it.

    Attributes
    ----------
    portrait : Portrait
        At its own size.
    analysis : ExemplarAnalysis
    """

    portrait: Portrait
    analysis: ExemplarAnalysis

    @property
    def region_map(self) -> np.ndarray:
        """Regions at the working size, (h, w) uint8."""
        return self.analysis.region_map

    @property
    def working_face(self) -> Face:
        """The face at the working size."""
        factor = working_factor(self.portrait)
        same = abs(factor - 1) < _SAME_SIZE
        return self.portrait.face if same else self.portrait.face.scaled(factor)


def working_factor(portrait: Portrait) -> float:
    """What takes a portrait to the working size, where its face is 272 px wide."""
    return float(WORKING_FACE_WIDTHS[0] / face_width(portrait.face))


def resize_portrait(portrait: Portrait, factor: float) -> Portrait:
    """Resize a portrait with its matte and its face."""
    if abs(factor - 1) < _SAME_SIZE:
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
    size = resized_size((image.shape[0], image.shape[1]), factor)
    resized = cv2.resize(image, size, interpolation=interpolation)
    if image.dtype == np.uint8 or factor < 1:
        return resized  # only cubic interpolation overshoots
    return np.clip(resized, 0, 1, out=resized)


def resized_size(size: tuple[int, int], factor: float) -> tuple[int, int]:
    """Width and height of a picture of some height and width when it is resized."""
    height, width = size
    return max(8, round(width * factor)), max(8, round(height * factor))


def resize_region_map(region_map: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize a label map to (width, height) by nearest neighbors."""
    return cv2.resize(region_map, size, interpolation=cv2.INTER_NEAREST)
