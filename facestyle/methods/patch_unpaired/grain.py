"""As much fine grain as the exemplars have: blending patches and following the photo cost some."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.faces.regions import BACKGROUND, GROUP_OF_REGION

GRAIN_SIGMA = 0.012  # face widths, as of the guides' low-pass (DESIGN 4.3, step 5)
# limits of a gain; the upper one is that of detail (DESIGN 4.3, step 3), the lower not measured
MOST_CHANGE = (0.4, 1.8)
FEW_PIXELS = 100  # of a group, below which its grain is unknown
_ALIKE = 0.25  # difference of logarithms at which another exemplar's grain hardly counts
_FLOOR = 1e-3  # L; keeps ratios of flat areas near 1
# group of each byte that a label may be
GROUPS_OF_LABELS = GROUP_OF_REGION[np.minimum(np.arange(256), BACKGROUND)].astype(np.uint8)


def grain_of(
    luminances: Sequence[np.ndarray], region_maps: Sequence[np.ndarray], face_width: float
) -> np.ndarray:
    """Mean strength of the fine grain of each group.

    Parameters
    ----------
    luminances : sequence of (h, w) float32
    region_maps : sequence of (h, w) uint8
        Regions.
    face_width : float
        px.

    Returns
    -------
    (4,) float64
        For face, hair, clothes and background; NaN where a group is missing.
    """
    totals, counts = np.zeros(4), np.zeros(4)
    for luminance, label in zip(luminances, region_maps, strict=True):
        grain = cv2.absdiff(luminance, _without_grain(luminance, face_width))
        groups = cv2.LUT(label, GROUPS_OF_LABELS)
        for group in range(4):
            chosen = cv2.compare(groups, group, cv2.CMP_EQ)
            count = cv2.countNonZero(chosen)
            totals[group] += count * cv2.mean(grain, chosen)[0]
            counts[group] += count
    return np.where(counts > FEW_PIXELS, totals / np.maximum(counts, 1), np.nan)


def likeness_to_first(grains: np.ndarray) -> np.ndarray:
    """How much the grain of each exemplar's groups counts: as much as it is like the first's.

    Works in one medium have nearly the same grain, and their mean is better known than a single
    one. Charcoal and chalk do not: something between the two looks like neither.

    Parameters
    ----------
    grains : (K, 4) float64
        From `grain_of`.

    Returns
    -------
    (K, 4) float64
        In [0, 1]; 0 where a group is missing.
    """
    return np.isfinite(grains) * np.exp(-0.5 * (_log_ratios_to_first(grains) / _ALIKE) ** 2)


def unlikeness_to_first(grains: np.ndarray) -> np.ndarray:
    """Squared difference of the logarithms of each exemplar's grain and the first's.

    Parameters
    ----------
    grains : (K, 4) float64
        From `grain_of`.

    Returns
    -------
    (K, 4) float64
        In [0, 1]; 0 where either has no such group.
    """
    return np.minimum(_log_ratios_to_first(grains) ** 2, 1.0)


def _log_ratios_to_first(grains: np.ndarray) -> np.ndarray:
    """Logarithms of each grain over the first's, (K, 4); 0 where either has no such group."""
    return np.nan_to_num(np.log((grains + _FLOOR) / (grains[:1] + _FLOOR)))


def _without_grain(luminance: np.ndarray, face_width: float) -> np.ndarray:
    """What a blur of the grain's size leaves."""
    return cv2.GaussianBlur(luminance, (0, 0), GRAIN_SIGMA * face_width)
