"""An exemplar of energy mode, with all that does not depend on the input."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.alignment.features import Features, analyze
from facestyle.compositing.foreground import separate_layers
from facestyle.faces import Portrait
from facestyle.frozen import FrozenRecord
from facestyle.imaging.color import to_lab
from facestyle.imaging.pyramid import LaplacianStack, build_stack
from facestyle.methods.energy.gain import resolved_bands
from facestyle.methods.energy.ink import Ink, measure_ink
from facestyle.methods.energy.tones import ToneStatistics, tone_statistics

# exemplars are analyzed at no more than this inter-ocular distance: the finest band holds it all
_EXEMPLAR_INTER_OCULAR = 256.0
# chroma below which an exemplar counts as black and white (Lab/100)
_GRAY_CHROMA = 0.015


@dataclass(frozen=True)
class EnergyExemplar(FrozenRecord):
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
    def gray(self) -> bool:
        """Whether the exemplar is black and white."""
        chroma = np.abs(self.features.lab[..., 1:]).mean(axis=-1)
        return float((chroma * self.features.matte).sum()) < _GRAY_CHROMA * float(
            self.features.matte.sum()
        )

    @functools.cached_property
    def ink(self) -> Ink:
        """The person's colors by lightness."""
        return measure_ink(self.portrait)


@dataclass(frozen=True)
class Analysis(FrozenRecord):
    """All of an `EnergyExemplar` but its picture; what is worth keeping on disk."""

    features: Features
    stack: LaplacianStack
    resolved: np.ndarray
    tone: ToneStatistics


def prepare_exemplar(portrait: Portrait) -> EnergyExemplar:
    """Analyze an exemplar once, for any number of inputs."""
    return with_picture(portrait, analyze_exemplar(portrait))


def analyze_exemplar(portrait: Portrait) -> Analysis:
    """Compute what does not depend on the input."""
    portrait = reduce_portrait(portrait, _EXEMPLAR_INTER_OCULAR)
    lab = foreground_lab(portrait)
    features = analyze(portrait, lab)
    stack = build_stack(lab, portrait.matte, portrait.face.inter_ocular)
    light = LaplacianStack((), stack.energies, stack.residual, stack.sigmas)
    return Analysis(features, light, resolved_bands(stack), tone_statistics(features))


def with_picture(portrait: Portrait, analysis: Analysis) -> EnergyExemplar:
    """Put an analyzed exemplar together again."""
    return EnergyExemplar(
        reduce_portrait(portrait, _EXEMPLAR_INTER_OCULAR),
        analysis.features,
        analysis.stack,
        analysis.resolved,
        analysis.tone,
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
    """Lab/100 of the person's own colors, free of what shines through at the matte's edge."""
    foreground, _ = separate_layers(portrait.image, portrait.matte, portrait.face.inter_ocular)
    person = portrait.matte[..., None] > 0.01
    return to_lab(np.where(person, foreground, portrait.image))
