"""Where each pixel of the target lies in an exemplar: a thin-plate spline on face and head."""

from __future__ import annotations

import numpy as np

from facestyle.alignment.thin_plate_spline import dense_map, fit_thin_plate_spline
from facestyle.faces.contours import (
    OUTLINE_LEFT,
    OUTLINE_RIGHT,
    corresponding_points,
    face_width,
)
from facestyle.faces.face import Face
from facestyle.faces.regions import BACKGROUND, CLOTHES

# DESIGN 4.3, step 4: rays round the head; what smooths their lengths from ray to ray: not measured
_RAYS = 17
_RAY_KERNEL = np.array([0.1, 0.2, 0.4, 0.2, 0.1])
# of the spline, and px between the points where it is evaluated (DESIGN 4.3, step 4)
_SMOOTHING = 2e-3
_GRID = 8.0
_MARGIN = 3  # px that patches keep from the border: their radius and one


def warp_to_exemplar(
    target: Face, target_labels: np.ndarray, exemplar: Face, exemplar_labels: np.ndarray
) -> np.ndarray:
    """Corresponding place in an exemplar for each pixel of the target.

    Parameters
    ----------
    target, exemplar : Face
        At about the same scale.
    target_labels, exemplar_labels : (H, W), (h, w) uint8
        Regions.

    Returns
    -------
    (H, W, 2) float32
        xy in the exemplar; places beyond its border are reflected back.
    """
    height, width = target_labels.shape
    ours, theirs = corresponding_points(target, exemplar)
    similarity = _similarity(ours, theirs)
    ours = np.vstack([ours, head_outline(target, target_labels)])
    theirs = np.vstack([theirs, head_outline(exemplar, exemplar_labels)])
    far = _far_points(height, width)
    ours = np.vstack([ours, far])
    theirs = np.vstack([theirs, far @ similarity[:, :2].T + similarity[:, 2]])
    ours, theirs = _without_twins(ours, theirs)
    # the smoothing is meant for coordinates in face widths
    smoothing = _SMOOTHING * (face_width(target) / ours.std()) ** 2
    positions = dense_map(fit_thin_plate_spline(ours, theirs, smoothing), height, width, _GRID)
    for axis, size in ((0, exemplar_labels.shape[1]), (1, exemplar_labels.shape[0])):
        positions[..., axis] = _reflect(positions[..., axis], size)
    return positions


def head_outline(face: Face, region_map: np.ndarray) -> np.ndarray:
    """Outer edge of the head (face and hair) along 17 rays over its upper half, (17, 2) xy."""
    height, width = region_map.shape
    head = (region_map != BACKGROUND) & (region_map != CLOTHES)
    unit = face_width(face)
    right, left = face.outline[OUTLINE_RIGHT], face.outline[OUTLINE_LEFT]
    center = (right + left) / 2
    across = (left - right) / unit
    down = np.array([-across[1], across[0]])
    angles = np.linspace(1.06 * np.pi, 1.94 * np.pi, _RAYS)
    directions = np.cos(angles)[:, None] * across + np.sin(angles)[:, None] * down
    radii = np.arange(0.45, 1.3, 0.01) * unit
    points = np.round(center + radii[:, None] * directions[:, None]).astype(int)
    x, y = points[..., 0], points[..., 1]
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    hit = inside & head[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
    last = len(radii) - 1 - hit[:, ::-1].argmax(axis=1)
    reach = np.where(hit.any(axis=1), radii[last], 0.6 * unit)
    reach = np.convolve(np.pad(reach, 2, mode="edge"), _RAY_KERNEL, "valid")
    return center + reach[:, None] * directions


def _similarity(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Similarity that takes our points to theirs, (2, 3); deterministic least squares."""
    a, b = ours - ours.mean(axis=0), theirs - theirs.mean(axis=0)
    cosine = (a * b).sum() / (a * a).sum()
    sine = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / (a * a).sum()
    matrix = np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack([matrix, theirs.mean(axis=0) - matrix @ ours.mean(axis=0)])


def _far_points(height: int, width: int) -> np.ndarray:
    """Points around the picture and at its lower edge, which follow the similarity."""
    around = [(x, y) for x in (-0.6, 0.5, 1.6) for y in (-0.6, 0.5, 1.6) if (x, y) != (0.5, 0.5)]
    below = [(x, 1.05) for x in (0.0, 0.33, 0.66, 1.0)]
    return np.array(around + below) * (width, height)


def _without_twins(ours: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Drop points that lie within half a pixel of an earlier one: they make the system singular."""
    _, first = np.unique(np.round(2 * ours), axis=0, return_index=True)
    first.sort()
    return ours[first], theirs[first]


def _reflect(values: np.ndarray, size: int) -> np.ndarray:
    """Fold coordinates back into [margin, size - 1 - margin]."""
    low, high = _MARGIN, size - 1 - _MARGIN
    values = np.abs(values - low) + low
    values = high - np.abs(high - values)
    return np.clip(values, low, high)
