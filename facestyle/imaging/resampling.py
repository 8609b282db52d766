"""A window of a resized picture, so that the whole never has to be in memory."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

_CUBIC = -0.75  # of Keys 1981, as OpenCV has it
_LARGE = 2**18  # px; smaller maps are resized faster in one piece


def resized_window(
    values: NDArray[np.float32],
    size: tuple[int, int],
    rows: slice,
    columns: slice,
    *,
    cubic: bool = False,
) -> NDArray[np.float32]:
    """Part of what `cv2.resize` makes of a picture that is enlarged.

    Parameters
    ----------
    values : (h, w) or (h, w, C) float32
    size : (int, int)
        Height and width of the resized picture, px.
    rows, columns : slice
        What is wanted of it, with start and stop.
    cubic : bool
        As of INTER_CUBIC, else INTER_LINEAR.

    Returns
    -------
    (rows, columns) or (rows, columns, C) float32
    """
    taps, weights = _taps(values.shape[0], size[0], rows, cubic)
    first = int(taps.min())
    few = values[first : int(taps.max()) + 1]
    # across, OpenCV does it; down, it could not begin in the middle
    mode = cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR
    wide = _resized(few, (size[1], len(few)), mode)[:, columns]
    return _weighted_rows(wide, taps - first, weights)


def resized_rows(
    values: NDArray[np.float32], size: tuple[int, int], rows: slice, *, cubic: bool = False
) -> NDArray[np.float32]:
    """Some rows of what `cv2.resize` makes of a picture, across its whole width.

    Parameters
    ----------
    values : (h, w) or (h, w, C) float32
    size : (int, int)
        Height and width of the resized picture, px.
    rows : slice
        What is wanted of it, with start and stop.
    cubic : bool
        As of INTER_CUBIC, else INTER_LINEAR.

    Returns
    -------
    (rows, W) or (rows, W, C) float32
        In the memory of `values` where that has the size.
    """
    height, width = size
    if values.shape[:2] == (height, width):
        return values[rows]
    if rows.stop - rows.start == height:
        mode = cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR
        return _resized(values, (width, height), mode)
    return resized_window(values, size, rows, slice(0, width), cubic=cubic)


def maps_by_rows(
    maps: NDArray[np.float32], size: tuple[int, int]
) -> Callable[[slice], NDArray[np.float32]]:
    """Several maps resized linearly, of which some rows at a time are in memory.

    Parameters
    ----------
    maps : (K, h, w) float32
    size : (int, int)
        Height and width of the resized maps, px.

    Returns
    -------
    callable
        From a slice of rows to (K, rows, W) float32.
    """
    height, width = size
    if maps.shape[1:] == size:
        return lambda rows: maps[:, rows]
    if height < maps.shape[1] or height * width < _LARGE:
        whole = resized_maps(maps, size)
        return lambda rows: whole[:, rows]
    together = np.ascontiguousarray(np.moveaxis(maps, 0, 2))

    def part(rows: slice) -> NDArray[np.float32]:
        resized = resized_window(together, size, rows, slice(0, width))
        return np.ascontiguousarray(np.moveaxis(resized, 2, 0))

    return part


def resized_maps(maps: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Several maps enlarged linearly, or reduced by areas.

    Parameters
    ----------
    maps : (K, h, w) float32
    size : (int, int)
        Height and width of the resized maps, px.

    Returns
    -------
    (K, H, W) float32
        Of its own memory.
    """
    mode = cv2.INTER_AREA if size[0] < maps.shape[1] else cv2.INTER_LINEAR
    return np.stack([cv2.resize(one, size[::-1], interpolation=mode) for one in maps])


def _resized(values: NDArray[np.float32], size: tuple[int, int], mode: int) -> NDArray[np.float32]:
    """What `cv2.resize` makes, with a last axis of one, which OpenCV drops."""
    resized = cv2.resize(values, size, interpolation=mode)
    return np.asarray(resized.reshape(*resized.shape[:2], *values.shape[2:]), np.float32)


def _weighted_rows(
    values: NDArray[np.float32], taps: NDArray[np.intp], weights: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Sums of some rows times weights, from (taps, n) of both; (n, W) or (n, W, C)."""
    sums = np.empty((taps.shape[1], *values.shape[1:]), np.float32)
    source, target = (rows.reshape(len(rows), 1, -1) for rows in (values, sums))
    # a row at a time, in one pass over it: picking all rows first took nine times as long
    for row, numbers, shares in zip(target, taps.T.tolist(), weights.T.tolist(), strict=True):
        first, second, *others = (source[number] for number in numbers)
        cv2.addWeighted(first, shares[0], second, shares[1], 0, dst=row)
        for other, share in zip(others, shares[2:], strict=True):
            cv2.scaleAdd(other, share, row, dst=row)
    return sums


def _taps(
    length: int, resized: int, part: slice, cubic: bool
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """What each pixel of a part is made of: (taps, n) indices and weights."""
    step = length / resized
    places = ((np.arange(part.start, part.stop) + 0.5) * step - 0.5).astype(np.float32)
    start = np.floor(places).astype(np.intp)
    offset = places - start.astype(np.float32)
    if cubic:
        indices, weights = start + np.arange(-1, 3)[:, None], _cubic_weights(offset)
    else:
        indices, weights = start + np.arange(2)[:, None], np.stack([1 - offset, offset])
    return np.clip(indices, 0, length - 1), weights


def _cubic_weights(offset: NDArray[np.float32]) -> NDArray[np.float32]:
    a, x = np.float32(_CUBIC), offset
    before = ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a
    here = ((a + 2) * x - (a + 3)) * x * x + 1
    after = ((a + 2) * (1 - x) - (a + 3)) * (1 - x) * (1 - x) + 1
    return np.stack([before, here, after, 1 - before - here - after])
