"""Points between copies of a picture at several sizes."""

from __future__ import annotations

import numpy as np


def scaled_points(points: np.ndarray, factor: float | np.ndarray) -> np.ndarray:
    """Where points of a picture lie in a copy of another size.

    Pixel centers sit at integer coordinates: the picture's corner is at -.5, and stays there.

    Parameters
    ----------
    points : (..., 2) or (...) float32 or float64
        xy px, or one coordinate of them.
    factor : float or (2,) float
        Size of the copy over that of the picture; of width and height where they differ.

    Returns
    -------
    ndarray
        Of the same shape; of the type that points and factor make together.
    """
    return np.asarray((points + 0.5) * factor - 0.5)


def share_inside(points: np.ndarray, size: tuple[int, ...]) -> float:
    """Share of points that lie in a picture.

    Parameters
    ----------
    points : (N, 2) float64
        xy px.
    size : (height, width, ...)
        px.

    Returns
    -------
    float
        In [0, 1].
    """
    inside = (points > -1) & (points < np.array([size[1], size[0]], np.float64))
    return float(inside.all(axis=1).mean())
