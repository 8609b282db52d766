"""Tone and white balance of the input, matched to the exemplars' photographs.

Only what lies beyond the exemplars' own spread is corrected: a pale face among tanned ones stays
pale, a photograph from another camera does not stay bluish.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.frozen import FrozenRecord

# of the tone curve; the extremes are noise and catchlights (set by eye)
_QUANTILES = np.linspace(0.04, 0.96, 12)
_TOLERANCE = 1.0  # standard deviations among the exemplars that are left alone
_LEAST_SPREAD = 0.01  # of one exemplar, in gray levels of [0, 1]
_SURE_BACKGROUND = 0.05  # matte
_WHITE = 99.0  # percentile of luma: glints are few


@dataclass(frozen=True)
class PhotoStatistics(FrozenRecord):
    """Tones of a photograph.

    Attributes
    ----------
    face : (12, 3) float64
        Quantiles of each channel inside the face's outline.
    background : (2, 3) float64 or None
        Mean and standard deviation of each channel; None where nearly no background is seen.
    white : float
        Luma of what is lightest.
    """

    face: np.ndarray
    background: np.ndarray | None
    white: float


def photo_statistics(photo: np.ndarray, matte: np.ndarray, points: np.ndarray) -> PhotoStatistics:
    """Measure the tones of a photograph.

    Parameters
    ----------
    photo : (H, W, 3) float32
        sRGB in [0, 1].
    matte : (H, W) float32
        Opacity of the person.
    points : (68, 2) float64
        Landmarks, xy px.

    Returns
    -------
    PhotoStatistics
    """
    hull = cv2.convexHull(points.round().astype(np.int32))
    face = np.zeros(photo.shape[:2], np.uint8)
    cv2.fillConvexPoly(face, hull, 1)
    inside = photo[face > 0]
    if not len(inside):
        inside = photo.reshape(-1, 3)
    behind = photo[matte < _SURE_BACKGROUND]
    background = None
    if len(behind) > 0.02 * matte.size:
        background = np.stack([behind.mean(axis=0), behind.std(axis=0)]).astype(np.float64)
    white = np.percentile(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), _WHITE)
    return PhotoStatistics(np.quantile(inside, _QUANTILES, axis=0), background, float(white))


def match_tones(
    photo: np.ndarray,
    matte: np.ndarray,
    own: PhotoStatistics,
    exemplars: Sequence[PhotoStatistics],
) -> np.ndarray:
    """Bring a photograph's tones into the range of the exemplars' photographs.

    Parameters
    ----------
    photo : (H, W, 3) float32
        sRGB in [0, 1].
    matte : (H, W) float32
        Opacity of the person.
    own : PhotoStatistics
        Of this photograph.
    exemplars : sequence of PhotoStatistics

    Returns
    -------
    (H, W, 3) float32
    """
    wanted = _towards(own.face, np.stack([e.face for e in exemplars]))
    person = _apply_curves(photo, own.face, wanted)
    backgrounds = [e.background for e in exemplars if e.background is not None]
    if own.background is None or not backgrounds:
        return person
    means, deviations = np.moveaxis(np.stack(backgrounds), 1, 0)
    mean = _towards(own.background[0], means)
    contrast = np.minimum(1, (deviations.mean(axis=0) + _LEAST_SPREAD) / (own.background[1] + 1e-6))
    behind = mean + (photo - own.background[0]) * contrast
    share = matte[..., None]
    return np.clip(share * person + (1 - share) * behind, 0, 1).astype(np.float32)


def beyond(own: float, others: np.ndarray) -> float:
    """How far a value is beyond the range of others, of whatever sign."""
    return float(own - _towards(np.asarray(own), others))


def _towards(own: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Move values to the edge of the others' range: mean plus or minus the tolerated spread."""
    mean = others.mean(axis=0)
    spread = _TOLERANCE * np.maximum(others.std(axis=0), _LEAST_SPREAD)
    return np.clip(own, mean - spread, mean + spread)


def _apply_curves(photo: np.ndarray, own: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Map each channel by a monotone curve through (0, 0), the quantiles and (1, 1)."""
    result = np.empty_like(photo)
    for channel in range(3):
        x = np.maximum.accumulate(np.concatenate([[0], own[:, channel], [1]]))
        y = np.maximum.accumulate(np.concatenate([[0], wanted[:, channel], [1]]))
        x += np.arange(len(x)) * 1e-6  # np.interp wants increasing abscissae
        result[..., channel] = np.interp(photo[..., channel], x, y)
    return result
