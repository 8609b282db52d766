"""Energy mode: photographic looks by local energy transfer (Shih et al. 2014, Song et al. 2017).

Two variants. `tone="residual"` is the papers': the exemplars' Laplacian energies and their
residual replace the input's. `tone="first"` (default) applies the look's tone curve and colours
before, so that the energies only have to correct what remains; it measured best (DESIGN 4.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.alignment import align_exemplar, resize_map, sample
from facestyle.color import from_lab, to_lab
from facestyle.errors import UsageError
from facestyle.faces import Portrait
from facestyle.features import Features, analyse
from facestyle.guided_filter import apply_coefficients, guided_filter, resize_channels
from facestyle.pyramid import LaplacianStack, build_stack, collapse_stack
from facestyle.seams import filter_output, filter_weights
from facestyle.selection import Selection, select_exemplars, unary_term
from facestyle.stopwatch import Stopwatch
from facestyle.transfer.foreground import separate_layers
from facestyle.transfer.gain import (
    agreed_ratio,
    agreement,
    energy_ratio,
    gain_maps,
    gain_sigma,
    resolved_bands,
)
from facestyle.transfer.tone import (
    ToneStatistics,
    persistence_among,
    pool_statistics,
    smooth_shift,
    tone_shift,
    tone_statistics,
)

# exemplars are analysed at no more than this inter-ocular distance: the finest band holds it all
_EXEMPLAR_INTER_OCULAR = 256.0
# The tone curve has moved the person as a whole already; what is left of the exemplars' mean
# difference is mostly their own complexions. Tuning half, share 0 / .5 / .7 / .85 with residual
# .6 / .4 / .45 / .45: 22.15 / 22.57 / 22.54 / 22.53 dB, and the even looks gain most
_WHOLE_PERSON_SHARE = np.float32(0.7)
# chroma below which an exemplar counts as black and white (Lab/100)
_GREY_CHROMA = 0.015


@dataclass(frozen=True)
class EnergySettings:
    """What can be chosen in energy mode; the defaults measured best.

    Attributes
    ----------
    tone : {"first", "residual"}
        Our variant or the papers'.
    seams : {"weights", "output", "none"}
        What the guided filter smooths.
    combine : {"mrf", "mean"}
        Choose exemplars by the Markov random field, or average them all.
    residual : float
        How far the low-pass residual moves at most to the exemplars', in [0, 1]; with
        tone="first" it moves as far as they agree.
    gain_limits : (float, float)
        Least and largest luminance gain.
    smoothness, temperature : float
        Of the Markov random field; see `facestyle.selection`.
    dense : bool
        Refine the alignment by optical flow.
    solver : {"auto", "numba", "gco"}
    """

    tone: str = "first"
    seams: str = "weights"
    combine: str = "mrf"
    residual: float = 0.45
    gain_limits: tuple[float, float] = (0.5, 1.7)
    smoothness: float = 0.1
    temperature: float = 0.1
    dense: bool = True
    solver: str = "auto"

    def __post_init__(self) -> None:
        for name, allowed in (
            ("tone", ("first", "residual")),
            ("seams", ("weights", "output", "none")),
            ("combine", ("mrf", "mean")),
        ):
            if getattr(self, name) not in allowed:
                raise UsageError(
                    f"{name}: found '{getattr(self, name)}', expected one of {', '.join(allowed)}"
                )


# Song et al. 2017 as published: hard labels, residual copied, Shih's gain limits
FAITHFUL = EnergySettings(
    tone="residual", seams="output", residual=1.0, gain_limits=(0.9, 2.8), temperature=0.0
)


@dataclass(frozen=True)
class EnergyExemplar:
    """An exemplar with everything that does not depend on the input.

    Attributes
    ----------
    portrait : Portrait
        Reduced to an inter-ocular distance of 256 px at most.
    features : Features
    stack : LaplacianStack
        With its bands left out; only the energies and the residual are transferred.
    resolved : (levels,) float64
        Which bands its pixels can hold.
    tone : ToneStatistics
    """

    portrait: Portrait
    features: Features
    stack: LaplacianStack
    resolved: np.ndarray
    tone: ToneStatistics

    @property
    def grey(self) -> bool:
        """Whether the exemplar is black and white."""
        chroma = np.abs(self.features.lab[..., 1:]).mean(axis=-1)
        return float((chroma * self.features.matte).sum()) < _GREY_CHROMA * float(
            self.features.matte.sum()
        )


@dataclass(frozen=True)
class EnergyTransfer:
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


def prepare_exemplar(portrait: Portrait) -> EnergyExemplar:
    """Analyse an exemplar once, for any number of inputs."""
    portrait = reduce_portrait(portrait, _EXEMPLAR_INTER_OCULAR)
    lab = foreground_lab(portrait)
    features = analyse(portrait, lab)
    stack = build_stack(lab, portrait.matte, portrait.face.inter_ocular)
    light = LaplacianStack((), stack.energies, stack.residual, stack.sigmas)
    return EnergyExemplar(
        portrait, features, light, resolved_bands(stack), tone_statistics(features)
    )


def reduce_portrait(portrait: Portrait, inter_ocular: float) -> Portrait:
    """Shrink a portrait whose face is larger than `inter_ocular` px between the eyes."""
    factor = inter_ocular / portrait.face.inter_ocular
    if factor >= 1:
        return portrait
    height, width = portrait.matte.shape
    size = (round(width * factor), round(height * factor))
    return Portrait(
        cv2.resize(portrait.image, size, interpolation=cv2.INTER_AREA),
        portrait.face.scaled(factor),
        cv2.resize(portrait.matte, size, interpolation=cv2.INTER_AREA),
        portrait.name,
    )


def foreground_lab(portrait: Portrait) -> np.ndarray:
    """Lab/100 of the person's own colours, free of what shines through at the matte's edge."""
    foreground, _ = separate_layers(portrait.image, portrait.matte, portrait.face.inter_ocular)
    person = portrait.matte[..., None] > 0.01
    return to_lab(np.where(person, foreground, portrait.image))


def transfer(
    portrait: Portrait,
    exemplars: Sequence[EnergyExemplar],
    *,
    settings: EnergySettings | None = None,
    strength: float = 1.0,
    foreground: np.ndarray | None = None,
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
    foreground : (H, W, 3) float32, optional
        The person's estimated colours, where they are known already.

    Returns
    -------
    EnergyTransfer
    """
    settings = settings or EnergySettings()
    watch = Stopwatch()
    lab = foreground_lab(portrait) if foreground is None else to_lab(foreground)
    features = analyse(portrait, lab)
    watch.lap("features")
    mappings = tuple(
        align_exemplar(portrait, e.portrait, features, e.features, dense=settings.dense)
        for e in exemplars
    )
    watch.lap("align")
    selection = label_patches(portrait, features, exemplars, mappings, settings)
    watch.lap("mrf")
    toned = lab
    if settings.tone == "first":
        unit = portrait.face.inter_ocular * features.matte.shape[1] / features.shape[1]
        slope, offset = tone_coefficients(features, exemplars, selection, unit)
        change = apply_coefficients(np.ascontiguousarray(lab[..., 0]), slope, offset)
        toned = lab + np.float32(strength) * change
        watch.lap("tone")
    stack = build_stack(toned, portrait.matte, portrait.face.inter_ocular)
    watch.lap("stack")
    if settings.seams == "output" and settings.tone == "residual":
        result, gains = _render_filtered(
            portrait, lab, stack, exemplars, mappings, selection, settings, strength
        )
    else:
        result, gains = _render(portrait, stack, exemplars, mappings, selection, settings, strength)
    if all(e.grey for e in exemplars):
        result[..., 1:] *= np.float32(1 - min(strength, 1.0))
    watch.lap("blend")
    rgb = from_lab(result)
    watch.lap("colour")
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
    if settings.combine == "mean":
        weights = np.full_like(weights, 1 / len(weights))
    elif settings.seams == "weights":
        unit = portrait.face.inter_ocular * width / features.shape[1]
        weights = filter_weights(weights, guide, unit)
    return Selection(selection.labels, weights, selection.costs, selection.energy)


def tone_coefficients(
    features: Features,
    exemplars: Sequence[EnergyExemplar],
    selection: Selection,
    inter_ocular: float,
) -> tuple[np.ndarray, ...]:
    """Tone curve and colours of the look, weighted by how much each exemplar is used.

    Parameters
    ----------
    features : Features
    exemplars : sequence of EnergyExemplar
    selection : Selection
    inter_ocular : float
        On the analysis grid, px.

    Returns
    -------
    slope, offset : (h, w, 3) float32
        The change of Lab is slope * L + offset.
    """
    shares = [float(w.mean()) for w in selection.weights]
    look = pool_statistics([e.tone for e in exemplars], shares)
    shift = tone_shift(features, look, persistence_among(len(exemplars)))
    return smooth_shift(features, shift, inter_ocular)


def _render(
    portrait: Portrait,
    stack: LaplacianStack,
    exemplars: Sequence[EnergyExemplar],
    mappings: Sequence[np.ndarray],
    selection: Selection,
    settings: EnergySettings,
    strength: float,
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Change the stack as the exemplars want it, then collapse it."""
    gains, residual = blended_look(
        portrait, stack, exemplars, mappings, selection, settings, strength
    )
    return collapse_stack(stack, gains, residual), gains


def blended_look(
    portrait: Portrait,
    stack: LaplacianStack,
    exemplars: Sequence[EnergyExemplar],
    mappings: Sequence[np.ndarray],
    selection: Selection,
    settings: EnergySettings,
    strength: float,
) -> tuple[list[np.ndarray], np.ndarray]:
    """Blend the exemplars' energies and residuals by their weights.

    Returns
    -------
    gains : list of (h_l, w_l, 3) float32
    residual : (h, w, 3) float32
        What replaces the stack's own.
    """
    unit = portrait.face.inter_ocular
    ratios = []
    for level, own in enumerate(stack.energies):
        energies = _warp([e.stack.energies[level] for e in exemplars], exemplars, mappings, own)
        weights = _weights_like(selection, own)
        if settings.tone == "residual":
            ratios.append(energy_ratio(own, energies, weights))
        else:
            sigma = 2 * gain_sigma(stack, level, unit)
            ratios.append(agreed_ratio(own, energies, weights, sigma))
    shares = selection.weights.mean(axis=(1, 2))
    resolved = shares @ np.stack([e.resolved for e in exemplars])
    gains = gain_maps(
        stack,
        ratios,
        resolved.tolist(),
        limits=settings.gain_limits,
        inter_ocular=unit,
        strength=strength,
    )
    residuals = _warp([e.stack.residual for e in exemplars], exemplars, mappings, stack.residual)
    return gains, _mix_residual(portrait, stack.residual, residuals, selection, settings, strength)


def _render_filtered(
    portrait: Portrait,
    lab: np.ndarray,
    stack: LaplacianStack,
    exemplars: Sequence[EnergyExemplar],
    mappings: Sequence[np.ndarray],
    selection: Selection,
    settings: EnergySettings,
    strength: float,
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Song et al.: transfer, then filter the output along the input's edges."""
    result, gains = _render(portrait, stack, exemplars, mappings, selection, settings, strength)
    guide = np.ascontiguousarray(lab[..., 0])
    return filter_output(result, guide, portrait.face.inter_ocular), gains


def _warp(
    values: Sequence[np.ndarray],
    exemplars: Sequence[EnergyExemplar],
    mappings: Sequence[np.ndarray],
    like: np.ndarray,
) -> np.ndarray:
    """Maps of all exemplars, warped to the grid of `like`: (K, h, w, 3) float32."""
    height, width = like.shape[:2]
    return np.stack(
        [
            sample(value, resize_map(mapping, height, width), exemplar.features.shape)
            for value, exemplar, mapping in zip(values, exemplars, mappings, strict=True)
        ]
    )


def _weights_like(selection: Selection, like: np.ndarray) -> np.ndarray:
    """The label weights on the grid of `like`, (K, h, w) float32."""
    height, width = like.shape[:2]
    mode = cv2.INTER_LINEAR if height >= selection.weights.shape[1] else cv2.INTER_AREA
    return np.stack([resize_channels(w, width, height, mode) for w in selection.weights])


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
    strength: float,
) -> np.ndarray:
    """Move the residual towards the exemplars': all the way, or as far as they agree."""
    weights = _weights_like(selection, own)
    if settings.tone == "residual":
        blended = np.einsum("khw,khwc->hwc", weights, exemplars, optimize=True)
        return own + np.float32(strength * settings.residual) * (blended - own)
    exemplars = exemplars - _WHOLE_PERSON_SHARE * _mean_difference(portrait, own, exemplars)
    blended = np.einsum("khw,khwc->hwc", weights, exemplars, optimize=True)
    unit = portrait.face.inter_ocular * own.shape[1] / portrait.matte.shape[1]
    guide = np.ascontiguousarray(own[..., 0])
    fitted = guided_filter(guide, blended, 0.5 * unit, 1e-2)
    share: np.ndarray | float = 0.5
    if len(exemplars) > 1:
        share = agreement(exemplars - own, 0.25 * unit, 1e-5)
    return own + np.float32(strength * settings.residual) * share * (fitted - own)
