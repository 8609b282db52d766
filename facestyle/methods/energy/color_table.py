"""The tone part of a look as a table of colors, for programs that know lookup tables.

A table takes each color to another, wherever it stands. What depends on the place is lost: local
contrast, light that follows the face, the background, and the share of a tone's rank in the
picture (`tone._RANK_SHARE`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facestyle.imaging.color import to_lab
from facestyle.imaging.gamut import from_lab_in_gamut
from facestyle.methods.energy.exemplar import EnergyExemplar
from facestyle.methods.energy.population import population
from facestyle.methods.energy.tint import give_tint, shared_tint
from facestyle.methods.energy.tone_curves import apply_curves, estimate_curves
from facestyle.methods.energy.tones import pool_statistics


def look_table(
    exemplars: Sequence[EnergyExemplar], size: int = 33, strength: float = 1.0
) -> np.ndarray:
    """Tabulate what a look does to colors.

    Parameters
    ----------
    exemplars : sequence of EnergyExemplar
        Each counts the same.
    size : int
        Levels of each channel.
    strength : float
        From 0, no change, to 1, the full look.

    Returns
    -------
    (size, size, size, 3) float32
        sRGB in [0, 1], by red, green and blue of the input.
    """
    count = len(exemplars)
    look = pool_statistics([e.tone for e in exemplars], [1 / count] * count)
    curves = estimate_curves(look, float(count), population())
    levels = np.linspace(0, 1, size, dtype=np.float32)
    colors = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1)
    lab = to_lab(colors.reshape(1, -1, 3))
    changed = lab + np.float32(strength) * (apply_curves(lab, curves) - lab)
    tint = shared_tint(exemplars, np.full(count, 1 / count))
    if tint is not None:
        give_tint(changed, tint, strength)
    table = from_lab_in_gamut(changed).reshape(size, size, size, 3)
    return table.astype(np.float32)
