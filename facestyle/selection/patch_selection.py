"""Which exemplar to use where: a Markov random field over patches (Song et al. 2017, section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.alignment.features import PatchFeatures
from facestyle.alignment.warp import outside, resize_map, sample
from facestyle.frozen import FrozenRecord
from facestyle.imaging.pyramid import gaussian_blur
from facestyle.mrf.graphcut import solve_labels

# weights of the squared feature differences, each capped at 2 (DESIGN 4.1, step 6)
FEATURE_WEIGHTS = {"normalized": 1.0, "rank": 4.0, "gradient": 0.5, "signature": 0.0625}
_CAP = 2.0  # one wrong feature must not decide (DESIGN 4.1, step 6; not measured alone)
_INVALID = 3.0  # cost where the exemplar has nothing: no person, or outside its picture
NODE_STRIDE = 4  # patch-grid px per node: an eighth of the inter-ocular distance
SMOOTHNESS = 0.1  # DESIGN 4.1, step 6
# cost difference at which a label's soft weight falls to 1/e
TEMPERATURE = 0.3


@dataclass(frozen=True)
class Selection(FrozenRecord):
    """The labeling and the soft weights made of it.

    Attributes
    ----------
    labels : (h, w) int32
        Exemplar of each node.
    weights : (K, H, W) float32
        Soft weights on the patch grid; they sum to 1 at each pixel.
    costs : (K,) float64
        Mean unary cost of each exemplar inside the matte.
    energy : float
        The random field's energy.
    unfiltered : (K, H, W) float32 or None
        The weights before the seams were filtered, where they were.
    """

    labels: np.ndarray
    weights: np.ndarray
    costs: np.ndarray
    energy: float
    unfiltered: np.ndarray | None = None

    @property
    def shares(self) -> np.ndarray:
        """How much each exemplar is used in all, (K,) float32."""
        return np.asarray(self.weights.mean(axis=(1, 2)))


def unary_term(
    target: PatchFeatures, exemplar: PatchFeatures, mapping: np.ndarray, shape: tuple[int, int]
) -> np.ndarray:
    """Cost of using one exemplar at each pixel of the patch grid.

    Parameters
    ----------
    target, exemplar : PatchFeatures
    mapping : (h, w, 2) float32
        From the target's analysis grid to pixels of the exemplar's picture.
    shape : (int, int)
        Height and width of the exemplar's picture.

    Returns
    -------
    (H, W) float32
        Non-negative; the window of a patch is a Gaussian of 1/16 inter-ocular distance.
    """
    height, width = target.matte.shape
    mapping = resize_map(mapping, height, width)
    cost = np.zeros((height, width), np.float32)
    for name, weight in FEATURE_WEIGHTS.items():
        warped = sample(getattr(exemplar, name), mapping, shape)
        difference = ((getattr(target, name) - warped) ** 2).mean(axis=-1)
        cost += np.float32(weight) * np.minimum(difference, _CAP)
    uncovered = np.clip(target.matte - sample(exemplar.matte, mapping, shape), 0, 1)
    cost += _INVALID * np.maximum(uncovered, outside(mapping, shape))
    return gaussian_blur(cost, NODE_STRIDE / 2)


def pairwise_term(luminance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edge weights of a contrast-sensitive Potts model (Boykov and Jolly 2001, eq. 3).

    Seams cost least where the input itself changes: there nobody sees them.

    Parameters
    ----------
    luminance : (h, w) float32
        Of the input, on the node grid.

    Returns
    -------
    horizontal, vertical : (h, w-1), (h-1, w) float32
        In (0, 1].
    """
    across, down = np.diff(luminance, axis=1) ** 2, np.diff(luminance, axis=0) ** 2
    mean = (across.sum() + down.sum()) / max(across.size + down.size, 1)
    scale = np.float32(1 / (2 * mean + 1e-6))
    return np.exp(-across * scale), np.exp(-down * scale)


def soft_weights(
    unary: np.ndarray,
    labels: np.ndarray,
    horizontal: np.ndarray,
    vertical: np.ndarray,
    smoothness: float = SMOOTHNESS,
    temperature: float = TEMPERATURE,
) -> np.ndarray:
    """Turn a labeling into weights: how nearly each label would have been as good.

    Each label's cost is its unary plus its pairwise cost to the neighbors as they are labeled;
    the weights are exp(-cost / temperature), normalized.

    Parameters
    ----------
    unary : (h, w, K) float32
    labels : (h, w) int32
    horizontal, vertical : (h, w-1), (h-1, w) float32
        Edge weights.
    smoothness : float
        Cost of an edge between different labels.
    temperature : float
        0 returns the labeling itself as weights of 0 and 1.

    Returns
    -------
    (h, w, K) float32
        Sums to 1 over the labels.
    """
    chosen = np.eye(unary.shape[2], dtype=np.float32)[labels]
    if temperature <= 0:
        return chosen
    differs = 1 - chosen
    cost = unary.copy()
    cost[:, 1:] += smoothness * horizontal[..., None] * differs[:, :-1]
    cost[:, :-1] += smoothness * horizontal[..., None] * differs[:, 1:]
    cost[1:] += smoothness * vertical[..., None] * differs[:-1]
    cost[:-1] += smoothness * vertical[..., None] * differs[1:]
    cost -= cost.min(axis=-1, keepdims=True)
    weights = np.exp(-cost / temperature)
    return weights / weights.sum(axis=-1, keepdims=True)


def node_unaries(costs: Sequence[np.ndarray], matte: np.ndarray) -> np.ndarray:
    """Average costs over each node's cell; the background hardly counts.

    Parameters
    ----------
    costs : sequence of (H, W) float32
        One unary map per exemplar, on the patch grid.
    matte : (H, W) float32

    Returns
    -------
    (h, w, K) float32
    """
    height, width = matte.shape
    size = (max(2, width // NODE_STRIDE), max(2, height // NODE_STRIDE))

    def reduce(values: np.ndarray) -> np.ndarray:
        return cv2.resize(values, size, interpolation=cv2.INTER_AREA)

    unary = np.stack([reduce(cost) for cost in costs], axis=-1)
    return unary * (0.05 + 0.95 * reduce(matte))[..., None]


def select_exemplars(
    costs: Sequence[np.ndarray],
    matte: np.ndarray,
    luminance: np.ndarray,
    *,
    smoothness: float = SMOOTHNESS,
    temperature: float = TEMPERATURE,
    solver: str = "auto",
) -> Selection:
    """Choose an exemplar for each patch.

    Parameters
    ----------
    costs : sequence of K (H, W) float32
        Unary maps on the patch grid, from `unary_term`.
    matte, luminance : (H, W) float32
        Of the input, on the patch grid.
    smoothness : float
        Potts cost of two neighbors with different exemplars.
    temperature : float
        Softness of the weights; 0 keeps them at 0 and 1.
    solver : {"auto", "numba", "gco"}

    Returns
    -------
    Selection
    """
    height, width = matte.shape
    inside = matte.sum() + 1e-6
    means = np.array([float((cost * matte).sum() / inside) for cost in costs])
    unary = node_unaries(costs, matte)
    rows, columns, count = unary.shape
    if count == 1:
        ones = np.ones((1, height, width), np.float32)
        return Selection(np.zeros((rows, columns), np.int32), ones, means, float(unary.sum()))
    small = cv2.resize(luminance, (columns, rows), interpolation=cv2.INTER_AREA)
    horizontal, vertical = pairwise_term(small)
    potts = smoothness * (1 - np.eye(count, dtype=np.float32))
    labeling = solve_labels(unary, potts, horizontal=horizontal, vertical=vertical, solver=solver)
    soft = soft_weights(unary, labeling.labels, horizontal, vertical, smoothness, temperature)
    mode = cv2.INTER_LINEAR if temperature > 0 else cv2.INTER_NEAREST
    weights = np.stack(
        [cv2.resize(soft[..., k], (width, height), interpolation=mode) for k in range(count)]
    )
    return Selection(labeling.labels, weights, means, labeling.energy)
