"""Graph cuts of a picture into groups, along its own edges (GrabCut's energy, for many groups).

C. Rother, V. Kolmogorov, A. Blake, "GrabCut: Interactive Foreground Extraction using Iterated
Graph Cuts", SIGGRAPH 2004, equations 2 to 5: mixtures of color as unary terms, contrast-sensitive
Potts terms between neighbors.
"""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.face import Face
from facestyle.mrf.graphcut import solve_labels

# cost, in nats of the unary terms, of a border across one pixel's side where there is no edge: 6
# to 15 overlap hand-made labels alike; higher ones cut corners of fringes and ears
SMOOTHNESS = 8.0
# share of it that the strongest edge still costs
_FLOOR = 0.05
_SWEEPS = 3  # more change nothing here


def contrast_weights(colors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Costs of borders between neighbors: less where colors differ more than is usual.

    Parameters
    ----------
    colors : (h, w, 3) float32

    Returns
    -------
    horizontal : (h, w - 1) float32
        Between a pixel and its right neighbor.
    vertical : (h - 1, w) float32
        The same, downwards.
    """
    steps = [np.diff(colors, axis=axis) for axis in (1, 0)]
    squares = [np.einsum("ijk,ijk->ij", step, step) for step in steps]
    mean = sum(float(s.sum()) for s in squares) / max(1, sum(s.size for s in squares))
    horizontal, vertical = (
        np.float32(SMOOTHNESS) * (_FLOOR + (1 - _FLOOR) * np.exp(s / np.float32(-2 * mean - 1e-6)))
        for s in squares
    )
    return horizontal, vertical


def cut_groups(scores: np.ndarray, weights: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """The most probable groups, with few borders where there are no edges.

    Parameters
    ----------
    scores : (K, h, w) float32
        Logarithms of each group's probability, up to a constant.
    weights : pair of arrays
        From `contrast_weights`.

    Returns
    -------
    (h, w) int32
    """
    unary = np.ascontiguousarray(-scores.transpose(1, 2, 0), dtype=np.float32)
    potts = 1 - np.eye(len(scores), dtype=np.float32)
    horizontal, vertical = weights
    return solve_labels(
        unary, potts, horizontal=horizontal, vertical=vertical, max_sweeps=_SWEEPS
    ).labels


def connected_to_face(groups: np.ndarray, face: Face, *, background: int) -> np.ndarray:
    """Groups in which everything that does not hang together with the face is background.

    Parameters
    ----------
    groups : (h, w) int32
    face : Face
        In its pixels.
    background : int
        The group's number.

    Returns
    -------
    (h, w) int32
    """
    _, parts = cv2.connectedComponents((groups != background).astype(np.uint8))
    height, width = parts.shape
    x, y = np.round(face.landmarks[27:36].mean(axis=0)).astype(int)
    own = parts[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
    return np.where(parts == own, groups, background) if own > 0 else groups
