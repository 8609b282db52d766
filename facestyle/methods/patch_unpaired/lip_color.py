"""Red lips in styles of a few flat colors: too small a place to count as one of the colors.

Without it lips are skin, or as black as the line between them.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.faces.regions import BACKGROUND, LIP
from facestyle.methods.patch_unpaired.flat_colors import frequent_colors, is_apart
from facestyle.methods.patch_unpaired.flat_pictures import color_distances
from facestyle.methods.patch_unpaired.pictures import bounding_box, soft_mask

# Lab of 1 within which lips have the color; share of the lips that have it at least, and of all
# else of the person at most: six works with red lips have .43 to .82 and up to .002, mixtures at
# edges in seven without up to .44 and .011, scattered
_NEAR, _LIPS, _ELSEWHERE = 0.08, 0.25, 0.005
_ALIKE = 0.1  # Lab of 1; lips of two works that are farther apart are painted each in its own color
_MOST = 2 / 3  # share of the works whose lips have it; chosen
# What is darker than lips by so much (Lab of 1), and narrower than this (face widths), is the line
# between them, by eye on four sitters; what is broader is a lip in shade
_DARKER, _LINE = 0.1, 0.03
_RIM = 0.03  # face widths: what is light and so near to the border is a lip in light, and no tooth
_ANTIALIASING = 0.7  # px


def lip_color(lab: np.ndarray, region_map: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """Find the color that the lips of a picture have, and nothing else of the person.

    Parameters
    ----------
    lab : (h, w, 3) float32
        Lab of 1.
    region_map : (h, w) uint8
    colors : (n, 3) float64
        The few of the picture, from `flat_colors`.

    Returns
    -------
    (1, 3) or (0, 3) float64
        Lab of 1; none where they have one of the colors, or many.
    """
    none = np.empty((0, 3))
    lips = lab[region_map == LIP]
    if not len(lips) or not len(colors):
        return none
    color = next((one for one in frequent_colors(lips, 0) if is_apart(one, list(colors))), None)
    if color is None:
        return none
    others = lab[(region_map != LIP) & (region_map != BACKGROUND)]
    inside, outside = (
        float((np.linalg.norm(values - color, axis=-1) < _NEAR).mean()) if len(values) else 0.0
        for values in (lips, others)
    )
    return color[None] if inside >= _LIPS and outside <= _ELSEWHERE else none


def common_lip_color(colors: Sequence[np.ndarray]) -> np.ndarray:
    """The color of lips that a set of exemplars shares.

    Parameters
    ----------
    colors : sequence of (1, 3) or (0, 3) float64
        Of each exemplar, from `lip_color`.

    Returns
    -------
    (1, 3) or (0, 3) float64
        None where few have one, or each its own.
    """
    found = np.concatenate([np.empty((0, 3)), *colors])
    if not len(found):
        return found
    color = np.median(found, axis=0)
    alike = np.linalg.norm(found - color, axis=1) < _ALIKE
    return color[None] if alike.sum() >= _MOST * len(colors) else np.empty((0, 3))


def with_lip_color(
    lab: np.ndarray,
    region_map: np.ndarray,
    colors: np.ndarray,
    lips: np.ndarray,
    face_width: float,
) -> np.ndarray:
    """Paint lips, but for the line between them and for teeth.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab of 1, in the few colors.
    region_map : (h, w) uint8
        Of the portrait, of any size.
    colors : (n, 3) float64
        The few colors: the darkest draws lines, the lightest teeth.
    lips : (1, 3) or (0, 3) float64
        From `common_lip_color`.
    face_width : float
        Of the region map, px.

    Returns
    -------
    (H, W, 3) float32
        The same where a style paints no lips, or none are to be seen.
    """
    if not len(lips) or not (region_map == LIP).any():
        return lab
    height, width = lab.shape[:2]
    soft = soft_mask(region_map, (LIP,), face_width)
    inside = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5
    if not inside.any():
        return lab
    box = bounding_box(inside, 3)
    part = lab[box]
    nearest = np.argmin(list(color_distances(part, colors, chroma=1)), axis=0)
    light = colors[:, 0]
    unit = face_width * width / region_map.shape[1]
    dark = light[nearest] < lips[0, 0] - _DARKER
    line = dark & ~_broad(dark, _LINE * unit)
    depth = cv2.distanceTransform(inside[box].astype(np.uint8), cv2.DIST_L2, 3)
    teeth = (nearest == light.argmax()) & (depth > _RIM * unit)
    painted = inside[box] & ~(line | teeth | (nearest == light.argmin()))
    share = cv2.GaussianBlur(painted.astype(np.float32), (0, 0), _ANTIALIASING)[..., None]
    result = lab.copy()
    result[box] = part + share * (lips[0].astype(np.float32) - part)
    return result


def _broad(mask: np.ndarray, least: float) -> np.ndarray:
    """What of a mask (h, w) is so many px wide."""
    side = max(3, round(least))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, kernel) > 0
