"""What a look's light may do to a deep shadow, and how the shadow keeps its features meanwhile.

The residual brings a shaded half of a face to the exemplars' lightness. Nothing of the kind was in
the picture: the tone curve has made the shadow black before, and a black place that is lifted by
much is a gray one without an eye. So light multiplies, it does not fill; and where it lifts much,
tones are not flattened before.
"""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.alignment.features import Features
from facestyle.imaging.pyramid import LEVELS as BANDS
from facestyle.imaging.pyramid import gaussian_blur, level_sigma
from facestyle.methods.energy.levels import LEVELS
from facestyle.methods.energy.tone_curves import ToneCurves

# (L + .16) / 1.16 is the cube root of luminance (CIE 1976)
_BLACK = np.float32(0.16)
# Most that light adds, as a share of L + .16: 1 is eight times the luminance. Development half,
# bwdodge, lowkey and window: within .01 dB of no limit, and .4 and .7 of 1; by eye, on two faces in
# shade of neither half, 1 shows most of them
_MOST_LIFT = np.float32(1.0)
# Share of that limit from which tones keep their contrast; they keep all of it at the limit.
# Chosen: lifts that take less than this leave a picture as it is, bit by bit
_BEGINS = np.float32(0.5)


def lift_limit(own: np.ndarray) -> np.ndarray:
    """Most that light may add to a place's L.

    Parameters
    ----------
    own : (h, w) float32
        The toned input's low-pass L/100.

    Returns
    -------
    (h, w) float32
    """
    # what lies below black is brought to black first
    return np.asarray(_MOST_LIFT * (np.maximum(own, 0) + _BLACK) + np.maximum(-own, 0))


def kept_detail(
    features: Features,
    level: np.ndarray,
    curves: ToneCurves,
    lift: np.ndarray,
    unit: float,
) -> np.ndarray:
    """What toned L lacks of the input's own detail where light lifts a deep shadow.

    Parameters
    ----------
    features : Features
        Of the input.
    level : (h, w) float64
        The L at which the tone curve is read.
    curves : ToneCurves
    lift : (h', w') float32
        What light adds, as a share of `lift_limit`.
    unit : float
        Inter-ocular distance on the analysis grid, px.

    Returns
    -------
    (h, w) float32
        0 where nothing is lifted much. Low frequencies are left out: those are the light's.
    """
    # what the curve falls behind one that is nowhere flatter than the input
    flatter = np.maximum(-np.diff(curves.lightness), 0)
    behind = np.interp(level, LEVELS, np.concatenate([[0], np.cumsum(flatter)]))
    behind = behind.astype(np.float32)
    sigma = level_sigma(BANDS - 1, unit)  # of the residual
    low = gaussian_blur(behind * features.matte, sigma)
    low /= gaussian_blur(features.matte, sigma) + np.float32(1e-4)
    height, width = level.shape
    lifted = cv2.resize(lift, (width, height), interpolation=cv2.INTER_LINEAR)
    # low frequencies go first: the edge of what is lifted would show in them
    return np.clip((lifted - _BEGINS) / (1 - _BEGINS), 0, 1) * (behind - low)
