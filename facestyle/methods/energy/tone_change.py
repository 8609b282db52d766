"""The change of a portrait's tone, made with the light in mind that comes after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.alignment.features import Features
from facestyle.faces import Portrait
from facestyle.frozen import FrozenRecord
from facestyle.imaging.pyramid import build_stack
from facestyle.imaging.resampling import resized_window
from facestyle.methods.energy.exemplar import EnergyExemplar
from facestyle.methods.energy.face_exposure import face_exposure
from facestyle.methods.energy.lifting import kept_detail, lift_limit
from facestyle.methods.energy.likeness import Alignment
from facestyle.methods.energy.ordinary import OrdinaryFace
from facestyle.methods.energy.rendering import light_evidence, moved_residual
from facestyle.methods.energy.settings import EnergySettings
from facestyle.methods.energy.tone import smooth_shift, tone_level, tone_shift
from facestyle.methods.energy.tone_curves import saturation_change
from facestyle.row_bands import row_bands
from facestyle.selection.patch_selection import Selection


@dataclass(frozen=True)
class ToneChange(FrozenRecord):
    """What a look's tones change, as a function of a picture's own colors at each place.

    Saturation follows each pixel's own color. Smoothed like the rest, over a tenth of the distance
    of the eyes, what it takes from skin was taken from eyes and teeth, which turned blue.

    Attributes
    ----------
    slope, offset : (h, w, 3) float32
        slope * L + offset is added to Lab/100; on the analysis grid or a coarser one.
    saturation : (2, 101) float64
        a and b are multiplied by this, which is a curve over L.
    """

    slope: np.ndarray
    offset: np.ndarray
    saturation: np.ndarray

    def times(self, strength: float) -> ToneChange:
        """A share of the change; as it is at 1."""
        factor = np.float32(strength)
        weaker = 1 + strength * (self.saturation - 1)
        return ToneChange(factor * self.slope, factor * self.offset, weaker)

    def add_to(self, lab: np.ndarray) -> None:
        """Give a picture the change, on its own colors, in place.

        Parameters
        ----------
        lab : (H, W, 3) float32
            Lab/100.
        """
        height, width = lab.shape[:2]
        across = slice(0, width)
        for rows in row_bands(height, width):
            own = lab[rows]
            added = resized_window(self.slope, (height, width), rows, across)
            lightness = np.ascontiguousarray(own[..., 0])
            cv2.multiply(added, cv2.cvtColor(lightness, cv2.COLOR_GRAY2RGB), dst=added)
            added += resized_window(self.offset, (height, width), rows, across)
            added += saturation_change(own, self.saturation)
            own += added


def tone_change(
    portrait: Portrait,
    features: Features,
    exemplars: Sequence[EnergyExemplar],
    alignment: Alignment,
    selection: Selection,
    settings: EnergySettings,
    ordinary: OrdinaryFace,
) -> ToneChange:
    """Find what the look's tones change.

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
    ToneChange
        On the analysis grid.
    """
    curves = ordinary.curves
    unit = portrait.face.inter_ocular * features.matte.shape[1] / features.shape[1]
    lit = float(light_evidence(ordinary, features, exemplars, alignment.mappings)[0])
    exposure = face_exposure(features, curves, lit)
    shift = tone_shift(features, curves, lit, exposure)
    if lit:
        stack = build_stack(features.lab + shift, features.matte, unit, energies=False)
        moved = moved_residual(
            portrait, stack, exemplars, alignment, selection, settings, 1.0, ordinary
        )
        own = np.ascontiguousarray(stack.residual[..., 0])
        lift = (moved[..., 0] - own) / lift_limit(own)
        level = tone_level(features.lab[..., 0], features.rank, curves, lit, exposure)
        shift[..., 0] += kept_detail(features, level, curves, lift, unit)
    shift -= saturation_change(features.lab, curves.saturation)
    slope, offset = smooth_shift(features, shift, unit)
    return ToneChange(slope, offset, curves.saturation)
