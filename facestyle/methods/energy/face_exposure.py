"""How much a dark face is exposed more, so that a contrasty look does not make it black.

A look's exposure was made for its exemplars' faces. What the tone curve does to tones as dark as
another sitter's face it does to the exemplars' hair and shadows: a dark face ends in the curve's
toe, where nobody sees eyes or mouth. A photographer opens the lens.
"""

from __future__ import annotations

import numpy as np

from facestyle.alignment.features import Features
from facestyle.methods.energy.population import population
from facestyle.methods.energy.tone import lightness_shift
from facestyle.methods.energy.tone_curves import ToneCurves
from facestyle.methods.energy.tones import BINS

# The least median L of a face is a share of what it has in the photograph: so large where that is
# at most the first, and so where it is the second. It grows with the sitter's own, so that the
# darker of two stays the darker one. By eye, of three dark sitters in noir: where faces of .32 and
# .36 were brought to .2, one half of each was still black
_OWN, _SHARES = (0.3, 0.45), (0.85, 0.7)
# ... but at least as far below that of the ordinary face in the look as this share of how far it is
# below the ordinary one in the photograph: exposed more, dark skin would be no darker than others'
_SLOPE = 0.8
_MOST = 2.5  # exponent's divisor: L of .2 becomes .53
_STEPS = 12  # of the bisection: to 1/4000 of the exponent's range
_FACE = 0.5  # share of a place that is skin of the face


def face_exposure(features: Features, curves: ToneCurves, lit: float = 0.0) -> float:
    """The exponent of L that exposes a face enough for a look.

    Parameters
    ----------
    features : Features
        Of the input.
    curves : ToneCurves
        Of the look.
    lit : float
        How surely the look lights places, in [0, 1].

    Returns
    -------
    float
        1 for a face that the look leaves light enough; less the more it is exposed.
    """
    inside = features.matte * features.skin * features.hull > _FACE
    if not inside.any():
        return 1.0
    lightness, rank = features.lab[..., 0][inside], features.rank[inside]

    def toned(exponent: float) -> float:
        shift = lightness_shift(lightness, rank, curves, lit, exponent)
        return float(np.median(lightness + shift))

    least = _least_lightness(float(np.median(lightness)), curves)
    if toned(1.0) >= least:
        return 1.0
    low, high = 1 / _MOST, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if toned(middle) >= least else (low, middle)
    return low


def _least_lightness(own: float, curves: ToneCurves) -> float:
    """The least median L of a toned face whose own is `own`."""
    usual = float(np.median(population().mean.lightness[BINS:]))
    shift = float(np.interp(usual, np.linspace(0, 1, len(curves.lightness)), curves.lightness))
    share = float(np.interp(own, _OWN, _SHARES))
    return min(share * own, usual + shift - _SLOPE * (usual - own))
