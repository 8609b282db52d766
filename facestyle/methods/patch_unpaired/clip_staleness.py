"""Which parts of a clip's drawing no longer fit the frame, and are to be drawn anew."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.regions import BACKGROUND

# change of the target's luminance and color since a stroke was chosen that makes it stale
_CHANGE = 0.06
_BLOCK = 8  # px of the target
_STALE_SHARE = 0.2  # of a block
# most of the frame that is drawn anew at a time; the stalest blocks come first
_BUDGET = 0.08
# the background's strokes follow no photo
_BACKGROUND_SHARE = 0.3


def stale_pixels(
    target: np.ndarray, drawn: np.ndarray, region_map: np.ndarray, trust: np.ndarray
) -> np.ndarray:
    """Find what changed since it was drawn.

    Parameters
    ----------
    target : (h, w, 3) float32
        Lab.
    drawn : (h, w, 3) float32
        The target that the strokes were chosen for, carried here.
    region_map : (h, w) uint8
        Regions.
    trust : (h, w) float32
        Of the flow.

    Returns
    -------
    (h, w) float32
        Above 1 where it is stale.
    """
    # what was carried frame after frame has lost its finest detail: compare blurred copies
    difference = np.abs(cv2.blur(target - drawn, (5, 5)))
    difference = difference[..., 0] + 0.5 * difference[..., 1:].sum(axis=-1)
    # where the flow is wrong, less is enough
    difference *= (2 - trust) / np.float32(_CHANGE)
    difference[region_map == BACKGROUND] *= np.float32(_BACKGROUND_SHARE)
    return difference


def stale_windows(staleness: np.ndarray) -> list[tuple[slice, slice]]:
    """Rectangles, rows and columns, around the stalest blocks, within the budget."""
    height, width = staleness.shape
    rows, columns = -(-height // _BLOCK), -(-width // _BLOCK)
    padded = cv2.copyMakeBorder(
        (staleness > 1).astype(np.float32),
        0,
        rows * _BLOCK - height,
        0,
        columns * _BLOCK - width,
        cv2.BORDER_CONSTANT,
    )
    shares = cv2.resize(padded, (columns, rows), interpolation=cv2.INTER_AREA)
    blocks = cv2.dilate((shares > _STALE_SHARE).astype(np.uint8), np.ones((3, 3), np.uint8))
    count, parts, boxes, _ = cv2.connectedComponentsWithStats(blocks, connectivity=4)
    weight = np.bincount(parts.ravel(), shares.ravel(), minlength=count)
    windows: list[tuple[slice, slice]] = []
    spent = 0.0
    for part in sorted(range(1, count), key=lambda number: -weight[number]):
        x, y, w, h, _ = boxes[part]
        area = w * h / (rows * columns)
        if windows and spent + area > _BUDGET:
            continue
        spent += area
        windows.append(
            (
                slice(y * _BLOCK, min(height, (y + h) * _BLOCK)),
                slice(x * _BLOCK, min(width, (x + w) * _BLOCK)),
            )
        )
    return windows
