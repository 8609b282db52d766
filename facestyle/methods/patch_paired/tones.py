"""How dark the artist draws what is how dark in the photograph: hair, clothes, skin, background.

Patches alone draw the same hair black where the exemplars have hair, and pale where they have
none.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.methods.patch_paired.groups import BACKGROUND

_BINS = 16
_SIGMA = 2.0  # nodes; tones are means over such areas of one group
_PRIOR = 100.0  # nodes of all the person's groups together that a group's curve starts from
_SURE = 0.5  # share of a group from which a node teaches its curve
_PRESENT = 0.05  # groups that nowhere have more are not there
_TINY = 1e-4


@dataclass(frozen=True)
class ToneCurves:
    """Drawing over photograph for each group.

    Attributes
    ----------
    gray : (K,) float32
        Of the photograph, ascending.
    drawn : (G, K, C) float32
        Of the drawing, never darker where the photograph is lighter.
    """

    gray: np.ndarray
    drawn: np.ndarray

    def __call__(self, group: int, gray: np.ndarray) -> np.ndarray:
        """What the artist would draw, (h, w, C), for (h, w) of one group."""
        planes = [np.interp(gray, self.gray, curve) for curve in self.drawn[group].T]
        return np.stack(planes, axis=-1).astype(np.float32)


def fit_tone_curves(photos: np.ndarray, drawings: np.ndarray, groups: np.ndarray) -> ToneCurves:
    """Learn the curves from pairs.

    Parameters
    ----------
    photos : (N, h, w, 1) float32
        Gray, at the nodes of a grid.
    drawings : (N, h, w, C) float32
    groups : (N, h, w, G) float32
        Shares of each group; all 0 where there is no exemplar.

    Returns
    -------
    ToneCurves
    """
    count, channels = groups.shape[-1], drawings.shape[-1]
    places = np.linspace(0, 1, _BINS)
    weight = np.zeros((count, _BINS))
    total = np.zeros((count, _BINS, channels))
    for photo, drawing, shares in zip(photos, drawings, groups, strict=True):
        for group in range(count):
            share = shares[..., group]
            if (share > _SURE).any():
                masses, tones = _binned(photo, drawing, share)
                weight[group] += masses
                total[group] += tones
    # what little is known of clothes is as dark as hair and skin
    pooled_weight, pooled = weight[:BACKGROUND].sum(axis=0), total[:BACKGROUND].sum(axis=0)
    shrink = _PRIOR / max(pooled_weight.sum(), _TINY)
    weight, total = weight + shrink * pooled_weight, total + shrink * pooled
    curves = [
        [_ascending(total[group, :, channel], weight[group]) for channel in range(channels)]
        for group in range(count)
    ]
    return ToneCurves(places.astype(np.float32), np.moveaxis(np.array(curves), 1, 2))


def _binned(
    photo: np.ndarray, drawing: np.ndarray, share: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (K,) and weighted sums (K, C) of one group's drawn tones by the photograph's."""
    sure = share > _SURE
    gray = group_tones(photo, share)[..., 0][sure]
    drawn = group_tones(drawing, share)[sure]
    position = np.clip(gray, 0, 1) * (_BINS - 1)
    low = np.minimum(position.astype(int), _BINS - 2)
    upper = position - low
    parts = share[sure] * np.stack([1 - upper, upper])
    bins = np.concatenate([low, low + 1])
    planes = [np.bincount(bins, (parts * plane).ravel(), _BINS) for plane in drawn.T]
    return np.bincount(bins, parts.ravel(), _BINS), np.stack(planes, axis=1)


def wanted_tones(photo: np.ndarray, groups: np.ndarray, curves: ToneCurves) -> np.ndarray:
    """How dark each node is to be drawn, mean of the channels.

    Parameters
    ----------
    photo : (h, w, 1) float32
        Gray, at the nodes.
    groups : (h, w, G) float32
    curves : ToneCurves

    Returns
    -------
    (h, w) float32
    """
    wanted = np.zeros(photo.shape[:2], np.float32)
    for group in range(len(curves.drawn)):
        share = np.ascontiguousarray(groups[..., group])
        if share.max() >= _PRESENT:
            tones = group_tones(photo, share)[..., 0]
            wanted += share * curves(group, tones).mean(axis=2)
    return wanted


def group_tones(image: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Local mean over one group, (h, w, C); beyond the group it goes on as at its rim."""
    mass = cv2.GaussianBlur(share, (0, 0), _SIGMA)[..., None] + np.float32(_TINY)
    total = cv2.GaussianBlur(image * share[..., None], (0, 0), _SIGMA).reshape(image.shape)
    wide = image.mean(axis=(0, 1)) * np.float32(_TINY)
    return np.asarray((total + wide) / mass)


def tone_change(
    base: np.ndarray,
    photo: np.ndarray,
    groups: np.ndarray,
    pull: np.ndarray,
    curves: ToneCurves,
) -> np.ndarray:
    """Bring a drawing's tones to what the curves say.

    Parameters
    ----------
    base : (zoom * h, zoom * w, C) float32
        The drawing.
    photo : (h, w) float32
        Gray.
    groups : (h / 2, w / 2, 4) uint8
        What the photograph shows where.
    pull : (rows, columns) float32
        How far, from 0 to 1, at nodes that are evenly spread over the picture.
    curves : ToneCurves

    Returns
    -------
    (zoom * h, zoom * w, C) float32
        What to add.
    """
    size, nodes = base.shape[:2], pull.shape
    drawn, gray = reduced(base, nodes), reduced(photo, nodes)
    shares = reduced(groups, nodes) * np.float32(1 / 255)
    total = np.zeros_like(base)
    for group in range(len(curves.drawn)):
        share = np.ascontiguousarray(shares[..., group])
        if share.max() < _PRESENT:
            continue
        wanted = curves(group, group_tones(gray, share)[..., 0])
        change = pull[..., None] * (wanted - group_tones(drawn, share))
        where = enlarged(groups[..., group].astype(np.float32), size)
        total += where * enlarged(change, size)
    return total * np.float32(1 / 255)


def reduced(image: np.ndarray, nodes: tuple[int, ...]) -> np.ndarray:
    """Means around evenly spread nodes, (rows, columns, C) float32."""
    small = cv2.resize(image, nodes[::-1], interpolation=cv2.INTER_AREA)
    return small.reshape(*nodes, -1).astype(np.float32)


def enlarged(image: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Nodes or a smaller picture at a height and width, (H, W, C) float32."""
    return cv2.resize(image, size[::-1], interpolation=cv2.INTER_LINEAR).reshape(*size, -1)


def _ascending(total: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weighted isotonic regression of bins' means (pool adjacent violators), (K,)."""
    blocks: list[list[float]] = []
    for value, mass in zip(total, weight, strict=True):
        blocks.append([value, mass, 1])
        while len(blocks) > 1 and _mean(blocks[-2]) > _mean(blocks[-1]):
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    known = np.concatenate([np.full(int(n), _mean([v, m])) for v, m, n in blocks])
    seen = weight > _TINY
    if not seen.any():
        return known
    places = np.arange(len(known))
    return np.interp(places, places[seen], known[seen])


def _mean(block: list[float]) -> float:
    return block[0] / block[1] if block[1] > _TINY else np.inf
