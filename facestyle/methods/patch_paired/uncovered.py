"""Places where no exemplar fits: beyond their frames, or under a fringe that none of them has."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.methods.patch_paired.candidates import Candidates
from facestyle.methods.patch_paired.fitting import NodeContents
from facestyle.methods.patch_paired.grid import SPACING, Grid

_REACH = 3  # samples each way, in a patch of 7 x 7 samples
# patches that are compared with, and principal components that they are compared by: for speed
_MOST_SOURCES = 3000
_COMPONENTS = 24
_CHUNK = 2000  # rows at a time: bounds memory, changes nothing
_CHOICE = 8  # times the patches that are wanted: fewer of one kind are too few to choose from
# differences that don't matter: by them alone all nodes of dark hair take the same few patches
_NO_MATTER = 0.004
_POOR_MATCH = 0.02  # mean square difference of the best candidate
# mean square difference that a patch which does not fit at all is as bad as (set by eye)
_MISFIT = 0.1


def add_unpositioned(
    candidates: Candidates,
    features: np.ndarray,
    exemplar_features: np.ndarray,
    contents: NodeContents,
    face: np.ndarray,
    grid: Grid,
) -> Candidates:
    """Offer patches from anywhere but the faces to nodes that have no good candidate in place.

    Parameters
    ----------
    candidates : Candidates
        The same number for each node.
    features : (C, H, W) float32
        Of the photograph, padded.
    exemplar_features : (N, C, H, W) float32
        Of the aligned exemplar photographs, padded.
    contents : NodeContents
    face : (h, w) bool
        Nodes near the face: see `face_nodes`.
    grid : Grid

    Returns
    -------
    Candidates
        The best of both kinds; unchanged at nodes that are covered and well matched.
    """
    # an eye that no exemplar has is still better drawn by eyes than by hair
    poor = (candidates.cost[..., 0] > _POOR_MATCH) & ~face
    i, j = np.nonzero((contents.fitting < 1) | poor)
    sources = _sources(_whole(contents.theirs.seen, grid) & ~face)
    count = candidates.cost.shape[2]
    if not len(i) or len(sources) < count:
        return candidates
    n, row, column = sources.T
    y, x = grid.rows[row], grid.columns[column]
    weight = np.float32(np.sqrt(_MISFIT))
    known = _descriptors(exemplar_features, n, y, x)
    wanted = _descriptors(features[None], np.zeros_like(i), grid.rows[i], grid.columns[j])
    ours, theirs = contents.ours[i, j], contents.theirs[n, row, column]
    nearest, cost = _nearest(
        (wanted, weight * ours.points),
        (known, weight * theirs.points),
        (ours.kind, theirs.kind),
        count,
    )
    here = candidates.exemplar[i, j], i[:, None], j[:, None]
    placed = candidates.cost[i, j] + np.float32(_MISFIT) * contents.misfit[here]
    order = np.argsort(np.hstack([placed, cost]), axis=1, kind="stable")[:, :count]
    merged = []
    in_place = (*(values[i, j] for values in candidates.arrays[:3]), placed)
    offered = (n[nearest], y[nearest], x[nearest], cost)
    for values, mine, others in zip(candidates.arrays, in_place, offered, strict=True):
        changed = values.copy()
        changed[i, j] = np.take_along_axis(np.hstack([mine, others]), order, axis=1)
        merged.append(changed)
    return Candidates(*merged)


def face_nodes(points: np.ndarray, grid: Grid) -> np.ndarray:
    """Nodes near the face, (h, w) bool: eyes do not belong on sleeves."""
    mask = np.zeros(grid.size, np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points.round().astype(np.int32)), 1)
    mask = cv2.dilate(mask, np.ones((grid.side, grid.side), np.uint8))
    return grid.at_nodes(mask) > 0


def _whole(seen: np.ndarray, grid: Grid) -> np.ndarray:
    """Nodes whose whole patch shows the exemplar, (N, h, w) bool: borders repeat as bars."""
    side = 2 * -(-grid.half // SPACING) + 1
    kernel = np.ones((side, side), np.uint8)
    inner = [
        cv2.erode(s.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
        for s in seen
    ]
    return np.stack(inner) > 0


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


def _nearest(
    wanted: tuple[np.ndarray, np.ndarray],
    known: tuple[np.ndarray, np.ndarray],
    kinds: tuple[np.ndarray, np.ndarray],
    count: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Nearest known patches: indices and costs, (M, count).

    Both are given by their descriptors, which are compared by principal components and in the
    mean, and by what is added to them as it is. Only patches of one kind are compared, unless
    few are known.
    """
    mean = known[0].mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov(known[0] - mean, rowvar=False))
    basis = vectors[:, -_COMPONENTS:].astype(np.float32) / np.float32(np.sqrt(len(mean)))
    a, b = (np.hstack([(values - mean) @ basis, more]) for values, more in (wanted, known))
    norm = (b * b).sum(axis=1)
    nearest = np.empty((len(a), count), np.intp)
    random = np.random.default_rng(0)
    for kind in np.unique(kinds[0]):
        rows, among = (np.flatnonzero(k == kind) for k in kinds)
        if len(among) < _CHOICE * count:
            among = np.arange(len(b))
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            distance = norm[among] - 2 * a[chunk] @ b[among].T
            some = min(_CHOICE * count, len(among))
            part = np.argpartition(distance, some - 1, axis=1)[:, :some]
            distance = np.take_along_axis(distance, part, axis=1)
            distance += random.uniform(0, _NO_MATTER, distance.shape).astype(np.float32)
            order = np.argsort(distance, axis=1, kind="stable")[:, :count]
            nearest[chunk] = among[np.take_along_axis(part, order, axis=1)]
    square = ((a[:, None] - b[nearest]) ** 2).sum(axis=2)
    return nearest, square.astype(np.float32)
