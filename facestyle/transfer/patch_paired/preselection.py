"""Which exemplars resemble the photograph most: the only ones that are aligned."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.transfer.patch_paired.candidates import photo_features
from facestyle.transfer.patch_paired.exemplar import PreparedExemplar

_INTER_OCULAR = 16.0  # px
_WIDTH, _HEIGHT = 48, 64
_EYES = (24.0, 28.0)  # where the point between the eyes goes


def thumbnail(photo: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Small features of a photograph, its eyes at a fixed place.

    Parameters
    ----------
    photo : (H, W, 3) float32
        sRGB in [0, 1].
    points : (68, 2) float64
        Landmarks, xy px.

    Returns
    -------
    (3, 64, 48) float32
    """
    right, left = points[36:42].mean(axis=0), points[42:48].mean(axis=0)
    scale = _INTER_OCULAR / float(np.hypot(*(left - right)))
    shift = np.array(_EYES) - scale * (left + right) / 2
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    smooth = cv2.GaussianBlur(photo, (0, 0), 0.5 / scale)
    small = cv2.warpAffine(
        smooth, matrix, (_WIDTH, _HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return photo_features(small)


def preselect(
    photo: np.ndarray, points: np.ndarray, exemplars: Sequence[PreparedExemplar], count: int
) -> list[int]:
    """Find the exemplars whose photographs are most similar.

    Parameters
    ----------
    photo : (H, W, 3) float32
        sRGB in [0, 1].
    points : (68, 2) float64
        Its landmarks, xy px.
    exemplars : sequence of PreparedExemplar
    count : int
        How many to choose at most.

    Returns
    -------
    list of int
        Their indices, most similar first.
    """
    own = thumbnail(photo, points)
    difference = np.stack([thumbnail(e.photo, e.points) for e in exemplars]) - own
    # root mean squares of areas of a third of the face's width: hair at one side counts there only
    squares = (difference**2).sum(axis=1).reshape(len(exemplars), _HEIGHT // 16, 16, -1, 16)
    distance = np.sqrt(squares.mean(axis=(2, 4))).mean(axis=(1, 2))
    return [int(n) for n in np.argsort(distance, kind="stable")[:count]]
