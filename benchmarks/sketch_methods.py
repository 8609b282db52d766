"""The ways to draw a photograph that `sketch` compares: ours, parts of it, plain means."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmarks.protocol import MissingDataError
from facestyle.faces import Portrait
from facestyle.methods.patch_paired import (
    Draft,
    PairedSettings,
    PreparedExemplar,
    align_exemplars,
    draft,
    find_candidates,
    make_grid,
    mix,
    normalized_gray,
    overlay,
    photo_feature_maps,
    render_draft,
)
from facestyle.metrics.inputs import gray

Image = NDArray[np.float32]
# another camera: contrast, then white balance, then gamma
CONTRAST, BALANCE, GAMMA = 0.8, (1.12, 1.0, 0.82), 1.3


@dataclass(frozen=True)
class Case:
    """A photograph, the artist's drawing of it, and the pairs of other sitters.

    Attributes
    ----------
    portrait : Portrait
        The photograph.
    truth : (H, W) float32
    exemplars : tuple of PreparedExemplar
    """

    portrait: Portrait
    truth: Image
    exemplars: tuple[PreparedExemplar, ...]

    @cached_property
    def draft(self) -> Draft:
        """The layers that most methods share."""
        return draft(self.portrait, self.exemplars)


def photograph(case: Case) -> Image:
    return gray(case.portrait.image)


def mean_drawing(case: Case) -> Image:
    _check_aligned(case)
    return np.mean([e.drawing[..., 0] for e in case.exemplars], axis=0)


def mean_of_best_patches(case: Case) -> Image:
    """Overlapping means of the ten patches whose photographs are most similar."""
    _check_aligned(case)
    photo, points = case.draft.matched, case.portrait.face.landmarks
    similar = [case.exemplars[n] for n in case.draft.exemplars]
    aligned = align_exemplars(normalized_gray(photo), points, similar)
    grid = make_grid(*photo.shape[:2])
    features = grid.pad(np.moveaxis(photo_feature_maps(photo), 2, 0))
    best = find_candidates(features, grid.pad(aligned.features), grid, 10)
    weights = np.full(best.cost.shape, 1 / best.cost.shape[2], np.float32)
    return overlay(mix(grid.pad(aligned.drawings), grid, best, weights), grid)[..., 0]


def _check_aligned(case: Case) -> None:
    """Means are of drawings of one frame."""
    if {e.drawing.shape[:2] for e in case.exemplars} != {case.truth.shape}:
        raise MissingDataError("means of drawings", "the pairs are not aligned to one frame")


def base_alone(case: Case) -> Image:
    layers = replace(case.draft.layers, quilt=case.draft.layers.base)
    return _rendered(case, replace(case.draft, layers=layers), identity=0.0)


def without_smoothness(case: Case) -> Image:
    return _rendered(case, draft(case.portrait, case.exemplars, smooth=False))


def without_identity(case: Case) -> Image:
    return _rendered(case, case.draft, identity=0.0)


def without_split(case: Case) -> Image:
    """Both bands from the quilt."""
    layers = replace(case.draft.layers, base=case.draft.layers.quilt)
    return _rendered(case, replace(case.draft, layers=layers))


def ours(case: Case) -> Image:
    return _rendered(case, case.draft)


METHODS: dict[str, Callable[[Case], Image]] = {
    "photograph in gray": photograph,
    "mean drawing": mean_drawing,
    "mean of 10 best patches": mean_of_best_patches,
    "base alone": base_alone,
    "ours without MRF": without_smoothness,
    "ours without identity": without_identity,
    "ours without split": without_split,
    "ours": ours,
}


def another_camera(case: Case) -> Case:
    """Take the photograph with a flatter, warmer and darker camera."""
    image = ((case.portrait.image - 0.5) * CONTRAST + 0.5) * np.array(BALANCE, np.float32)
    image = np.clip(image, 0, 1) ** np.float32(GAMMA)
    return replace(case, portrait=replace(case.portrait, image=image.astype(np.float32)))


def unmatched(case: Case) -> Image:
    return _rendered(case, draft(case.portrait, case.exemplars, match=False))


def _rendered(case: Case, drafted: Draft, **options: float) -> Image:
    settings = PairedSettings(**options)
    return render_draft(drafted, case.portrait.matte, case.exemplars, settings)[..., 0]
