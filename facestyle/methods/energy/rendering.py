"""The Laplacian stack with the exemplars' energies and residuals, put together."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.alignment.features import Features
from facestyle.alignment.warp import resize_map, sample
from facestyle.faces import Portrait
from facestyle.imaging.guided_filter import guided_filter
from facestyle.imaging.pyramid import LaplacianStack
from facestyle.imaging.resampling import resized_maps
from facestyle.methods.energy.exemplar import (
    EnergyExemplar,
)
from facestyle.methods.energy.gain import (
    agreed_ratio,
    agreement,
    energy_ratio,
    gain_maps,
    gain_sigma,
)
from facestyle.methods.energy.lifting import lift_limit
from facestyle.methods.energy.likeness import Alignment
from facestyle.methods.energy.ordinary import OrdinaryFace
from facestyle.methods.energy.settings import EnergySettings
from facestyle.selection.patch_selection import Selection

# The tone curve has moved the person as a whole already; what is left of the exemplars' mean
# difference is mostly their own complexions. Tuning half, share 0 / .5 / .7 / .85 with residual
# .6 / .4 / .45 / .45: 22.15 / 22.57 / 22.54 / 22.53 dB, and the even looks gain most
_WHOLE_PERSON_SHARE = np.float32(0.7)
# What light lifts by more of the most that it may is more and more a shadow's, and no complexion.
# Chosen: `lifting.py` counts lifts from the second on as ones of deep shadows
_SHADOW = (0.25, 0.5)


def blended_look(
    portrait: Portrait,
    stack: LaplacianStack,
    exemplars: Sequence[EnergyExemplar],
    alignment: Alignment,
    selection: Selection,
    settings: EnergySettings,
    strength: float,
    ordinary: OrdinaryFace | None = None,
) -> tuple[list[np.ndarray], np.ndarray]:
    """Blend the exemplars' energies and residuals by their weights.

    Parameters
    ----------
    portrait : Portrait
    stack : LaplacianStack
        Of the toned portrait.
    exemplars : sequence of K EnergyExemplar
    alignment : Alignment
    selection : Selection
        Their soft weights.
    settings : EnergySettings
    strength : float
        From 0 to 1.
    ordinary : OrdinaryFace, optional
        Without one, light and details move as far as the exemplars agree, whatever they show.

    Returns
    -------
    gains : list of (h_l, w_l, 3) float32
    residual : (h, w, 3) float32
        What replaces the stack's own.
    """
    unit, mappings = portrait.face.inter_ocular, alignment.mappings
    ratios = []
    for level, own in enumerate(stack.energies):
        energies = _warp([e.stack.energies[level] for e in exemplars], exemplars, mappings, own)
        if settings.tone == "residual":
            ratios.append(
                energy_ratio(own, energies, resized_maps(selection.weights, own.shape[:2]))
            )
        else:
            evidence = None if ordinary is None else ordinary.gain_evidence(energies, level)
            sigma = 2 * gain_sigma(stack, level, unit)
            ratio = agreed_ratio(own, energies, selection.weights, sigma, alike=alignment.alike)
            ratios.append(ratio if evidence is None else ratio**evidence)
    shares = selection.shares
    resolved = shares @ np.stack([e.resolved for e in exemplars])
    gains = gain_maps(
        stack,
        ratios,
        resolved.tolist(),
        limits=settings.gain_limits,
        inter_ocular=unit,
        strength=strength,
    )
    return gains, moved_residual(
        portrait, stack, exemplars, alignment, selection, settings, strength, ordinary
    )


def moved_residual(
    portrait: Portrait,
    stack: LaplacianStack,
    exemplars: Sequence[EnergyExemplar],
    alignment: Alignment,
    selection: Selection,
    settings: EnergySettings,
    strength: float,
    ordinary: OrdinaryFace | None = None,
) -> np.ndarray:
    """Move the residual to the exemplars', as far as they agree and light may lift a shadow.

    Parameters
    ----------
    portrait : Portrait
    stack : LaplacianStack
        Of the toned portrait, at any size.
    exemplars : sequence of K EnergyExemplar
    alignment : Alignment
    selection : Selection
    settings : EnergySettings
    strength : float
        From 0 to 1.
    ordinary : OrdinaryFace, optional

    Returns
    -------
    (h, w, 3) float32
    """
    own, mappings = stack.residual, alignment.mappings
    residuals = _warp([e.stack.residual for e in exemplars], exemplars, mappings, own)

    def moved(light: np.ndarray, surely: float | np.ndarray) -> np.ndarray:
        return _mix_residual(
            portrait, light, residuals, selection, settings, strength * surely, alignment.alike
        )

    if ordinary is None:
        return moved(own, 1)
    surely = ordinary.residual_evidence(residuals)
    result = moved(own, surely)
    if surely[0]:
        usual = ordinary.light(own.shape[:2])
        usually = moved(usual, surely) - usual
        result[..., 0] = _as_on_ordinary_skin(own, result, usually, ordinary)
    return result


def _as_on_ordinary_skin(
    own: np.ndarray, moved: np.ndarray, usually: np.ndarray, ordinary: OrdinaryFace
) -> np.ndarray:
    """L of a moved residual, with the skin's mean changed as `usually` an ordinary face's is.

    The exemplars' complexion is not the sitter's. Skin's slope, output on input, of 14 sitters in
    noir, warm, high key and faded film was .63 .43 .46 .39, and is .76 .56 .52 .52; of development
    sitters in two lit looks .65 and .64, in the truth 1.06 and .99; before shadows were left out of
    it .85 and .91, for 20.20 dB instead of 20.50.
    """
    change, limit = (moved - own)[..., 0], lift_limit(own[..., 0])
    lit = np.interp(change / limit, _SHADOW, (1, 0)).astype(np.float32)
    change += ordinary.evenly_on_skin(usually[..., 0] - change, lit)
    return np.asarray(own[..., 0] + np.minimum(change, limit))


def light_evidence(
    ordinary: OrdinaryFace,
    features: Features,
    exemplars: Sequence[EnergyExemplar],
    mappings: Sequence[np.ndarray],
) -> np.ndarray:
    """How surely the look lights places of the face, before anything is toned.

    Parameters
    ----------
    ordinary : OrdinaryFace
    features : Features
        Of the input.
    exemplars : sequence of K EnergyExemplar
    mappings : sequence of K (h, w, 2) float32
        Each exemplar's alignment.

    Returns
    -------
    (3,) float32
        In [0, 1], for L, a and b.
    """
    grid = features.patches.matte
    residuals = _warp([e.stack.residual for e in exemplars], exemplars, mappings, grid)
    return ordinary.residual_evidence(residuals)


def _warp(
    values: Sequence[np.ndarray],
    exemplars: Sequence[EnergyExemplar],
    mappings: Sequence[np.ndarray],
    like: np.ndarray,
) -> np.ndarray:
    """Maps of all exemplars, warped to the grid of `like`: (K, h, w, 3) float32."""
    height, width = like.shape[:2]
    warped = np.empty((len(values), height, width, 3), np.float32)
    for index, (value, exemplar) in enumerate(zip(values, exemplars, strict=True)):
        mapping = resize_map(mappings[index], height, width)
        warped[index] = sample(value, mapping, exemplar.features.shape)
    return warped


def _mean_difference(portrait: Portrait, own: np.ndarray, exemplars: np.ndarray) -> np.ndarray:
    """How the exemplars differ from the input over the person as a whole, (K, 1, 1, 3) float32."""
    height, width = own.shape[:2]
    matte = cv2.resize(portrait.matte, (width, height), interpolation=cv2.INTER_AREA)
    sums = np.einsum("hw,khwc->kc", matte, exemplars - own)
    return np.asarray(sums / (matte.sum() + 1e-6), np.float32)[:, None, None]


def _mix_residual(
    portrait: Portrait,
    own: np.ndarray,
    exemplars: np.ndarray,
    selection: Selection,
    settings: EnergySettings,
    strength: float | np.ndarray,
    alike: np.ndarray | None,
) -> np.ndarray:
    """Move the residual towards the exemplars': all the way, or as far as they agree."""
    weights = resized_maps(selection.weights, own.shape[:2])
    if settings.tone == "residual":
        blended = np.einsum("khw,khwc->hwc", weights, exemplars, optimize=True)
        return own + np.float32(strength * settings.residual) * (blended - own)
    exemplars = exemplars - _WHOLE_PERSON_SHARE * _mean_difference(portrait, own, exemplars)
    known = np.ones((*own.shape[:2], 1), np.float32)  # share of what the exemplars tell of a place
    if alike is not None:
        places = resized_maps(alike, own.shape[:2])
        weights *= places
        known = weights.sum(axis=0)[..., None]
        weights /= known[..., 0] + np.float32(1e-3)
        exemplars = own + places[..., None] * (exemplars - own)
    blended = np.einsum("khw,khwc->hwc", weights, exemplars, optimize=True)
    unit = portrait.face.inter_ocular * own.shape[1] / portrait.matte.shape[1]
    guide = np.ascontiguousarray(own[..., 0])
    fitted = guided_filter(guide, blended, 0.5 * unit, 1e-2)
    share: np.ndarray | float = 0.5
    if len(exemplars) > 1:
        share = agreement(exemplars - own, 0.25 * unit, 1e-5)
    change = np.float32(strength * settings.residual) * known * share * (fitted - own)
    change[..., 0] = np.minimum(change[..., 0], lift_limit(own[..., 0]))
    return own + change
