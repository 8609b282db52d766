"""The matte's edge: fitted to the picture's, or decided again by color."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.imaging.guided_filter import box_filter

# half the width of the band around the edge, and the windows' radius, in inter-ocular distances;
# not measured
_BAND = 0.04
_WINDOW = 0.09
_STEPS = 8  # the window's radius on the reduced copy that means are computed on, px
# squared color difference of the two sides at which color and matte weigh alike
_CONTRAST = 0.02

# Of `fit_to_edges`, in inter-ocular distances: half the width of the band and the filter's radius.
# On 12 cut-outs with known opacity, each before four backgrounds, radius .06 and two rounds:
# squared error .039, against .043 of one filter on luminance. On half of them the closed-form matte
# of Levin et al. 2008 has .024 where that filter has .036, and takes .5 s instead of .04.
_FIT_BAND, _FIT_RADIUS = 0.1, 0.06
# DESIGN 4.1, step 1. Four bring the matte nearer (development sitters .060 -> .058), but in gray
# copies of two development faces hair overlaps by .04 and .05 less
_FIT_ROUNDS = 2
# Of `_narrowed`: squared color difference of the two sides at which the edge is half as narrow as
# can be, how many times narrower that is, and the radii, in inter-ocular distances, of the windows
# that colors are compared in (wider than the band, else one side is not seen) and of the blur that
# keeps grain out of the edge. Five development sitters before dark grounds and three hand-made
# masks, mean error in the band: without .060 and .160, at .0003 .058 and .153, at .001 .057 and
# .147 (the squared one rises from .0174 to .0184: a blur hedges); at .0003 a black hat's edge is
# still a wide one.
_ALIKE, _NARROWER = 0.001, 5.0
_ALIKE_WINDOW, _ALIKE_BLUR = 0.12, 0.02
_COARSE_RADIUS = 8  # px from which the filter's coefficients are computed at half the size
# squared values of 0-100; where pictures are all white, a tenth of it breaks OpenCV's arithmetic
_FIT_EPSILON = 1.0
# what windows across the edge leave on either side is cut off
_FIT_RANGE = (0.1, 0.9)


def fit_to_edges(image: np.ndarray, mask: np.ndarray, inter_ocular: float) -> np.ndarray:
    """Fit a hard mask to the picture's edges: the opacity is locally linear in the colors.

    K. He, J. Sun, X. Tang, "Guided Image Filtering", PAMI 2013, section 3.5: one filtering is a
    step towards the closed-form matte; pixels away from the edge stay, as a trimap says. Where both
    sides have one color, such as a dark hat before a dark wall, the edge becomes a narrow one.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    mask : (H, W) float32
        Of the person, in [0, 1].
    inter_ocular : float
        px.

    Returns
    -------
    (H, W) float32
        In [0, 1].
    """
    reach = max(1, int(_FIT_BAND * inter_ocular))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    hard = cv2.compare(mask, 0.5, cv2.CMP_GT)
    sure = cv2.compare(cv2.erode(hard, kernel), cv2.dilate(hard, kernel), cv2.CMP_EQ)
    radius = max(1, round(_FIT_RADIUS * inter_ocular))
    # OpenCV's filter takes windows with small covariances for flat: it wants values up to 100
    guide = image * np.float32(100)
    guided = cv2.ximgproc.createGuidedFilter(
        guide, radius, _FIT_EPSILON, scale=0.5 if radius >= _COARSE_RADIUS else 1.0
    )
    known = hard.astype(np.float32) / 255
    matte = mask.astype(np.float32)
    for _ in range(_FIT_ROUNDS):
        filtered = guided.filter(matte)
        cv2.copyTo(known, sure, filtered)
        matte = np.where(np.isfinite(filtered), filtered, matte)
    matte = _narrowed(image, matte, hard, sure, inter_ocular)
    low, high = _FIT_RANGE
    return np.clip((matte - low) / (high - low), 0, 1)


def _narrowed(
    image: np.ndarray, matte: np.ndarray, hard: np.ndarray, sure: np.ndarray, inter_ocular: float
) -> np.ndarray:
    """Narrow the matte's edge about one half where colors do not tell the sides of `hard` apart.

    A filter that nothing guides blurs the mask, and the person has a translucent band round it.
    """
    band = np.nonzero(sure == 0)
    radius = _ALIKE_WINDOW * inter_ocular
    front, back = (_local_mean(image, side, radius, band)[0] for side in (hard, ~hard))
    contrast = ((front - back) ** 2).sum(axis=-1)
    alike = _ALIKE / (_ALIKE + contrast)
    smooth = cv2.GaussianBlur(matte, (0, 0), max(0.5, _ALIKE_BLUR * inter_ocular))[band]
    edge = matte[band] + alike * (smooth - matte[band])
    result = matte.copy()
    result[band] = 0.5 + (1 + (_NARROWER - 1) * alike) * (edge - 0.5)
    return result


def decide_edge(
    image: np.ndarray, matte: np.ndarray, inter_ocular: float, *, width: float = 1.0
) -> np.ndarray:
    """Recompute the opacity of the pixels near the matte's edge.

    In a narrow band, opacity is where the pixel's color lies on the line from the local
    background's mean to the local foreground's; where the two colors are alike, the matte stays.
    A coarse mask leaves a rim of background on the person, and this removes it.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    matte : (H, W) float32
    inter_ocular : float
        px.
    width : float
        Of the band, as a multiple of the usual .08 inter-ocular distances.

    Returns
    -------
    (H, W) float32
        In [0, 1].
    """
    reach = max(1, round(width * _BAND * inter_ocular))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    inside = cv2.erode(cv2.compare(matte, 0.95, cv2.CMP_GT), kernel)
    outside = cv2.erode(cv2.compare(matte, 0.05, cv2.CMP_LT), kernel)
    radius = max(2.0, width * _WINDOW * inter_ocular)
    # elsewhere the matte stays; the band is one pixel wider, for the blur of the trust
    band = np.nonzero(cv2.erode(inside | outside, np.ones((3, 3), np.uint8)) == 0)
    front, front_weight = _local_mean(image, inside, radius, band)
    back, back_weight = _local_mean(image, outside, radius, band)
    line = front - back
    contrast = (line * line).sum(axis=-1)
    position = ((image[band] - back) * line).sum(axis=-1) / (contrast + 1e-6)
    known = (front_weight > 0.02) & (back_weight > 0.02) & (inside[band] == outside[band])
    trust = np.zeros_like(matte)
    trust[band] = known * contrast / (contrast + np.float32(_CONTRAST))
    share = cv2.blur(trust, (3, 3))[band]
    result = matte.astype(np.float32)
    # stretched a little, so that texture on either side does not become half transparent
    result[band] += share * (np.clip((position - 0.1) / 0.75, 0, 1) - result[band])
    return result


def _local_mean(
    image: np.ndarray, mask: np.ndarray, radius: float, places: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Mean color of the masked pixels around some places, and how much of the window they fill.

    Computed on a reduced copy: means of wide windows hardly change from pixel to pixel.
    """
    height, width = mask.shape
    step = max(1, int(radius / _STEPS))
    size = (-(-width // step), -(-height // step))
    chosen = cv2.copyTo(image, mask)
    sums = cv2.resize(chosen, size, interpolation=cv2.INTER_AREA)
    counts = cv2.resize(mask, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    window = 2 * max(2, round(radius / step)) + 1
    stack = cv2.merge([*cv2.split(box_filter(sums, window)), box_filter(counts, window)])
    stack = cv2.resize(stack, (width, height), interpolation=cv2.INTER_LINEAR)[places]
    return stack[:, :3] / (stack[:, 3:] + np.float32(1e-4)), stack[:, 3]
