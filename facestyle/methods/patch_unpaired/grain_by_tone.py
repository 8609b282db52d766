"""How strong a medium's grain is in its dark tones and in its light ones.

The same pencil is paper on a pale cheek and dense strokes on a dark one: dark skin with the grain
of the exemplars' fair sitters is a gray wash.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.faces.regions import BACKGROUND, NOSE, SKIN
from facestyle.methods.patch_unpaired.pictures import soft_mask

_TONES = (np.arange(16) + 0.5) / 16  # L of 1
_SAMPLES = 60_000  # pixels of a person that are measured; any number of this order does
_FEW = 0.005  # share of them, below which a tone's grain is unknown
_FLOOR = 1e-3  # L; keeps ratios of flat tones near 1
# Of the ratio of two tones' grain: part of what is seen in dark tones is the form of hair. Nine
# sitters of development, 0, .4 and .8: texture error in pencil 1.09 1.13 1.20 (two dark sitters,
# whom it compares with fair ones, have more, the others less), charcoal .92 .81 .80, watercolor .88
# .88 .90, oil .67 .66 .65, engraving 1.42 for all; identity +.00 to +.01. By eye .8 on five
# sitters in four styles; on one of them .8 was too much
_POWER = 0.7
_LEAST, _MOST = 0.6, 2.2
_WIDE = 0.1  # face widths: a sitter's tone is no wrinkle's
# Differences of the target's tone from its surroundings, L of 1, at which half of the factor is
# left: nostrils and lids got ragged
_FEATURE, _AROUND, _REACH = 0.04, 0.02, 0.015  # the latter two in face widths


def strengths_by_tone(
    light: np.ndarray, bands: Sequence[np.ndarray], region_map: np.ndarray
) -> np.ndarray:
    """Measure the grain of a person in one exemplar.

    Parameters
    ----------
    light : (h, w) float32
        Luminance, L of 1.
    bands : sequence of (h, w) float32
        Of its grain.
    region_map : (h, w) uint8

    Returns
    -------
    (bands + 2, 16) float64
        For each tone the sums of the bands' magnitudes, and the numbers of pixels of the person and
        of skin.
    """
    inside = np.flatnonzero(region_map < BACKGROUND)
    inside = inside[:: max(1, len(inside) // _SAMPLES)]
    some = [band.ravel()[inside] for band in bands]
    smooth = light.ravel()[inside] - np.sum(some, axis=0)
    tones = np.clip(smooth * len(_TONES), 0, len(_TONES) - 1).astype(int)
    skin = np.isin(region_map.ravel()[inside], (SKIN, NOSE))
    weights = [*map(np.abs, some), np.ones(len(tones)), skin]
    return np.stack([np.bincount(tones, each, len(_TONES)) for each in weights])


def factors_by_tone(strengths: np.ndarray) -> np.ndarray:
    """How much stronger the grain is at each tone than at that of the exemplars' skin.

    Parameters
    ----------
    strengths : (bands + 2, 16) float64
        From `strengths_by_tone`, summed over exemplars.

    Returns
    -------
    (bands, 16) float64
    """
    *sums, counts, skin = strengths
    known = counts > _FEW * counts.sum()
    if not skin.any() or not known.any():
        return np.ones((len(sums), len(_TONES)))
    rising = np.cumsum(skin) / skin.sum()
    usual = np.interp(0.5, rising, _TONES)
    factors = []
    for total in sums:
        strength = np.interp(_TONES, _TONES[known], (total[known] / counts[known]) + _FLOOR)
        ratio = strength / np.interp(usual, _TONES, strength)
        factors.append(np.clip(ratio**_POWER, _LEAST, _MOST))
    return np.stack(factors)


def grain_factors(
    light: np.ndarray,
    toned: np.ndarray,
    region_map: np.ndarray,
    by_tone: np.ndarray,
    face_width: float,
) -> list[np.ndarray]:
    """How much stronger the grain of a drawing's skin is to be made at each place.

    Parameters
    ----------
    light : (h, w) float32
        Luminance of the drawing, L of 1.
    toned : (h, w) float32
        That of its target, whose features are left alone.
    region_map : (h, w) uint8
    by_tone : (bands, 16) float64
        From `factors_by_tone`.
    face_width : float
        px.

    Returns
    -------
    list of (h, w) float32
        One for each band.
    """
    tone = cv2.GaussianBlur(light, (0, 0), _WIDE * face_width)
    share = soft_mask(region_map, (SKIN, NOSE), face_width)
    detail = cv2.absdiff(toned, cv2.GaussianBlur(toned, (0, 0), _AROUND * face_width))
    near = cv2.GaussianBlur(cv2.dilate(detail, np.ones((5, 5))), (0, 0), _REACH * face_width)
    share /= 1 + (near / np.float32(_FEATURE)) ** 2
    return [
        (1 + share * (np.interp(tone, _TONES, factors) - 1)).astype(np.float32)
        for factors in by_tone
    ]
