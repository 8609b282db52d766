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
_BEHIND = int(GROUP_OF_REGION[BACKGROUND])
# A background has its main tone where most of it is: a dark smudge beside a head and the paper
# around it have no mean that anything is drawn in. Steps of luminance, and how far around the main
# tone counts
_TONES, _TONE_REACH = 64, 0.08
# Share of the lead's background that has to be as near to another one's main tone: it stays what it
# is then. Beside one lead that is mostly smudge, all paper had turned gray (charcoal)
_SAME_SHARE, _SAME_REACH = 0.1, 0.04
# least standard deviation that is divided by: a level of 8 bits
_FLOOR = 1 / 255
# Cost, for a unit of luminance, of hair and clothes that the palette moves by more than is left
# free, up to a most. Four sitters in watercolor, by eye: 2 leaves gray flakes, 6 spots hair
_MOVED_COST, _MOVED_FREE, _MOVED_MOST = 4.0, 0.12, 0.5
# Median change of luminance from which a background is another one: a dark hatched ground, made as
# light as paper, has strokes beyond white. By eye, red chalk with grounds .2 to .5 below its paper
_MOVED_GROUND = 0.15


@dataclass(frozen=True)
class Palette(FrozenRecord):
    """What colors each group of a picture has.

    Attributes
    ----------
    mean, deviation : (4, 3) float64
        Of Lab; of the background, around its main tone. NaN where a group is missing.
    tones : (64,) float64
        Share of the background in each step of luminance.
    """

    mean: np.ndarray
    deviation: np.ndarray
    tones: np.ndarray

    def has_tone(self, luminance: float) -> bool:
        """Whether a tone is one of the background's: if not its main one, then of a part of it."""
        centers = (np.arange(_TONES) + 0.5) / _TONES
        near = np.abs(centers - luminance) < _SAME_REACH
        return float(self.tones[near].sum()) > _SAME_SHARE

    def has_ground_of(self, other: Palette) -> bool:
        """Whether the main tone of another's background is one of this one's, or unknown."""
        own, theirs = float(self.mean[_BEHIND, 0]), float(other.mean[_BEHIND, 0])
        return not abs(own - theirs) > _MOVED_GROUND or self.has_tone(theirs)


def palette_of(lab: np.ndarray, region_map: np.ndarray) -> Palette:
    """Measure a picture's palette; a scarce group takes that of face and hair.

    Parameters
    ----------
    lab : (H, W, 3) float32
    region_map : (H, W) uint8
    """
    groups = GROUP_OF_REGION[np.minimum(region_map, BACKGROUND)]
    mean, deviation = np.full((4, 3), np.nan), np.full((4, 3), np.nan)
    tones = _shares(lab[..., 0][groups == _BEHIND])
    for group in range(4):
        mask = groups == group
        if mask.mean() < _SCARCE:
            mask = groups < 2
        elif group == _BEHIND and tones.any():
            main = (cv2.GaussianBlur(tones[None], (0, 0), 1.0).argmax() + 0.5) / _TONES
            mask &= np.abs(lab[..., 0] - main) < _TONE_REACH
        if mask.sum() >= _FEW:
            colors = lab[mask]
            mean[group], deviation[group] = colors.mean(axis=0), colors.std(axis=0)
    return Palette(mean, deviation, tones)


def _shares(luminance: np.ndarray) -> np.ndarray:
    """Share of each step of luminance in [0, 1]; 0 where there is next to nothing."""
    if luminance.size < _FEW:
        return np.zeros(_TONES)
    return np.histogram(luminance, bins=_TONES, range=(0, 1))[0] / luminance.size


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
        if group == _BEHIND and lead.has_tone(own.mean[group, 0]):
            ratio[0], shift[0] = 1, 0
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


def is_ground_moved(before: np.ndarray, after: np.ndarray, region_map: np.ndarray) -> bool:
    """Whether another palette has made a background something else.

    Parameters
    ----------
    before, after : (h, w) float32
        Luminance of one exemplar in its own palette and in the other, L of 1.
    region_map : (h, w) uint8
        Its regions.

    Returns
    -------
    bool
        Such a background lends nothing.
    """
    behind = region_map == BACKGROUND
    if not behind.any():
        return False
    return float(np.median(np.abs(after - before)[behind])) > _MOVED_GROUND
