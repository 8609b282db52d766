"""Exemplars warped onto the input face: landmarks first, then a dense refinement."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.alignment.features import ANALYSIS_SCALE, Features
from facestyle.alignment.thin_plate_spline import dense_map, fit_thin_plate_spline
from facestyle.faces import Portrait
from facestyle.faces.mesh import FOREHEAD
from facestyle.flow.dis import alignment_flow
from facestyle.imaging.points import scaled_points
from facestyle.imaging.pyramid import gaussian_blur

# smoothing of the spline's control points (DESIGN 4.1, step 3)
_SMOOTH_FACE, _SMOOTH_SILHOUETTE, _SMOOTH_BORDER = 2e-3, 2e-2, 5e-2
# directions of the rays that meet the head's silhouette, degrees from the line through the eyes
_RAYS = np.radians(np.arange(-170, -9, 20))
# largest displacement that the dense refinement may add, in inter-ocular distances
_FLOW_LIMIT = 0.08


def similarity_between(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Least-squares similarity transform of one point set onto another (Umeyama 1991).

    Parameters
    ----------
    source, target : (N, 2) float64

    Returns
    -------
    (2, 3) float64
        Matrix that takes `source` to `target`.
    """
    mean_source, mean_target = source.mean(axis=0), target.mean(axis=0)
    a, b = source - mean_source, target - mean_target
    spread = (a**2).sum()
    cosine = (a * b).sum() / spread
    sine = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / spread
    linear = np.array([[cosine, -sine], [sine, cosine]])
    return np.hstack([linear, (mean_target - linear @ mean_source)[:, None]])


def align_exemplar(
    target: Portrait,
    exemplar: Portrait,
    features: Features,
    exemplar_features: Features,
    *,
    dense: bool = True,
) -> np.ndarray:
    """Find where each pixel of the target's analysis grid lies in an exemplar.

    Parameters
    ----------
    target, exemplar : Portrait
    features, exemplar_features : Features
        Of the two portraits.
    dense : bool
        Refine by optical flow between locally normalized luminances (DIS).

    Returns
    -------
    (h, w, 2) float32
        xy in pixels of the exemplar's full picture, on the grid of `features`.
    """
    source, destination, smoothing = control_points(target, exemplar)
    height, width = features.matte.shape
    factor = np.array([width / features.shape[1], height / features.shape[0]])
    spline = fit_thin_plate_spline(scaled_points(source, factor), destination, smoothing)
    mapping = dense_map(spline, height, width, step=6)
    return _refine(mapping, features, exemplar_features) if dense else mapping


def control_points(
    target: Portrait, exemplar: Portrait
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Corresponding points of two portraits: face, forehead, silhouette and picture border.

    Returns
    -------
    source, destination : (N, 2) float64
        xy px in the target and in the exemplar.
    smoothing : (N,) float64
        How freely the spline may miss each of them.
    """
    forehead = list(FOREHEAD)
    source = [target.face.landmarks, target.face.outline[forehead]]
    destination = [exemplar.face.landmarks, exemplar.face.outline[forehead]]
    smoothing = [np.full(68 + len(forehead), _SMOOTH_FACE)]
    hits, hit_there = silhouette_points(target), silhouette_points(exemplar)
    both = np.isfinite(hits[:, 0]) & np.isfinite(hit_there[:, 0])
    source.append(hits[both])
    destination.append(hit_there[both])
    smoothing.append(np.full(int(both.sum()), _SMOOTH_SILHOUETTE))
    matrix = similarity_between(target.face.landmarks, exemplar.face.landmarks)
    border = _border_points(target)
    source.append(border)
    destination.append(border @ matrix[:, :2].T + matrix[:, 2])
    smoothing.append(np.full(len(border), _SMOOTH_BORDER))
    points, there, weights = np.vstack(source), np.vstack(destination), np.concatenate(smoothing)
    # coincident points (an outline that touches the landmarks) make the system singular
    cell = np.round(points / (0.02 * target.face.inter_ocular))
    _, first = np.unique(cell, axis=0, return_index=True)
    return points[first], there[first], weights[first]


def silhouette_points(portrait: Portrait) -> np.ndarray:
    """Where nine rays from between the eyes leave the person.

    Returns
    -------
    (9, 2) float64
        xy px; NaN where a ray reaches the picture's border first.
    """
    unit = portrait.face.inter_ocular
    height, width = portrait.matte.shape
    center = portrait.face.eyes.mean(axis=0)
    angles = _RAYS + portrait.face.tilt
    radii = np.arange(0.6, 4.0, 0.025) * unit
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    points = center + radii[None, :, None] * directions[:, None]
    index = np.round(points).astype(int)
    inside = ((index >= 0) & (index < (width, height))).all(axis=-1)
    columns, rows = np.clip(index[..., 0], 0, width - 1), np.clip(index[..., 1], 0, height - 1)
    outside_person = inside & (portrait.matte[rows, columns] < 0.5)
    first = outside_person.argmax(axis=1)
    hits = points[np.arange(len(angles)), first]
    hits[~outside_person.any(axis=1)] = np.nan
    return hits


def _border_points(portrait: Portrait) -> np.ndarray:
    """Corners and edge middles of the picture, (8, 2)."""
    height, width = portrait.matte.shape
    return np.array(
        [
            (x, y)
            for x in (0, width / 2, width - 1)
            for y in (0, height / 2, height - 1)
            if not (x == width / 2 and y == height / 2)
        ]
    )


def _refine(mapping: np.ndarray, features: Features, exemplar: Features) -> np.ndarray:
    """Compose the map with the flow from the target to the warped exemplar."""
    height, width = features.matte.shape
    warped = sample(exemplar.normalized, mapping, exemplar.shape)
    matte = sample(exemplar.matte, mapping, exemplar.shape)
    # one level short of full size: finer flow follows noise
    flow = alignment_flow(_to_bytes(features.normalized), _to_bytes(warped), finest_scale=1)
    flow = gaussian_blur(flow, 2.0)
    length = np.linalg.norm(flow, axis=2, keepdims=True)
    flow *= np.minimum(1, _FLOW_LIMIT * ANALYSIS_SCALE / (length + 1e-6))
    flow *= (gaussian_blur(features.matte, 1.0) * gaussian_blur(matte, 1.0))[..., None]
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    return cv2.remap(
        mapping,
        (columns + flow[..., 0]).astype(np.float32),
        (rows + flow[..., 1]).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _to_bytes(normalized: np.ndarray) -> np.ndarray:
    """Locally normalized luminance as the uint8 picture that DIS expects."""
    return np.clip(127 + 40 * normalized, 0, 255).astype(np.uint8)


def resize_map(mapping: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resample a map to another grid over the same target picture.

    Parameters
    ----------
    mapping : (h, w, 2) float32
        xy in pixels of the exemplar's picture.
    height, width : int
        Of the new grid.

    Returns
    -------
    (height, width, 2) float32
    """
    if mapping.shape[:2] == (height, width):
        return mapping
    mode = cv2.INTER_LINEAR if height >= mapping.shape[0] else cv2.INTER_AREA
    return cv2.resize(mapping, (width, height), interpolation=mode)


def sample(values: np.ndarray, mapping: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Look up an array at mapped positions, bilinearly.

    Parameters
    ----------
    values : (h, w) or (h, w, C<=4) float32
        Any reduced version of the exemplar's picture.
    mapping : (H, W, 2) float32
        xy in pixels of the exemplar's full picture.
    shape : (int, int)
        Height and width of that full picture.

    Returns
    -------
    (H, W) or (H, W, C) float32
        Borders are replicated.
    """
    x = scaled_points(mapping[..., 0], values.shape[1] / shape[1])
    y = scaled_points(mapping[..., 1], values.shape[0] / shape[0])
    sampled = cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return sampled.reshape((*mapping.shape[:2], *values.shape[2:]))


def outside(mapping: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Mask of the pixels whose map leaves the exemplar's picture, (h, w) bool."""
    x, y = mapping[..., 0], mapping[..., 1]
    return (x < -0.5) | (y < -0.5) | (x > shape[1] - 0.5) | (y > shape[0] - 0.5)
