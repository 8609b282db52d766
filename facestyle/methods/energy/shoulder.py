"""Highlights keep their folds and modeling below white, as on the shoulder of photographic paper.

A look that makes light tones lighter, by its curve, its light or its contrast, drives some of them
beyond white. Cut off there, a hand or a shirt is one white patch.
"""

from __future__ import annotations

import math

import numpy as np

from facestyle.row_bands import row_bands

# L from which tones give way. By eye (noir, an arm, a shirt): .8 still loses most of an arm's
# modeling. Development half, 8 sitters, .7 / .8 / none: 27.89 / 27.92 / 27.92 dB
_KNEE = 0.75
# percentile of the person's L that becomes white: what is lighter is catchlights
_LIGHTEST = 99.0
_SAMPLES = 2**18  # pixels that it is told from


def shoulder(lightness: np.ndarray, lightest: float) -> np.ndarray:
    """Bring tones that are lighter than white below it, in their order.

    The extended curve of Reinhard et al. 2002 (Photographic tone reproduction, equation 4) above a
    knee: its slope is 1 there, and what was lightest is white.

    Parameters
    ----------
    lightness : (...) float
        L/100.
    lightest : float
        L/100 that becomes white; tones up to white stay as they are where it is 1 or less.

    Returns
    -------
    (...) float
        In the type of `lightness`, at most 1.
    """
    if lightest <= 1:
        return np.asarray(np.minimum(lightness, 1))
    room = 1 - _KNEE
    most = (lightest - _KNEE) / room
    above = np.clip((lightness - _KNEE) / room, 0, most)
    bent = above * (1 + above / most**2) / (1 + above)
    return np.asarray(np.minimum(lightness, _KNEE) + room * bent)


def lightest_tone(lab: np.ndarray, matte: np.ndarray) -> float:
    """L/100 of the lightest hundredth of a person.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab/100.
    matte : (H, W) float32

    Returns
    -------
    float
        1 where nobody is.
    """
    step = max(1, math.isqrt(matte.size // _SAMPLES))
    inside = lab[::step, ::step, 0][matte[::step, ::step] > 0.5]
    return float(np.percentile(inside, _LIGHTEST)) if inside.size else 1.0


def bend_highlights(lab: np.ndarray, lightest: float) -> None:
    """Apply the shoulder to a picture, in place.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab/100.
    lightest : float
        From `lightest_tone`; nothing happens where it is 1 or less.
    """
    if lightest <= 1:
        return
    for rows in row_bands(*lab.shape[:2]):
        lab[rows, :, 0] = shoulder(lab[rows, :, 0], lightest)
