"""Which exemplars resemble the photograph most: the only ones that are aligned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facestyle.methods.patch_paired.exemplar import PreparedExemplar
from facestyle.methods.patch_paired.photo_features import thumbnail

_AREA = 16  # px of a thumbnail: a third of the face's width


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
    difference = np.stack([e.thumbnail for e in exemplars]) - thumbnail(photo, points)
    squares = (difference**2).sum(axis=3)
    height, width = squares.shape[1:]
    areas = squares.reshape(-1, height // _AREA, _AREA, width // _AREA, _AREA)
    # roots of areas' means: hair that hangs down one side counts there only
    distance = np.sqrt(areas.mean(axis=(2, 4))).mean(axis=(1, 2))
    return [int(n) for n in np.argsort(distance, kind="stable")[:count]]
