"""The photographic look as maps over a frame, carried along the flow and renewed now and then.

The maps are smooth: tone curves, gains of the bands, the change of the residual. What they are
applied to, the frame's own bands, is taken from every frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from facestyle.alignment.features import analyze
from facestyle.alignment.warp import align_exemplar
from facestyle.faces import Portrait
from facestyle.imaging.guided_filter import resize_channels
from facestyle.imaging.pyramid import build_stack, collapse_stack, half_size
from facestyle.methods.energy.exemplar import EnergyExemplar
from facestyle.methods.energy.gain import gain_sigma
from facestyle.methods.energy.levels import LEVELS
from facestyle.methods.energy.likeness import Alignment, likeness
from facestyle.methods.energy.ordinary import ordinary_face
from facestyle.methods.energy.rendering import blended_look
from facestyle.methods.energy.settings import EnergySettings
from facestyle.methods.energy.tint import shared_tint
from facestyle.methods.energy.tone_change import ToneChange, tone_change
from facestyle.methods.energy.tone_range import ToneRange, bend_tones, tone_range
from facestyle.methods.energy.transfer import label_patches, look_curves
from facestyle.tracking.motion import Motion

# cost of another exemplar than the previous labels', where the flow is trusted
_LABEL_INERTIA = 0.15
# bands narrower than this are not resolved by the reduced frame, px
_RESOLVED_SIGMA = 0.9


@dataclass(frozen=True)
class FrameLook:
    """What is done to a frame.

    Attributes
    ----------
    change : ToneChange
    gains : tuple of (h_l, w_l, 3) float32
        Of each band, finest first.
    residual : (h_r, w_r, 3) float32
        What is added to the residual.
    weights : (K, h_p, w_p) float32
        Soft labels: how much each exemplar is used.
    tones : ToneRange
        What becomes black, and white.
    tint : (2, 101) float64 or None
        Of a look of one ink, from `shared_tint`.
    """

    change: ToneChange
    gains: tuple[np.ndarray, ...]
    residual: np.ndarray
    weights: np.ndarray
    tones: ToneRange
    tint: np.ndarray | None

    @property
    def shares(self) -> np.ndarray:
        """How much each exemplar is used in all, (K,)."""
        return np.asarray(self.weights.mean(axis=(1, 2)))


def find_look(
    portrait: Portrait,
    lab: np.ndarray,
    exemplars: Sequence[EnergyExemplar],
    settings: EnergySettings,
    strength: float,
    previous: FrameLook | None,
) -> FrameLook:
    """Find the look of a frame from its exemplars.

    Parameters
    ----------
    portrait : Portrait
        The reduced frame.
    lab : (h, w, 3) float32
        Its person's colors.
    exemplars : sequence of EnergyExemplar
    settings : EnergySettings
    strength : float
    previous : FrameLook or None
        The look so far, carried here: its labels have inertia.
    """
    features = analyze(portrait, lab)
    mappings = tuple(
        align_exemplar(portrait, e.portrait, features, e.features, dense=settings.dense)
        for e in exemplars
    )
    inertia = None
    if previous is not None:
        height, width = features.patches.matte.shape
        kept = [resize_channels(weight, width, height) for weight in previous.weights]
        inertia = np.float32(_LABEL_INERTIA) * (1 - np.stack(kept))
    selection = label_patches(portrait, features, exemplars, mappings, settings, inertia)
    unit = portrait.face.inter_ocular
    height, width = features.matte.shape
    nothing = np.zeros((height, width, 3), np.float32)
    change = ToneChange(nothing, nothing, np.ones((2, len(LEVELS))))
    toned, ordinary, alignment = lab, None, Alignment(mappings)
    if settings.tone == "first":
        ordinary = ordinary_face(portrait, features, look_curves(exemplars, selection, features))
        alignment = Alignment(mappings, likeness(features, exemplars, mappings))
        change = tone_change(
            portrait, features, exemplars, alignment, selection, settings, ordinary
        ).times(strength)
        toned = lab.copy()
        change.add_to(toned)
    stack = build_stack(toned, portrait.matte, unit)
    gains, residual = blended_look(
        portrait, stack, exemplars, alignment, selection, settings, strength, ordinary
    )
    tones = ToneRange()
    if settings.tone == "first":
        tones = tone_range(collapse_stack(stack, gains, residual), portrait.matte)
    fine = sum(sigma < _RESOLVED_SIGMA for sigma in stack.sigmas[:-1])
    gains[:fine] = [gains[fine]] * fine
    maps = tuple(
        _thinned(gain, gain_sigma(stack, max(level, fine), unit))
        for level, gain in enumerate(gains)
    )
    # the window of the tone's fit is .1 of the inter-ocular distance: half the grid holds it
    change = replace(change, slope=half_size(change.slope), offset=half_size(change.offset))
    tint = shared_tint(exemplars, selection.shares)
    return FrameLook(change, maps, residual - stack.residual, selection.weights, tones, tint)


def carry_look(look: FrameLook, motion: Motion, *, weights: bool = True) -> FrameLook:
    """The look of the previous frame, moved to the present one; its labels where they matter.

    Parameters
    ----------
    look : FrameLook
    motion : Motion
        Since the previous frame.
    weights : bool
        Whether the soft labels are moved too.

    Returns
    -------
    FrameLook
    """
    carried = look.weights
    if weights and len(carried) > 1:
        carried = np.stack([motion.carry(weight) for weight in look.weights])
    return FrameLook(
        _carried(look.change, motion),
        tuple(motion.carry(gain) for gain in look.gains),
        motion.carry(look.residual),
        carried,
        look.tones,
        look.tint,
    )


def _carried(change: ToneChange, motion: Motion) -> ToneChange:
    """A change of tone, moved to the present frame."""
    return replace(change, slope=motion.carry(change.slope), offset=motion.carry(change.offset))


def mix_looks(look: FrameLook, other: FrameLook, share: float) -> FrameLook:
    """Move a look towards another one by a share.

    Parameters
    ----------
    look, other : FrameLook
    share : float
        Of the other one, in [0, 1].

    Returns
    -------
    FrameLook
        On the grids of `look`, with the soft labels of `other`.
    """

    def mix(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        # the grids follow the face's size
        b = resize_channels(b, a.shape[1], a.shape[0])
        return cv2.addWeighted(a, 1 - share, b, share, 0.0).reshape(a.shape)

    tint = look.tint
    if tint is not None and other.tint is not None:
        tint = (1 - share) * tint + share * other.tint
    return FrameLook(
        ToneChange(
            mix(look.change.slope, other.change.slope),
            mix(look.change.offset, other.change.offset),
            (1 - share) * look.change.saturation + share * other.change.saturation,
        ),
        tuple(mix(a, b) for a, b in zip(look.gains, other.gains, strict=True)),
        mix(look.residual, other.residual),
        other.weights,
        look.tones.mixed(other.tones, share),
        tint,
    )


def apply_look(lab: np.ndarray, portrait: Portrait, look: FrameLook) -> np.ndarray:
    """Give a frame its look, (h, w, 3) Lab/100.

    Parameters
    ----------
    lab : (h, w, 3) float32
        The person's colors, Lab/100.
    portrait : Portrait
        The reduced frame.
    look : FrameLook

    Returns
    -------
    (h, w, 3) float32
    """
    toned = lab.copy()
    look.change.add_to(toned)
    stack = build_stack(toned, portrait.matte, portrait.face.inter_ocular, energies=False)
    height, width = stack.residual.shape[:2]
    change = resize_channels(look.residual, width, height)
    result = collapse_stack(stack, list(look.gains), stack.residual + change)
    bend_tones(result, look.tones)
    return result


def _thinned(gain: np.ndarray, sigma: float) -> np.ndarray:
    """A smooth map on a grid that is as coarse as its smoothness allows."""
    height, width = gain.shape[:2]
    while sigma >= 3 and min(height, width) > 16:
        height, width, sigma = (height + 1) // 2, (width + 1) // 2, sigma / 2
    if height == gain.shape[0]:
        return gain
    return np.asarray(cv2.resize(gain, (width, height), interpolation=cv2.INTER_AREA))
