"""Energy mode: photographic looks by local energy transfer (Shih et al. 2014, Song et al. 2017).

Two variants. `tone="residual"` is the papers': the exemplars' Laplacian energies and their
residual replace the input's. `tone="first"` (default) applies the look's tone curve and colors
before, so that the energies only have to correct what remains; it measured best (DESIGN 4.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from facestyle.alignment.features import Features, analyze
from facestyle.alignment.warp import align_exemplar
from facestyle.faces import Portrait
from facestyle.frozen import FrozenRecord
from facestyle.imaging.gamut import from_lab_in_gamut
from facestyle.imaging.pyramid import build_stack, collapse_stack
from facestyle.methods.energy.exemplar import (
    EnergyExemplar,
    foreground_lab,
    prepare_exemplar,
    reduce_portrait,
)
from facestyle.methods.energy.likeness import Alignment, likeness
from facestyle.methods.energy.ordinary import ordinary_face
from facestyle.methods.energy.population import population
from facestyle.methods.energy.rendering import blended_look
from facestyle.methods.energy.settings import EnergySettings
from facestyle.methods.energy.tint import give_tint, shared_tint
from facestyle.methods.energy.tone_change import tone_change
from facestyle.methods.energy.tone_curves import ToneCurves, estimate_curves
from facestyle.methods.energy.tone_range import bend_tones, tone_range
from facestyle.methods.energy.tones import pool_statistics, tone_statistics
from facestyle.selection.patch_selection import Selection, select_exemplars, unary_term
from facestyle.selection.seams import filter_output, filter_weights
from facestyle.spare_memory import give_back
from facestyle.stopwatch import Stopwatch

__all__ = [
    "EnergyExemplar",
    "EnergySettings",
    "EnergyTransfer",
    "blended_look",
    "foreground_lab",
    "prepare_exemplar",
    "reduce_portrait",
    "transfer_look",
]


@dataclass(frozen=True)
class EnergyTransfer(FrozenRecord):
    """The person in the look, with what explains it.

    Attributes
    ----------
    foreground : (H, W, 3) float32
        sRGB; valid where the matte is above 0.
    selection : Selection
    mappings : tuple of (h, w, 2) float32
        Each exemplar's alignment, on the analysis grid.
    gains : list of (h_l, w_l, 3) float32
    timings : dict of str to float
        Seconds of each stage.
    """

    foreground: np.ndarray
    selection: Selection
    mappings: tuple[np.ndarray, ...]
    gains: list[np.ndarray]
    timings: dict[str, float]


def transfer_look(
    portrait: Portrait,
    exemplars: Sequence[EnergyExemplar],
    *,
    settings: EnergySettings | None = None,
    strength: float = 1.0,
    lab: np.ndarray | None = None,
) -> EnergyTransfer:
    """Give a portrait's person the exemplars' photographic look.

    Parameters
    ----------
    portrait : Portrait
    exemplars : sequence of EnergyExemplar
        At least one.
    settings : EnergySettings, optional
    strength : float
        0 leaves the person unchanged, 1 is the full look.
    lab : (H, W, 3) float32, optional
        The person's estimated colors, Lab/100, where they are known already. The foreground
        takes its memory: a large picture is not held more often than need be.

    Returns
    -------
    EnergyTransfer
    """
    settings = settings or EnergySettings()
    watch = Stopwatch()
    lab = foreground_lab(portrait) if lab is None else lab
    features = analyze(portrait, lab)
    watch.lap("features")
    mappings = tuple(
        align_exemplar(portrait, e.portrait, features, e.features, dense=settings.dense)
        for e in exemplars
    )
    watch.lap("align")
    selection = label_patches(portrait, features, exemplars, mappings, settings)
    watch.lap("mrf")
    filtered = settings.seams == "output" and settings.tone == "residual"
    guide = np.ascontiguousarray(lab[..., 0]) if filtered else None
    ordinary, alignment = None, Alignment(mappings)
    if settings.tone == "first":
        ordinary = ordinary_face(portrait, features, look_curves(exemplars, selection, features))
        alignment = Alignment(mappings, likeness(features, exemplars, mappings))
        change = tone_change(
            portrait, features, exemplars, alignment, selection, settings, ordinary
        )
        change.times(strength).add_to(lab)
        watch.lap("tone")
    give_back(portrait.matte.size)
    stack = build_stack(lab, portrait.matte, portrait.face.inter_ocular, in_place=True)
    give_back(portrait.matte.size)
    watch.lap("stack")
    gains, residual = blended_look(
        portrait, stack, exemplars, alignment, selection, settings, strength, ordinary
    )
    result = collapse_stack(stack, gains, residual, out=lab)
    if settings.tone == "first":
        bend_tones(result, tone_range(result, portrait.matte))
    if guide is not None:  # Song et al. filter the output along the input's edges
        result = filter_output(result, guide, portrait.face.inter_ocular)
    tint = shared_tint(exemplars, selection.shares)
    if tint is not None:
        give_tint(result, tint, strength)
    watch.lap("blend")
    rgb = from_lab_in_gamut(result, out=result)
    watch.lap("color")
    return EnergyTransfer(rgb, selection, mappings, gains, watch.laps)


def label_patches(
    portrait: Portrait,
    features: Features,
    exemplars: Sequence[EnergyExemplar],
    mappings: Sequence[np.ndarray],
    settings: EnergySettings,
    surcharge: np.ndarray | None = None,
) -> Selection:
    """Label the patches, and smooth the label weights unless the output will be smoothed.

    Parameters
    ----------
    portrait : Portrait
    features : Features
        Of the portrait.
    exemplars : sequence of EnergyExemplar
    mappings : sequence of (h, w, 2) float32
        Each exemplar's alignment.
    settings : EnergySettings
    surcharge : (K, h, w) float32, optional
        Added to the costs on the patch grid, such as for leaving the previous frame's labels.
    """
    target = features.patches
    costs = [
        unary_term(target, e.features.patches, mapping, e.features.shape)
        for e, mapping in zip(exemplars, mappings, strict=True)
    ]
    if surcharge is not None:
        costs = [cost + more for cost, more in zip(costs, surcharge, strict=True)]
    height, width = target.matte.shape
    guide = cv2.resize(features.lab[..., 0], (width, height), interpolation=cv2.INTER_AREA)
    selection = select_exemplars(
        costs,
        target.matte,
        guide,
        smoothness=settings.smoothness,
        temperature=settings.temperature,
        solver=settings.solver,
    )
    weights = selection.weights
    if settings.combine == "single":
        return _single(selection)
    if settings.combine == "mean":
        weights = np.full_like(weights, 1 / len(weights))
    elif settings.seams == "weights":
        unit = portrait.face.inter_ocular * width / features.shape[1]
        return replace(selection, weights=filter_weights(weights, guide, unit), unfiltered=weights)
    return replace(selection, weights=weights)


def _single(selection: Selection) -> Selection:
    """The one exemplar that costs least in all, everywhere (Shih et al. 2014, section 5)."""
    best = int(np.argmin(selection.costs))
    weights = np.zeros_like(selection.weights)
    weights[best] = 1
    labels = np.full_like(selection.labels, best)
    return Selection(labels, weights, selection.costs, selection.energy)


def look_curves(
    exemplars: Sequence[EnergyExemplar], selection: Selection, features: Features
) -> ToneCurves:
    """Tone curve and colors of the look, weighted by how much each exemplar is used.

    Parameters
    ----------
    exemplars : sequence of EnergyExemplar
    selection : Selection
    features : Features
        Of the portrait.
    """
    shares = selection.weights.mean(axis=(1, 2), dtype=np.float64)
    look = pool_statistics([e.tone for e in exemplars], shares.tolist())
    count = shares.sum() ** 2 / np.square(shares).sum()  # Kish's effective sample size
    return estimate_curves(look, float(count), population(), tone_statistics(features))
