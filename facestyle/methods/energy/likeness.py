"""Where an exemplar shows hair or cloth as the input does, and not skin instead.

Landmarks align faces. Above and beside them a bald head meets hair, and its light would make the
hair gray, flat, or pale at the edges: what such a place shows is the exemplar's own matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facestyle.alignment.features import ANALYSIS_SCALE, Features
from facestyle.alignment.warp import sample
from facestyle.imaging.pyramid import gaussian_blur
from facestyle.methods.energy.exemplar import EnergyExemplar

# How much lighter, in luminance ranks, counts little, and in inter-ocular distances the blur of
# what is compared. Eight sitters of the development half, exemplars with hair, dE without / with:
# bwdodge 6.67 / 6.36, lowkey 7.71 / 7.50, falloff 7.16 / 7.17. Darker places must count: light is
# placed on hair and clothes, too (with both signs bwdodge loses 1.2 dB, lowkey 1.7).
_LIGHTER = 0.2
_BLUR = 0.1
# Input L from which a place begins to be white, and is. There is no tone that an exemplar's shade
# could show: a burnt shirt would become an even gray below coats, a burnt face gray plaster with a
# white rim. Eight looks of the development half, face left alone / with it: 23.77 / 23.77 dB
_WHITE, _BURNT = 0.93, 0.98


@dataclass(frozen=True)
class Alignment:
    """Where exemplars show the places of an input, and how far that counts.

    Attributes
    ----------
    mappings : tuple of K (h, w, 2) float32
        Each exemplar's alignment, on the input's analysis grid.
    alike : (K, h, w) float32, optional
        From `likeness`. The papers' transfer has nothing of the kind.
    """

    mappings: tuple[np.ndarray, ...]
    alike: np.ndarray | None = None


def likeness(
    features: Features, exemplars: Sequence[EnergyExemplar], mappings: Sequence[np.ndarray]
) -> np.ndarray:
    """How far what each exemplar shows at a place may be carried over.

    Parameters
    ----------
    features : Features
        Of the input.
    exemplars : sequence of K EnergyExemplar
    mappings : sequence of K (h, w, 2) float32
        Each exemplar's alignment, on the grid of `features`.

    Returns
    -------
    (K, h, w) float32
        1 on the face; around it less where the exemplar is lighter than the input, both as ranks
        in the person, or where nobody is; anywhere less where the input is burnt white.
    """
    sigma = _BLUR * ANALYSIS_SCALE
    inside = np.minimum(2 * gaussian_blur(features.hull.astype(np.float32), sigma), 1)
    own = gaussian_blur(features.rank, sigma)
    burnt = np.clip((features.lab[..., 0] - _WHITE) / (_BURNT - _WHITE), 0, 1)
    toned = 1 - gaussian_blur(burnt, sigma)
    result = np.empty((len(exemplars), *own.shape), np.float32)
    for number, (exemplar, mapping) in enumerate(zip(exemplars, mappings, strict=True)):
        shape = exemplar.features.shape
        rank = gaussian_blur(sample(exemplar.features.rank, mapping, shape), sigma)
        lighter = np.maximum(rank - own, 0) / np.float32(_LIGHTER)
        alike = np.exp(-0.5 * lighter**2) * sample(exemplar.features.matte, mapping, shape)
        result[number] = (inside + (1 - inside) * alike) * toned
    return result
