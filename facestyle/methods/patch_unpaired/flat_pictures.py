"""Pictures in a few flat colors, cut out with a knife's contours.

A photo's soft shades, which the correction brings back, exist nowhere in such a style.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from facestyle.methods.patch_unpaired.lost_outlines import with_lost_outlines

# Weight of chroma against luminance when a color is replaced (chosen, not measured): the target's
# are the sitter's own, and a style of four colors is one of four tones
_CHROMA = 0.3
# Forms are sharpened before they are divided into tones (extended difference of Gaussians,
# Winnemoeller et al. 2012): the fewer tones, the more forms lie within one. Four sitters in two and
# four tones, by eye: half of it loses mouths and arms, twice as much makes wrinkles
_SHARPENING, _SHARPENING_SIGMA = 4.0, 0.04  # over the number of colors; face widths
# Share of the target's forms in those of the strokes, over the identity: a level that is missed by
# a little is missed by a whole tone (without it and the sharpening eyes are bars, mouths are lost)
_FORMS = 0.75
_SMOOTH = 0.004  # face widths (chosen, not measured); contours are as smooth as a knife's
_ANTIALIASING = 0.7  # px
# Spots smaller than this across, face widths, are none of their own where what lies beside them is
# nearer than this in L; eyes, teeth and lines are farther
_ISLAND, _ALIKE = 0.06, 0.25


def sharpened(lab: np.ndarray, colors: np.ndarray, face_width: float) -> np.ndarray:
    """Bring out the forms that would fall within one of a few tones.

    Parameters
    ----------
    lab : (h, w, 3) float32
        Lab of 1.
    colors : (n, 3) float64
        At least one.
    face_width : float
        px.

    Returns
    -------
    (h, w, 3) float32
        Lab of 1, not clipped.
    """
    light = np.ascontiguousarray(lab[..., 0])
    wide = cv2.GaussianBlur(light, (0, 0), _SHARPENING_SIGMA * face_width)
    result = lab.copy()
    result[..., 0] += np.float32(_SHARPENING / len(colors)) * (light - wide)
    return result


def in_flat_colors(lab: np.ndarray, colors: np.ndarray, face_width: float) -> np.ndarray:
    """Give each place of a picture the nearest of a few colors.

    Parameters
    ----------
    lab : (h, w, 3) float32
        Lab of 1.
    colors : (n, 3) float64
        At least one.
    face_width : float
        px.

    Returns
    -------
    (h, w, 3) float32
        Contours are smooth, and soft over a pixel.
    """
    smooth = cv2.GaussianBlur(lab, (0, 0), max(0.5, _SMOOTH * face_width))
    nearest = _without_islands(nearest_colors(smooth, colors), colors, face_width)
    return cv2.GaussianBlur(colors.astype(np.float32)[nearest], (0, 0), _ANTIALIASING)


def nearest_colors(lab: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """Which of a few colors each place of a picture is nearest to, most of all in lightness.

    Parameters
    ----------
    lab : (h, w, 3) float32
        Lab of 1.
    colors : (n, 3) float64
        At least one, at most 256.

    Returns
    -------
    (h, w) uint8
    """
    nearest = np.zeros(lab.shape[:2], np.uint8)
    least = np.full(lab.shape[:2], np.inf, np.float32)
    for number, distance in enumerate(color_distances(lab, colors, _CHROMA)):
        nearest[distance < least] = number
        np.minimum(least, distance, out=least)
    return nearest


def color_distances(lab: np.ndarray, colors: np.ndarray, chroma: float) -> Iterator[np.ndarray]:
    """Squared distances of a picture from one color after the other.

    Parameters
    ----------
    lab : (h, w, 3) float32
        Lab of 1.
    colors : (n, 3) float64
    chroma : float
        Weight of chroma against lightness.

    Yields
    ------
    (h, w) float32
    """
    weights = np.array([1, chroma, chroma], np.float32)
    weighted = lab * weights
    for color in colors.astype(np.float32):
        away = weighted - color * weights
        yield np.einsum("hwc,hwc->hw", away, away)


def _without_islands(nearest: np.ndarray, colors: np.ndarray, face_width: float) -> np.ndarray:
    """Small spots get the color beside them if it is nearly as light: on skin they are a rash."""
    small = np.zeros(nearest.shape, np.uint8)
    for number in range(len(colors)):
        _, parts, stats, _ = cv2.connectedComponentsWithStats((nearest == number).astype(np.uint8))
        areas = stats[:, cv2.CC_STAT_AREA] < (_ISLAND * face_width) ** 2
        areas[0] = False
        small[areas[parts]] = 1
    if not small.any() or small.all():
        return nearest
    _, places = cv2.distanceTransformWithLabels(
        small, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    beside = np.zeros(int(places.max()) + 1, np.uint8)
    beside[places[small == 0]] = nearest[small == 0]
    filled = beside[places]
    light = colors[:, 0]
    alike = np.abs(light[filled] - light[nearest]) < _ALIKE
    return np.where(alike, filled, nearest)


def cut_out(
    lab: np.ndarray,
    target: np.ndarray,
    person: np.ndarray,
    colors: np.ndarray,
    face_width: float,
    identity: float,
) -> np.ndarray:
    """The person of a rendering in a few colors, with forms nearer to the target's.

    What is behind is copied from exemplars as it is: its colors may be others. Where it has the
    person's, a line divides them.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab of 1.
    target : (h, w, 3) float32
        At the working size, in these colors.
    person : (h, w) float32
        1 on the person, 0 on the background.
    colors : (n, 3) float64
        At least one.
    face_width : float
        Of the rendering, px.
    identity : float
        From 0 to 1.

    Returns
    -------
    (H, W, 3) float32
    """
    height, width = target.shape[:2]
    small = cv2.resize(lab, (width, height), interpolation=cv2.INTER_AREA)
    change = (np.float32(_FORMS * identity) * person)[..., None] * (target - small)
    size = (lab.shape[1], lab.shape[0])
    forms = lab + cv2.resize(change, size, interpolation=cv2.INTER_CUBIC)
    cut = in_flat_colors(forms, colors, face_width)
    inside = cv2.resize(person, size, interpolation=cv2.INTER_LINEAR) > 0.5
    share = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), _ANTIALIASING)[..., None]
    return with_lost_outlines(lab + share * (cut - lab), inside, colors, face_width, identity)
