"""Exemplars moved onto the input's face: landmarks, then dense flow; resampled once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.alignment.thin_plate_spline import dense_map, fit_thin_plate_spline
from facestyle.alignment.warp import similarity_between
from facestyle.flow.dis import alignment_flow
from facestyle.imaging.points import scaled_points
from facestyle.imaging.threads import in_threads
from facestyle.methods.patch_paired.exemplar import PreparedExemplar
from facestyle.methods.patch_paired.grid import SPACING, make_grid
from facestyle.methods.patch_paired.groups import groups_at

_GRID_STEP = 16  # px between the points where the spline is evaluated
_SMOOTHING = 1e-3  # half of what energy and unpaired patches take; not measured
_FLOW_BLUR = 3.0  # sigma, px (DESIGN 4.2, step 1)
_MOST_STRETCH = 2.0  # of a drawing in any direction: beyond it strokes become smears (by eye)
_FLOW_LIMIT = 2.5  # px inside the face: a brow is not to be taken for the rim of glasses


@dataclass(frozen=True)
class AlignedExemplars:
    """Exemplars in the input's frame.

    Attributes
    ----------
    features : (N, 3, h, w) float32
        Of the exemplars' photographs.
    drawings : (N, C, zoom * h, zoom * w) float32
        In [0, 1].
    groups : (N, rows, columns, 4) float32
        At the nodes of the working scale's grid: shares of face, hair, clothes and background in
        the patch; 0 beyond the exemplar.
    """

    features: np.ndarray
    drawings: np.ndarray
    groups: np.ndarray


def align_exemplars(
    texture: np.ndarray, points: np.ndarray, exemplars: Sequence[PreparedExemplar], zoom: int = 1
) -> AlignedExemplars:
    """Align each exemplar with a photograph.

    Parameters
    ----------
    texture : (h, w) uint8
        The photograph at the working scale, locally normalized (`normalized_gray`).
    points : (68, 2) float64
        Its landmarks, xy px.
    exemplars : sequence of PreparedExemplar
    zoom : int
        Enlargement of the drawings.

    Returns
    -------
    AlignedExemplars
    """
    height, width = texture.shape
    count, channels = len(exemplars), max(e.drawing.shape[2] for e in exemplars)
    features = np.empty((count, 3, height, width), np.float32)
    drawings = np.empty((count, channels, zoom * height, zoom * width), np.float32)
    grid = make_grid(height, width)
    groups = np.empty((count, *grid.shape, 4), np.float32)
    limit = _flow_limit(points, texture.shape)

    def align(n: int) -> None:
        exemplar = exemplars[n]
        mapping = _dense_map(texture, points, limit, exemplar)
        features[n] = np.moveaxis(_warp(exemplar.features, mapping, cv2.INTER_LINEAR), 2, 0)
        fine = _enlarged_map(mapping, zoom, exemplar.zoom)
        drawing = np.atleast_3d(_warp(exemplar.drawing, fine, cv2.INTER_CUBIC))
        drawings[n] = np.moveaxis(drawing, 2, 0)
        groups[n] = _groups_at(grid.at_nodes(mapping), exemplar, grid.side)

    in_threads(align, range(count), most=count)  # each exemplar writes its own part
    return AlignedExemplars(features, drawings, groups)


def _groups_at(places: np.ndarray, exemplar: PreparedExemplar, side: int) -> np.ndarray:
    """Shares of the groups in patches of an exemplar, (rows, columns, 4); 0 beyond it."""
    height, width = exemplar.matte.shape
    x, y = places[..., 0], places[..., 1]
    covered = (x > -1) & (y > -1) & (x < width) & (y < height) & ~smeared(places)
    return groups_at(exemplar.groups, places, side) * covered[..., None]


def smeared(places: np.ndarray) -> np.ndarray:
    """Where a map of nodes stretches a picture so much that its strokes are lost."""
    down, across = (step / SPACING for step in np.gradient(places, axis=(0, 1)))
    a, b = (np.einsum("ijk,ijk->ij", step, step) for step in (down, across))
    c = np.einsum("ijk,ijk->ij", down, across)
    least = (a + b - np.sqrt((a - b) ** 2 + 4 * c**2)) / 2  # square of the singular value
    return np.asarray(least < 1 / _MOST_STRETCH**2)


def _dense_map(
    target: np.ndarray, points: np.ndarray, limit: np.ndarray, exemplar: PreparedExemplar
) -> np.ndarray:
    """Where each pixel lies in the exemplar, (h, w, 2) float32."""
    coarse = _landmark_map(points, exemplar, target.shape)
    moved = _warp(exemplar.texture, coarse, cv2.INTER_LINEAR)
    flow = alignment_flow(target, moved)
    dx, dy = cv2.split(flow)
    share = np.minimum(1, limit / (cv2.magnitude(dx, dy) + np.float32(1e-6)))
    flow = cv2.GaussianBlur(cv2.merge([dx * share, dy * share]), (0, 0), _FLOW_BLUR)
    columns, rows = (np.arange(size, dtype=np.float32) for size in target.shape[::-1])
    flow[..., 0] += columns
    flow[..., 1] += rows[:, None]
    # first follow the flow, then the coarse map
    return _warp(coarse, flow, cv2.INTER_LINEAR)


def _flow_limit(points: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Longest flow at each pixel: landmarks are trusted inside the face, nothing beyond it."""
    face = np.zeros(size[:2], np.uint8)
    cv2.fillConvexPoly(face, cv2.convexHull(points.round().astype(np.int32)), 1)
    return np.where(face > 0, np.float32(_FLOW_LIMIT), np.float32(np.inf))


def _landmark_map(
    points: np.ndarray, exemplar: PreparedExemplar, size: tuple[int, ...]
) -> np.ndarray:
    """Spline on the landmarks, and on far anchors that follow the heads' mean position."""
    anchors = _anchors(points)
    matrix = similarity_between(points, exemplar.points)
    # heads of one crop differ in shape rather than in size: far away only turn and shift
    linear = matrix[:, :2] / np.hypot(*matrix[:, 0])
    center = points.mean(axis=0)
    moved = (anchors - center) @ linear.T + exemplar.points.mean(axis=0)
    spline = fit_thin_plate_spline(
        np.vstack([points, anchors]), np.vstack([exemplar.points, moved]), _SMOOTHING
    )
    return dense_map(spline, size[0], size[1], step=_GRID_STEP)


def _anchors(points: np.ndarray) -> np.ndarray:
    """Eight points around the head, which keep the spline from bending there, (8, 2)."""
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    width, height = x1 - x0, y1 - y0
    xs = (x0 - 0.45 * width, (x0 + x1) / 2, x1 + 0.45 * width)
    ys = (y0 - 0.85 * height, (y0 + y1) / 2, y1 + 0.35 * height)
    return np.array([(x, y) for y in ys for x in xs if (x, y) != (xs[1], ys[1])])


def _enlarged_map(mapping: np.ndarray, zoom: int, source_zoom: int) -> np.ndarray:
    """The same map between enlarged pictures."""
    if zoom > 1:
        height, width = mapping.shape[:2]
        mapping = cv2.resize(mapping, (zoom * width, zoom * height), interpolation=cv2.INTER_LINEAR)
    return scaled_points(mapping, source_zoom) if source_zoom > 1 else mapping


def _warp(image: np.ndarray, mapping: np.ndarray, interpolation: int) -> np.ndarray:
    """Resample a picture, repeating its border."""
    return cv2.remap(image, mapping, None, interpolation, borderMode=cv2.BORDER_REPLICATE)
