"""Regularized thin-plate splines between two point sets (Bookstein 1989).

`scipy.interpolate.RBFInterpolator` fits the same splines (6e-10 px apart) as fast (4.8 against 4.9
CPU ms for 94 points on a grid of 56 x 45), but importing it takes .5 CPU s, more than the splines
of a whole command; so ours stays (benchmarks/handmade.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.errors import LandmarksError


@dataclass(frozen=True)
class ThinPlateSpline:
    """A smooth map of the plane, fitted by `fit_thin_plate_spline`.

    Attributes
    ----------
    centers : (N, 2) float64
        Control points, normalized.
    weights : (N + 3, 2) float64
        Radial weights, then the affine part.
    mean, scale : (2,) float64, float
        Normalization of the source points.
    """

    centers: np.ndarray
    weights: np.ndarray
    mean: np.ndarray
    scale: float

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Map points, (..., 2) to (..., 2) float64."""
        flat = (np.asarray(points, dtype=np.float64).reshape(-1, 2) - self.mean) / self.scale
        basis = _radial(_squared_distances(flat, self.centers))
        affine = np.hstack([np.ones((len(flat), 1)), flat])
        count = len(self.centers)
        mapped = basis @ self.weights[:count] + affine @ self.weights[count:]
        return mapped.reshape(np.shape(points))


def fit_thin_plate_spline(
    source: np.ndarray, target: np.ndarray, smoothing: float | np.ndarray = 0.0
) -> ThinPlateSpline:
    """Fit a thin-plate spline that takes `source` to `target`.

    Parameters
    ----------
    source, target : (N, 2) float64
        Corresponding points, N >= 3.
    smoothing : float or (N,) float64
        Regularization of each point, relative to points of unit spread; 0 interpolates.

    Raises
    ------
    LandmarksError
        If the points are too few, coincide, or lie on one line.
    """
    source = np.asarray(source, dtype=np.float64)
    target = np.asarray(target, dtype=np.float64)
    count = len(source)
    if count < 3 or source.shape != target.shape:
        raise LandmarksError(
            f"thin-plate spline: found {source.shape} and {target.shape} points, "
            "expected two equal lists of at least 3"
        )
    mean, scale = source.mean(axis=0), float(source.std()) or 1.0
    centers = (source - mean) / scale
    if np.linalg.matrix_rank(centers, tol=1e-6) < 2:
        raise LandmarksError("thin-plate spline: the control points lie on one line")
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _radial(_squared_distances(centers, centers))
    system[range(count), range(count)] += np.broadcast_to(smoothing, count)
    system[:count, count:] = np.hstack([np.ones((count, 1)), centers])
    system[count:, :count] = system[:count, count:].T
    try:
        weights = np.linalg.solve(system, np.vstack([target, np.zeros((3, 2))]))
    except np.linalg.LinAlgError as error:
        raise LandmarksError("thin-plate spline: two control points coincide") from error
    return ThinPlateSpline(centers, weights, mean, scale)


def dense_map(spline: ThinPlateSpline, height: int, width: int, step: float = 8.0) -> np.ndarray:
    """Evaluate a spline at every pixel, through a coarse grid and bilinear interpolation.

    OpenCV's bicubic filter does not reproduce linear ramps: it leaves ripples of .2 px.

    Parameters
    ----------
    spline : ThinPlateSpline
    height, width : int
        Size of the picture whose pixels are mapped.
    step : float
        Spacing of the coarse grid, px.

    Returns
    -------
    (height, width, 2) float32
        Where each pixel lies in the target picture, xy.
    """
    step = max(1, round(step))
    # one cell more on each side, so that nothing is extrapolated
    rows, columns = height // step + 3, width // step + 3
    # cell centers, so that cv2.resize's half-pixel convention meets integer pixel centers
    xs = (np.arange(columns) - 0.5) * step - 0.5
    ys = (np.arange(rows) - 0.5) * step - 0.5
    grid = spline(np.stack(np.meshgrid(xs, ys), axis=-1)).astype(np.float32)
    full = cv2.resize(grid, (columns * step, rows * step), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(full[step : step + height, step : step + width])


def _squared_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Squared Euclidean distances, (len(a), len(b))."""
    squared = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.maximum(squared, 0, out=squared)


def _radial(squared: np.ndarray) -> np.ndarray:
    """The kernel r^2 log r, written for r^2."""
    logarithm = np.log(squared + 1e-12)
    logarithm *= squared
    logarithm *= 0.5
    return logarithm
