"""Several exemplars agree on one palette, that of the first, before they are mixed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.faces.regions import BACKGROUND, GROUP_OF_REGION

_RATIO = (0.4, 2.0)
_FEW = 50
_SCARCE = 0.01
_FLOOR = 1 / 255


@dataclass(frozen=True)
class Palette:
    """Mean and standard deviation of Lab for each group, (4, 3) each; NaN where it is missing."""

    mean: np.ndarray
    deviation: np.ndarray


def palette_of(lab: np.ndarray, labels: np.ndarray) -> Palette:
    """Measure a picture's palette; a scarce group takes that of face and hair.

    Parameters
    ----------
    lab : (H, W, 3) float32
    labels : (H, W) uint8
    """
    groups = GROUP_OF_REGION[np.minimum(labels, BACKGROUND)]
    mean, deviation = np.full((4, 3), np.nan), np.full((4, 3), np.nan)
    for group in range(4):
        mask = groups == group
        if mask.mean() < _SCARCE:
            mask = groups < 2
        if mask.sum() >= _FEW:
            mean[group], deviation[group] = lab[mask].mean(axis=0), lab[mask].std(axis=0)
    return Palette(mean, deviation)


def harmonised(
    lab: np.ndarray, labels: np.ndarray, own: Palette, lead: Palette, face_width: float
) -> np.ndarray:
    """Move a picture's groups to the palette of another.

    Parameters
    ----------
    lab : (H, W, 3) float32
    labels : (H, W) uint8
    own, lead : Palette
    face_width : float
        px.

    Returns
    -------
    (H, W, 3) float32
        Lab.
    """
    groups = GROUP_OF_REGION[np.minimum(labels, BACKGROUND)]
    result = 1e-6 * lab
    total = np.full((*labels.shape, 1), 1e-6, np.float32)
    for group in range(4):
        mask = (groups == group).astype(np.float32)
        known = np.isfinite(own.mean[group]).all() and np.isfinite(lead.mean[group]).all()
        if mask.sum() < _FEW or not known:
            continue
        ratio = (lead.deviation[group] + _FLOOR) / (own.deviation[group] + _FLOOR)
        ratio = np.clip(ratio, *_RATIO)
        moved = (lab - own.mean[group]) * ratio + lead.mean[group]
        weight = cv2.GaussianBlur(mask, (0, 0), max(0.5, 0.02 * face_width))[..., None]
        result += weight * moved.astype(np.float32)
        total += weight
    return result / total
