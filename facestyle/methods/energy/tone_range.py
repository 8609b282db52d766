"""Lights and darks keep their folds and modeling, as on the shoulder and toe of photographic paper.

A look that makes light tones lighter, or dark ones darker, by its curve, its light or its contrast,
drives some of them beyond white, or below black. Cut off there, a hand or a shirt is one white
patch, and the shaded half of a face a black one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from facestyle.row_bands import row_bands

# L from which tones give way. By eye (noir, an arm, a shirt): .8 still loses most of an arm's
# modeling. Development half, 8 sitters, .7 / .8 / none: 27.89 / 27.92 / 27.92 dB
_KNEE = 0.75
# L up to which tones give way to what is darker than black. By eye (a low-key look, three sitters):
# at .12 irises and black hair turn gray. Development half, eight looks, .12 / .06: 23.72 / 23.73 dB
_TOE = 0.06
# percentiles of the person's L that become black and white: beyond them lie catchlights and noise
_DARKEST, _LIGHTEST = 1.0, 99.0
_SAMPLES = 2**18  # pixels that they are told from


@dataclass(frozen=True)
class ToneRange:
    """The L/100 that become black and white.

    Attributes
    ----------
    darkest, lightest : float
        0 and 1 where nothing needs to give way.
    """

    darkest: float = 0.0
    lightest: float = 1.0

    def mixed(self, other: ToneRange, share: float) -> ToneRange:
        """The range between two, `share` of the way to the other one."""
        return ToneRange(
            self.darkest + share * (other.darkest - self.darkest),
            self.lightest + share * (other.lightest - self.lightest),
        )


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
    bent = _bent((lightness - _KNEE) / room, (lightest - _KNEE) / room)
    return np.asarray(np.minimum(lightness, _KNEE) + room * bent)


def toe(lightness: np.ndarray, darkest: float) -> np.ndarray:
    """Bring tones that are darker than black above it, in their order: `shoulder` upside down.

    Parameters
    ----------
    lightness : (...) float
        L/100.
    darkest : float
        L/100 that becomes black; tones down to black stay as they are where it is 0 or more.

    Returns
    -------
    (...) float
        In the type of `lightness`, at least 0.
    """
    if darkest >= 0:
        return np.asarray(np.maximum(lightness, 0))
    bent = _bent((_TOE - lightness) / _TOE, (_TOE - darkest) / _TOE)
    return np.asarray(np.maximum(lightness, _TOE) - _TOE * bent)


def _bent(beyond: np.ndarray, most: float) -> np.ndarray:
    """Reinhard's curve of distances beyond a knee: 1 where they are largest."""
    beyond = np.clip(beyond, 0, most)
    return np.asarray(beyond * (1 + beyond / most**2) / (1 + beyond))


def tone_range(lab: np.ndarray, matte: np.ndarray) -> ToneRange:
    """The darkest and the lightest hundredth of a person.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab/100.
    matte : (H, W) float32

    Returns
    -------
    ToneRange
        0 and 1 where nobody is.
    """
    step = max(1, math.isqrt(matte.size // _SAMPLES))
    inside = lab[::step, ::step, 0][matte[::step, ::step] > 0.5]
    if not inside.size:
        return ToneRange()
    return ToneRange(*np.percentile(inside, [_DARKEST, _LIGHTEST]).tolist())


def bend_tones(lab: np.ndarray, tones: ToneRange) -> None:
    """Apply toe and shoulder to a picture, in place.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab/100.
    tones : ToneRange
        From `tone_range`; nothing happens where they are within black and white.
    """
    if tones.darkest >= 0 and tones.lightest <= 1:
        return
    for rows in row_bands(*lab.shape[:2]):
        lightness = lab[rows, :, 0]
        if tones.lightest > 1:
            lightness = shoulder(lightness, tones.lightest)
        if tones.darkest < 0:
            lightness = toe(lightness, tones.darkest)
        lab[rows, :, 0] = lightness
