"""Which exemplars are of one medium: a mixture of charcoal and chalk looks like neither."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facestyle.faces.contours import face_width
from facestyle.faces.face import Portrait
from facestyle.faces.regions import GROUP_OF_REGION
from facestyle.imaging.color import to_lab
from facestyle.methods.patch_unpaired.grain_distribution import grain_quantiles
from facestyle.methods.patch_unpaired.prepared import resize_portrait, resize_region_map

_FACE_WIDTH = 136.0  # px; the smallest at which the fine band of the grain is seen
_FACE = 0  # group
_FLOOR = 1e-3  # L of 1; keeps logarithms of flat faces finite
# Largest differences within one medium: mean chroma of the face, Lab of 1, and logarithm of its
# fine grain's strength. Two works of one bundled drawn set differ by .09 and .77 at most; red chalk
# and charcoal by .21 in chroma, engravings and anything else by 1.2 and more in grain.
_MOST_CHROMA, _MOST_GRAIN = 0.12, 1.0
WHY_LEFT_OUT = (
    "colors or strokes of the faces are too unlike the first one's, and a mixture looks like "
    "neither. Keep works that are alike in one folder; two folders may be blended "
    "(--exemplars a/+b/)"
)
# Log odds, of four to one, from which an exemplar is photographed for sure
_PHOTOGRAPHED = -np.log(4)
# An exemplar leads that has more than this share of the most companions: one odd work never does
_MAJORITY = 0.5


def medium_traits(working: Portrait, region_map: np.ndarray) -> np.ndarray:
    """Measure what tells media apart on an exemplar's face.

    Parameters
    ----------
    working : Portrait
        The exemplar at the working size.
    region_map : (h, w) uint8
        Its regions.

    Returns
    -------
    (3,) float64
        Mean a and b of the face, Lab of 1, and the logarithm of its fine grain's strength.
    """
    small = resize_portrait(working, min(1.0, _FACE_WIDTH / face_width(working.face)))
    lab = to_lab(small.image)
    region_map = resize_region_map(region_map, lab.shape[1::-1])
    lightness = np.ascontiguousarray(lab[..., 0])
    fine = grain_quantiles(lightness, region_map, face_width(small.face))[_FACE, 0]
    if not np.isfinite(fine).all():
        return np.full(3, np.nan)
    face = GROUP_OF_REGION[region_map] == _FACE
    return np.array([*lab[face][:, 1:].mean(axis=0), np.log(fine.std() + _FLOOR)])


def of_one_medium(traits: np.ndarray) -> np.ndarray:
    """Tell which exemplars are of one medium.

    Parameters
    ----------
    traits : (K, 3) float64
        From `medium_traits`; NaN where nothing is known, which is like everything.

    Returns
    -------
    (K, K) bool
        Symmetric; every exemplar is of its own medium.
    """
    difference = np.nan_to_num(traits[:, None] - traits[None])
    chroma = np.hypot(difference[..., 0], difference[..., 1])
    return (chroma <= _MOST_CHROMA) & (np.abs(difference[..., 2]) <= _MOST_GRAIN)


def possible_leads(alike: np.ndarray, drawn: np.ndarray) -> list[int]:
    """Indices of the exemplars that may lead: those whose medium many of the others share.

    A photograph among drawings does not: it would be copied.

    Parameters
    ----------
    alike : (K, K) bool
        From `of_one_medium`.
    drawn : (K,) float64
        Log odds that each is drawn and not photographed.
    """
    companions = alike.sum(axis=1)
    possible = companions > _MAJORITY * companions.max()
    photographed = drawn < _PHOTOGRAPHED
    if np.median(drawn) > 0 and (possible & ~photographed).any():
        possible &= ~photographed
    return [int(n) for n in np.flatnonzero(possible)]


def left_out(names: Sequence[str], alike: np.ndarray, lead: int) -> tuple[str, ...]:
    """Names of the exemplars that a picture is drawn without.

    Parameters
    ----------
    names : sequence of str
    alike : (K, K) bool
    lead : int
    """
    return tuple(name for name, same in zip(names, alike[lead], strict=True) if not same)


def left_out_in_words(lead: str, others: Sequence[str], count: int) -> str:
    """Tell which exemplars a picture is drawn without.

    Parameters
    ----------
    lead : str
        The leading exemplar's name.
    others : sequence of str
        From `left_out`.
    count : int
        How many exemplars there are.
    """
    if not others:
        return f"{lead} leads, and none is left out"
    left = f"{', '.join(others)} {'is' if len(others) == 1 else 'are'} left out"
    used = count - len(others)
    return f"{lead} leads, and {left} ({used} of {count} works {'is' if used == 1 else 'are'} used)"
