"""Filtering what is only partly known: values times weight, filtered, over the filtered weight.

Knutsson and Westin 1993. Colors and weight travel as the four channels of one array, so that one
filter serves both.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from facestyle.row_bands import row_bands


def premultiplied(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Colors times weight, and the weight as the fourth channel.

    Parameters
    ----------
    values : (H, W, 3) float32
    weight : (H, W) float32

    Returns
    -------
    (H, W, 4) float32
    """
    ones = cv2.cvtColor(np.ascontiguousarray(values), cv2.COLOR_RGB2RGBA)
    return cv2.multiply(ones, cv2.merge([weight] * 4), dst=ones)


def weighted_channels(
    values: np.ndarray,
    weight: np.ndarray,
    filtered: Callable[[np.ndarray], np.ndarray],
    *,
    squared: bool = False,
) -> np.ndarray:
    """`premultiplied`, filtered channel by channel: two channels are in memory beside the result.

    Parameters
    ----------
    values : (H, W, 3) float32
    weight : (H, W) float32
    filtered : callable
        From (H, W) to (h, w) float32.
    squared : bool
        Take the squares of the values.

    Returns
    -------
    (h, w, 4) float32
    """
    parts = []
    for index in range(3):
        channel = cv2.extractChannel(values, index)
        if squared:
            channel = cv2.multiply(channel, channel, dst=channel)
        parts.append(filtered(cv2.multiply(channel, weight, dst=channel)))
        del channel
    return cv2.merge([*parts, filtered(weight)])


def normalized(
    weighted: np.ndarray, floor: float, default: tuple[float, float, float] = (0.0, 0.0, 0.0)
) -> np.ndarray:
    """Colors divided by their weight.

    Parameters
    ----------
    weighted : (H, W, 4) float32
        From `premultiplied`, filtered.
    floor : float
        Weight of the default color, so that nothing is divided by 0.
    default : (3,) float

    Returns
    -------
    (H, W, 3) float32
    """
    colors = np.empty((*weighted.shape[:2], 3), np.float32)
    for rows in row_bands(*weighted.shape[:2]):
        band = cv2.cvtColor(weighted[rows], cv2.COLOR_RGBA2RGB)
        if any(default):
            band = cv2.add(band, (*(floor * value for value in default), 0.0), dst=band)
        weight = cv2.extractChannel(weighted[rows], 3) + np.float32(floor)
        cv2.divide(band, expanded(weight), dst=colors[rows])
    return colors


def expanded(weight: np.ndarray) -> np.ndarray:
    """The same weight for three channels, (H, W) to (H, W, 3): faster than broadcasting."""
    return cv2.merge([weight] * 3)
