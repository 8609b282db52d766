"""Places where no exemplar fits: beyond their frames, or under a fringe that none of them has."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.methods.patch_paired.candidates import Candidates
from facestyle.methods.patch_paired.grid import Grid

_REACH = 3  # samples each way, in a patch of 7 x 7 samples
# patches that are compared with, and principal components that they are compared by: for speed
_MOST_SOURCES = 6000
_COMPONENTS = 24
_CHUNK = 2000  # rows at a time: bounds memory, changes nothing
_POOR_MATCH = 0.02  # mean square difference of the best candidate


def add_unpositioned(
    candidates: Candidates,
    features: np.ndarray,
    exemplar_features: np.ndarray,
    covered: np.ndarray,
    points: np.ndarray,
    grid: Grid,
) -> Candidates:
    """Offer patches from anywhere but the faces to nodes that have no good candidate in place.

    Parameters
    ----------
    candidates : Candidates
    features : (C, H, W) float32
        Of the photograph, padded.
    exemplar_features : (N, C, H, W) float32
        Of the aligned exemplar photographs, padded.
    covered : (N, h, w) bool
        Where the exemplars have pixels; not padded.
    points : (68, 2) float64
        Landmarks of the photograph, xy px.
    grid : Grid

    Returns
    -------
    Candidates
        The best of both kinds; unchanged at nodes that are covered and well matched.
    """
    rows, columns = grid.rows - grid.margin, grid.columns - grid.margin
    seen = covered[:, rows][:, :, columns]
    uncovered = seen.mean(axis=0) < 0.5
    i, j = np.nonzero(uncovered | (candidates.cost[..., 0] > _POOR_MATCH))
    sources = _sources(seen & ~_face_nodes(points, grid))
    count = candidates.cost.shape[2]
    if not len(i) or len(sources) < count:
        return candidates
    n, y, x = sources[:, 0], grid.rows[sources[:, 1]], grid.columns[sources[:, 2]]
    known = _descriptors(exemplar_features, n, y, x)
    wanted = _descriptors(features[None], np.zeros_like(i), grid.rows[i], grid.columns[j])
    nearest, cost = _nearest(wanted, known, count)
    placed = candidates.cost[i, j] + np.where(uncovered[i, j], np.inf, 0)[:, None]
    order = np.argsort(np.hstack([placed, cost]), axis=1, kind="stable")[:, :count]
    offered = (n[nearest], y[nearest], x[nearest], cost)
    merged = []
    for values, others in zip(candidates.arrays, offered, strict=True):
        changed = values.copy()
        both = np.hstack([values[i, j], others])
        changed[i, j] = np.take_along_axis(both, order, axis=1)
        merged.append(changed)
    return Candidates(*merged)


def _face_nodes(points: np.ndarray, grid: Grid) -> np.ndarray:
    """Nodes near the face, (h, w) bool: eyes do not belong on sleeves."""
    mask = np.zeros(grid.size, np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points.round().astype(np.int32)), 1)
    mask = cv2.dilate(mask, np.ones((grid.side, grid.side), np.uint8))
    rows, columns = grid.rows - grid.margin, grid.columns - grid.margin
    return mask[np.ix_(rows, columns)] > 0


def _sources(usable: np.ndarray) -> np.ndarray:
    """At most some thousand (exemplar, row, column) of usable nodes, evenly thinned out."""
    found = np.argwhere(usable)
    return found[:: max(1, -(-len(found) // _MOST_SOURCES))]


def _descriptors(
    features: np.ndarray, picture: np.ndarray, row: np.ndarray, column: np.ndarray
) -> np.ndarray:
    """Every second pixel of the patches around some pixels, (M, C * 49)."""
    offset = 2 * np.arange(-_REACH, _REACH + 1)
    rows = (row[:, None] + offset)[:, :, None]
    columns = (column[:, None] + offset)[:, None, :]
    return features[picture[:, None, None], :, rows, columns].reshape(len(row), -1)


def _nearest(wanted: np.ndarray, known: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Nearest known descriptors by principal components: indices and mean squares, (M, count)."""
    mean = known.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov(known - mean, rowvar=False))
    basis = vectors[:, -_COMPONENTS:].astype(np.float32)
    a, b = (wanted - mean) @ basis, (known - mean) @ basis
    norm = (b * b).sum(axis=1)
    nearest = np.empty((len(a), count), np.intp)
    for start in range(0, len(a), _CHUNK):
        chunk = a[start : start + _CHUNK]
        distance = norm - 2 * chunk @ b.T
        part = np.argpartition(distance, count - 1, axis=1)[:, :count]
        order = np.argsort(np.take_along_axis(distance, part, axis=1), axis=1, kind="stable")
        nearest[start : start + _CHUNK] = np.take_along_axis(part, order, axis=1)
    square = ((a[:, None] - b[nearest]) ** 2).sum(axis=2) / wanted.shape[1]
    return nearest, square.astype(np.float32)
