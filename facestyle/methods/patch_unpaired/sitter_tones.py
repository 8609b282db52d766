"""The sitter's own skin and hair: how far a portrait is lighter or darker than most stays drawn.

Matching a portrait's quantiles to the exemplars' gives everyone the skin of the exemplars' sitters.
An artist draws a dark skin darker with the same pencil: the exemplars' tones are taken for those
of a usual sitter, and the portrait's offset from the usual is kept, inside the medium's own range
from its darkest stroke to its paper.
"""

from __future__ import annotations

import numpy as np

# Luminance (L of 1) at 41 quantiles from .5 to 99.5 % of face and hair, blurred and its lighting
# flattened as in `tone.py`: the mean over 25 ordinary photographs of people, the development
# half of `benchmarks/splits.py`. Every fifth of the 41 is given, the rest lies between.
_AT = np.arange(0, 41, 4)
_USUAL = {
    0: (0.225, 0.409, 0.474, 0.515, 0.550, 0.580, 0.607, 0.633, 0.658, 0.683, 0.731),
    1: (0.049, 0.096, 0.122, 0.145, 0.170, 0.196, 0.226, 0.263, 0.319, 0.402, 0.593),
}
# share of the offset that is kept for face and hair
_KEPT = {0: 1.0, 1: 0.6}
# how sharply offsets end at the medium's limits: 1 bends early, infinity clips
_KNEE = 3.0


def sitters_tones(
    own: np.ndarray, wanted: np.ndarray, group: int, limits: tuple[float, float]
) -> np.ndarray:
    """Move the exemplars' tones by what the sitter's differ from the usual.

    Parameters
    ----------
    own : (41,) float64
        Quantiles of the portrait's luminance in one group.
    wanted : (41,) float64
        The exemplars' quantiles.
    group : int
        0 face, 1 hair; others are returned as they are wanted.
    limits : (float, float)
        The medium's darkest and lightest tones.

    Returns
    -------
    (41,) float64
        Not falling, within the limits where the wanted ones are.
    """
    if group not in _USUAL:
        return wanted
    usual = np.interp(np.arange(len(own)), _AT, _USUAL[group])
    offset = _KEPT[group] * (own - usual)
    room = np.where(offset < 0, wanted - limits[0], limits[1] - wanted)
    room = np.maximum(room, 1e-3)
    offset = offset / (1 + (np.abs(offset) / room) ** _KNEE) ** (1 / _KNEE)
    return np.maximum.accumulate(wanted + offset)
