"""Filtering what is only partly known: values times weight, filtered, over the filtered weight.

Knutsson and Westin 1993. Colors and weight travel as the four channels of one array, so that one
filter serves both.
"""

from __future__ import annotations

import cv2
import numpy as np


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
    colors = cv2.cvtColor(weighted, cv2.COLOR_RGBA2RGB)
    if any(default):
        colors = cv2.add(colors, (*(floor * value for value in default), 0.0), dst=colors)
    weight = cv2.extractChannel(weighted, 3) + np.float32(floor)
    return cv2.divide(colors, expanded(weight), dst=colors)


def expanded(weight: np.ndarray) -> np.ndarray:
    """The same weight for three channels, (H, W) to (H, W, 3): faster than broadcasting."""
    return cv2.merge([weight] * 3)
