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
# px outside the previous frame from which a point is new
ENTERED = 0.5
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


def entered_pixels(beyond: np.ndarray) -> np.ndarray:
    """Which points come into sight, and those beside them, (h, w) bool; see `entered_windows`."""
    new = (np.abs(beyond).max(axis=-1) > ENTERED).astype(np.uint8)
    return np.asarray(cv2.dilate(new, np.ones((3, 3), np.uint8)) > 0)


def entered_windows(beyond: np.ndarray) -> list[tuple[slice, slice]]:
    """Strips, rows and columns, along the sides of the frame where the picture comes into sight.

    Parameters
    ----------
    beyond : (h, w, 2) float32
        How far outside the previous frame each point was; see `Motion.beyond`.

    Returns
    -------
    list of (slice, slice)
        At most one for each side, with some of what was in sight beside it.
    """
    height, width = beyond.shape[:2]
    whole_rows, whole_columns = slice(0, height), slice(0, width)
    across, down = beyond[..., 0], beyond[..., 1]
    left, right = _new_lines((across < -ENTERED).mean(axis=0), (across > ENTERED).mean(axis=0))
    top, bottom = _new_lines((down < -ENTERED).mean(axis=1), (down > ENTERED).mean(axis=1))
    windows = []
    if left:
        windows.append((whole_rows, slice(0, min(width, left + _BLOCK))))
    if right:
        windows.append((whole_rows, slice(max(0, width - right - _BLOCK), width)))
    if top:
        windows.append((slice(0, min(height, top + _BLOCK)), whole_columns))
    if bottom:
        windows.append((slice(max(0, height - bottom - _BLOCK), height), whole_columns))
    return windows


def _new_lines(first: np.ndarray, last: np.ndarray) -> tuple[int, int]:
    """How many lines from either end are new, from the shares of their points that are."""
    from_start = int(np.argmin(np.append(first > _STALE_SHARE, False)))
    from_end = int(np.argmin(np.append(last[::-1] > _STALE_SHARE, False)))
    return from_start, from_end
