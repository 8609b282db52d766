"""Tone first: the look's tone curve and colors, given to the input (DESIGN 4.1, step 5)."""

from __future__ import annotations

import numpy as np

from facestyle.alignment.features import Features
from facestyle.imaging.guided_filter import guided_coefficients
from facestyle.methods.energy.levels import LEVELS
from facestyle.methods.energy.tone_curves import ToneCurves

# Share of the input's own luminance rank, beside its lightness, in where the curve is read: the
# least, and in looks that light places, where the rank tells more. The development half's mild
# looks have 31.7 dB at .25 and 31.2 at 1; its two lit looks 22.9 dB at .25 and 23.2 at 1, where
# noir keeps less of the sitters' skin (slope .69 over 12 of them; 1.06 at .25, over 15, by an
# earlier state). .5 is between; its slope was not measured
_RANK_SHARE, _RANK_SHARE_LIT = 0.25, 0.5


def tone_shift(
    features: Features, curves: ToneCurves, lit: float = 0.0, exposure: float = 1.0
) -> np.ndarray:
    """Change of Lab that gives the input the look's tone curve and colors.

    Parameters
    ----------
    features : Features
        Of the input.
    curves : ToneCurves
        Of the look.
    lit : float
        How surely the look lights places, in [0, 1].
    exposure : float
        Exponent of L beforehand, from `facestyle.methods.energy.face_exposure`.

    Returns
    -------
    (h, w, 3) float32
        On the analysis grid, Lab/100.
    """
    lightness = lightness_shift(features.lab[..., 0], features.rank, curves, lit, exposure)
    colors = curves.chroma(features.lab, features.skin) - features.lab[..., 1:]
    return np.dstack([lightness, colors]).astype(np.float32)


def lightness_shift(
    lightness: np.ndarray,
    rank: np.ndarray,
    curves: ToneCurves,
    lit: float = 0.0,
    exposure: float = 1.0,
) -> np.ndarray:
    """Change of L that gives places the look's tone curve.

    Parameters
    ----------
    lightness : (...) float32
        L/100 of the input.
    rank : (...) float32
        Luminance ranks in the person.
    curves : ToneCurves
        Of the look.
    lit : float
        How surely the look lights places, in [0, 1].
    exposure : float
        Exponent of L beforehand.

    Returns
    -------
    (...) float64
    """
    level = tone_level(lightness, rank, curves, lit, exposure)
    added = np.interp(level, LEVELS, curves.lightness)
    return np.asarray(added + (_exposed(lightness, exposure) - lightness))


def tone_level(
    lightness: np.ndarray,
    rank: np.ndarray,
    curves: ToneCurves,
    lit: float = 0.0,
    exposure: float = 1.0,
) -> np.ndarray:
    """The L at which the tone curve is read.

    Parameters
    ----------
    lightness, rank, curves, lit, exposure
        See `lightness_shift`.

    Returns
    -------
    (...) float64
    """
    ranks = np.linspace(0, 1, len(curves.ranked))
    share = _RANK_SHARE + lit * (_RANK_SHARE_LIT - _RANK_SHARE)
    ranked = np.interp(rank, ranks, curves.ranked)
    return np.asarray(
        (1 - share) * _exposed(lightness, exposure) + share * _exposed(ranked, exposure)
    )


def _exposed(lightness: np.ndarray, exposure: float) -> np.ndarray:
    """L to the power of `exposure`: black and white stay, what lies between gets lighter."""
    return lightness if exposure == 1 else np.maximum(lightness, 0) ** exposure


def smooth_shift(features: Features, shift: np.ndarray, unit: float) -> tuple[np.ndarray, ...]:
    """Fit the shift to the input's luminance, ready to be evaluated at full size.

    Parameters
    ----------
    features : Features
    shift : (h, w, 3) float32
    unit : float
        Inter-ocular distance on the analysis grid, px; the window's radius is .1 of it.

    Returns
    -------
    slope, offset : (h, w, 3) float32
        For `facestyle.imaging.guided_filter.apply_coefficients`.
    """
    return guided_coefficients(features.lab[..., 0], shift, 0.1 * unit, 1e-3, weight=features.matte)
