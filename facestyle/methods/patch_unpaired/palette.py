"""Several exemplars agree on one palette, that of the first, before they are mixed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.faces.regions import BACKGROUND, CLOTHES, GROUP_OF_REGION, HAIR
from facestyle.frozen import FrozenRecord

# least and most that the spread of L, a, b changes: beside a gray drawing a colored one turns gray
_LEAST, _MOST = np.array([0.4, 0.0, 0.0]), 2.0
_FEW = 50  # px of a group, below which its colors are unknown
_SCARCE = 0.01  # share of a picture below which a group is not harmonized; not measured
# least standard deviation that is divided by: a level of 8 bits
_FLOOR = 1 / 255
# Cost, for a unit of luminance, of hair and clothes that the palette moves by more than is left
# free, up to a most. Four sitters in watercolor, by eye: 2 leaves gray flakes, 6 spots hair
_MOVED_COST, _MOVED_FREE, _MOVED_MOST = 4.0, 0.12, 0.5


@dataclass(frozen=True)
class Palette(FrozenRecord):
    """Mean and standard deviation of Lab for each group, (4, 3) each; NaN where it is missing."""

    mean: np.ndarray
    deviation: np.ndarray


def palette_of(lab: np.ndarray, region_map: np.ndarray) -> Palette:
    """Measure a picture's palette; a scarce group takes that of face and hair.

    Parameters
    ----------
    lab : (H, W, 3) float32
    region_map : (H, W) uint8
    """
    groups = GROUP_OF_REGION[np.minimum(region_map, BACKGROUND)]
    mean, deviation = np.full((4, 3), np.nan), np.full((4, 3), np.nan)
    for group in range(4):
        mask = groups == group
        if mask.mean() < _SCARCE:
            mask = groups < 2
        if mask.sum() >= _FEW:
            colors = lab[mask]
            mean[group], deviation[group] = colors.mean(axis=0), colors.std(axis=0)
    return Palette(mean, deviation)


@dataclass(frozen=True)
class Harmony(FrozenRecord):
    """How each pixel's Lab changes to bring a picture into another palette.

    Attributes
    ----------
    gain, offset : (h, w, 3) float32
        Both vary slowly: they serve the same picture at any size.
    """

    gain: np.ndarray
    offset: np.ndarray


def make_harmony(region_map: np.ndarray, own: Palette, lead: Palette, face_width: float) -> Harmony:
    """Find what moves a picture's groups to the palette of another.

    Parameters
    ----------
    region_map : (h, w) uint8
        Regions.
    own, lead : Palette
    face_width : float
        px.
    """
    groups = GROUP_OF_REGION[np.minimum(region_map, BACKGROUND)]
    # plane by plane: sums over a last axis of three are slow
    gain = np.full((3, *region_map.shape), 1e-6, np.float32)
    offset = np.zeros_like(gain)
    total = np.full(region_map.shape, 1e-6, np.float32)
    for group in range(4):
        mask = (groups == group).astype(np.float32)
        known = np.isfinite(own.mean[group]).all() and np.isfinite(lead.mean[group]).all()
        if mask.sum() < _FEW or not known:
            continue
        ratio = (lead.deviation[group] + _FLOOR) / (own.deviation[group] + _FLOOR)
        ratio = np.clip(ratio, _LEAST, _MOST).astype(np.float32)
        shift = (lead.mean[group] - ratio * own.mean[group]).astype(np.float32)
        weight = cv2.GaussianBlur(mask, (0, 0), max(0.5, 0.02 * face_width))
        for channel in range(3):
            gain[channel] += weight * ratio[channel]
            offset[channel] += weight * shift[channel]
        total += weight
    gain /= total
    offset /= total
    return Harmony(cv2.merge([*gain]), cv2.merge([*offset]))


def harmonized(lab: np.ndarray, harmony: Harmony) -> np.ndarray:
    """Move a picture to the other palette, (H, W, 3) float32 Lab of any size."""
    size = (lab.shape[1], lab.shape[0])
    gain, offset = (
        cv2.resize(values, size, interpolation=cv2.INTER_LINEAR)
        for values in (harmony.gain, harmony.offset)
    )
    return cv2.add(cv2.multiply(lab, gain, dst=gain), offset, dst=offset)


def moved_tone_cost(before: np.ndarray, after: np.ndarray, region_map: np.ndarray) -> np.ndarray:
    """Cost of copying hair and clothes that another palette has made something else.

    A white ruff among dark coats becomes flat gray, which no exemplar has.

    Parameters
    ----------
    before, after : (h, w) float32
        Luminance of one exemplar in its own palette and in the other, L of 1.
    region_map : (h, w) uint8
        Its regions.

    Returns
    -------
    (h, w) float32
        0 in the other regions.
    """
    moved = np.clip(np.abs(after - before) - np.float32(_MOVED_FREE), 0, _MOVED_MOST)
    moved[(region_map != HAIR) & (region_map != CLOTHES)] = 0
    return np.asarray(moved * np.float32(_MOVED_COST))
