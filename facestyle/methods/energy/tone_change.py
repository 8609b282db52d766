"""The change of a portrait's tone, made with the light in mind that comes after it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facestyle.alignment.features import Features
from facestyle.faces import Portrait
from facestyle.imaging.pyramid import build_stack
from facestyle.methods.energy.exemplar import EnergyExemplar
from facestyle.methods.energy.lifting import kept_detail, lift_limit
from facestyle.methods.energy.likeness import Alignment
from facestyle.methods.energy.ordinary import OrdinaryFace
from facestyle.methods.energy.rendering import light_evidence, moved_residual
from facestyle.methods.energy.settings import EnergySettings
from facestyle.methods.energy.tone import smooth_shift, tone_level, tone_shift
from facestyle.selection.patch_selection import Selection


def tone_change(
    portrait: Portrait,
    features: Features,
    exemplars: Sequence[EnergyExemplar],
    alignment: Alignment,
    selection: Selection,
    settings: EnergySettings,
    ordinary: OrdinaryFace,
) -> tuple[np.ndarray, ...]:
    """Find what the look's tones change, as a function of the input's luminance at each place.

    Parameters
    ----------
    portrait : Portrait
    features : Features
        Of the portrait.
    exemplars : sequence of K EnergyExemplar
    alignment : Alignment
    selection : Selection
        Their soft weights.
    settings : EnergySettings
    ordinary : OrdinaryFace
        With the look's curves.

    Returns
    -------
    slope, offset : (h, w, 3) float32
        On the analysis grid, as of `smooth_shift`.
    """
    curves = ordinary.curves
    unit = portrait.face.inter_ocular * features.matte.shape[1] / features.shape[1]
    lit = float(light_evidence(ordinary, features, exemplars, alignment.mappings)[0])
    shift = tone_shift(features, curves, lit)
    if lit:
        stack = build_stack(features.lab + shift, features.matte, unit, energies=False)
        moved = moved_residual(
            portrait, stack, exemplars, alignment, selection, settings, 1.0, ordinary
        )
        own = np.ascontiguousarray(stack.residual[..., 0])
        lift = (moved[..., 0] - own) / lift_limit(own)
        level = tone_level(features, curves, lit)
        shift[..., 0] += kept_detail(features, level, curves, lift, unit)
    return smooth_shift(features, shift, unit)
