"""The color that looks of one ink, black and white among them, have at each lightness."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facestyle.methods.energy.exemplar import EnergyExemplar
from facestyle.methods.energy.ink import color_curve
from facestyle.methods.energy.levels import LEVELS, chroma_at, stepped
from facestyle.row_bands import row_bands

# Share of the exemplars that must be of one ink. Not measured: a plate with stains or a print
# with a colored stamp must not give all results the sitters' colors
_NEARLY_ALL = 0.8


def shared_tint(exemplars: Sequence[EnergyExemplar], shares: np.ndarray) -> np.ndarray | None:
    """The exemplars' mean color by lightness, where nearly all are of one ink.

    Parameters
    ----------
    exemplars : sequence of K EnergyExemplar
    shares : (K,) float
        How much each is used.

    Returns
    -------
    (2, 101) float64 or None
        a and b at `LEVELS`, all 0 where the exemplars are black and white. None: they have colors.
    """
    if all(e.gray for e in exemplars):
        return np.zeros((2, len(LEVELS)))
    inked = np.array([e.gray or e.ink.is_one for e in exemplars])
    if inked.mean() < _NEARLY_ALL:
        return None
    weights = np.where(inked, shares, 0.0)
    if not weights.any():  # a colored one alone is used
        weights = inked.astype(np.float64)
    sums = np.average([e.ink.sums for e in exemplars], axis=0, weights=weights)
    return color_curve(sums, LEVELS)


def give_tint(lab: np.ndarray, tint: np.ndarray, strength: float) -> None:
    """Replace colors by those that a tint has at their lightness, in place.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab/100.
    tint : (2, 101) float64
        From `shared_tint`.
    strength : float
        From 0 to 1, all; more counts as 1.
    """
    share = min(strength, 1.0)
    lab[..., 1:] *= np.float32(1 - share)
    if not tint.any():
        return
    curves = [share * stepped(curve) for curve in tint]
    for rows in row_bands(*lab.shape[:2]):
        own = lab[rows]
        own += chroma_at(curves, own[..., 0])
