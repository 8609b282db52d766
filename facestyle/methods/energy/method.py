"""Photographic looks, as a method of the stylizer."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Sequence

import numpy as np

from facestyle.alignment.warp import sample
from facestyle.compositing.background import ALL_KINDS, Background
from facestyle.compositing.composite import composite_edges
from facestyle.compositing.foreground import EdgeTile, separate_edges
from facestyle.exemplars import ExemplarSet
from facestyle.faces import Portrait
from facestyle.imaging.color import to_lab
from facestyle.methods.energy.clip import EnergyFrames
from facestyle.methods.energy.exemplar import (
    Analysis,
    EnergyExemplar,
    analyze_exemplar,
    with_picture,
)
from facestyle.methods.energy.film_grain import (
    Grain,
    GrainMeasures,
    grain_of_set,
    measure_grain,
)
from facestyle.methods.energy.grain_field import add_grain
from facestyle.methods.energy.look import Look
from facestyle.methods.energy.settings import EnergySettings
from facestyle.methods.energy.transfer import EnergyTransfer, transfer_look
from facestyle.methods.engine import (
    ClipContext,
    FrameEngine,
    Method,
    Outcome,
    Rendering,
    Target,
    prepare_all,
)
from facestyle.spare_memory import give_back

_LOG = logging.getLogger(__name__)


class EnergyMethod(Method):
    """Photographic looks; see `facestyle.methods.energy.transfer`.

    Parameters
    ----------
    exemplars : ExemplarSet
    settings : EnergySettings
    seed : int
        Of the film grain, which alone is random here.
    """

    name = "energy"
    settings: EnergySettings
    backgrounds = ALL_KINDS

    def __init__(self, exemplars: ExemplarSet, settings: EnergySettings, *, seed: int = 0) -> None:
        self._set = exemplars
        self._seed = seed
        self.settings = settings

    @property
    def fingerprint(self) -> str:
        """Its settings in words."""
        return repr(self.settings)

    @functools.cached_property
    def look(self) -> Look:
        """The prepared exemplars, computed or read from the cache on first use."""
        # the set has the pictures already
        analyses = prepare_all(self._set, f"{self.name} analysis", Analysis, analyze_exemplar)
        return Look(
            [with_picture(p, analysis) for p, analysis in zip(self._set, analyses, strict=True)]
        )

    @functools.cached_property
    def grain(self) -> Grain | None:
        """The exemplars' film grain, measured or read from the cache on first use."""
        return grain_of_set(
            prepare_all(self._set, f"{self.name} grain", GrainMeasures, measure_grain)
        )

    def stylize(self, target: Target, rendering: Rendering) -> Outcome:
        """Stylize one portrait."""
        portrait, exemplars = target.portrait, self.look.exemplars
        give_back(portrait.matte.size)  # what the exemplars' analysis left
        start = time.perf_counter()
        edges = separate_edges(portrait.image, portrait.matte, portrait.face.inter_ocular)
        lab = _person_lab(portrait, edges)
        timings = {"foreground": time.perf_counter() - start}
        done = transfer_look(
            portrait,
            exemplars,
            settings=self.settings,
            strength=rendering.strength,
            lab=lab,
        )
        timings.update(done.timings)
        start = time.perf_counter()
        if rendering.background.kind == "transparent":
            np.copyto(lab, done.foreground)  # whose memory it may be: as good as free
            image, alpha = lab, portrait.matte
        else:
            behind = self._background(rendering.background, done)
            alpha = None
            image = composite_edges(
                portrait.image,
                portrait.matte,
                edges,
                done.foreground,
                behind,
                rendering.strength,
                out=lab,  # which is the foreground's memory
            )
        timings["composite"] = time.perf_counter() - start
        start = time.perf_counter()
        self._add_grain(image, portrait, rendering)
        timings["grain"] = time.perf_counter() - start
        return Outcome(
            image,
            alpha,
            done.selection.labels,
            self.look.names,
            timings,
            _maps(done),
            functools.partial(_warp_all, exemplars, done.mappings),
        )

    def frames(self, clip: ClipContext) -> FrameEngine:
        """What stylizes a clip: tone and gains follow the flow; it gets no grain."""
        if self.settings.grain not in (0.0, type(self.settings)().grain):
            _LOG.warning("%s: grain has no effect on clips", clip.name)
        return EnergyFrames(self.look, self.settings, clip)

    def _add_grain(self, image: np.ndarray, portrait: Portrait, rendering: Rendering) -> None:
        """Give the person the exemplars' grain, and the background if it is theirs, in place."""
        amount = self.settings.grain * min(rendering.strength, 1.0)
        if amount == 0 or self.grain is None:
            return
        grain = self.grain.times(amount)
        lacking = grain.without(grain_of_set([measure_grain(portrait)]))
        # the input's own background, or one color, is promised as it is
        kind = rendering.background.kind
        add_grain(
            image,
            lacking,
            portrait.face.inter_ocular,
            seed=self._seed,
            behind=grain if kind == "stylize" else None,
            matte=None if kind == "transparent" else portrait.matte,
        )

    def _background(self, background: Background, done: EnergyTransfer) -> np.ndarray | None:
        """What goes behind the person, at any size, or None for the input's own background."""
        if background.is_own:
            return None
        if background.kind != "stylize":
            return background.filled(self.look.paper)
        shares = done.selection.shares
        return self.look.backgrounds[self.look.most_typical(shares)]


def _person_lab(portrait: Portrait, edges: Sequence[EdgeTile]) -> np.ndarray:
    """Lab/100 of the person's own colors, and of the picture where no person is."""
    lab = to_lab(portrait.image)
    for tile in edges:
        person = portrait.matte[tile.place][..., None] > 0.01
        lab[tile.place] = to_lab(np.where(person, tile.foreground, portrait.image[tile.place]))
    return lab


def _maps(done: EnergyTransfer) -> dict[str, np.ndarray]:
    """What explains the result: gains of luminance, weights before and after the filter."""
    maps = {f"gain_{level}": gains[..., 0] for level, gains in enumerate(done.gains, start=1)}
    if done.selection.unfiltered is not None:
        maps["weights"] = done.selection.weights
        maps["weights_unfiltered"] = done.selection.unfiltered
    return maps


def _warp_all(exemplars: Sequence[EnergyExemplar], mappings: tuple[np.ndarray, ...]) -> np.ndarray:
    """The exemplars' pictures on the input's analysis grid."""
    return np.stack(
        [
            sample(e.portrait.image, mapping, e.features.shape)
            for e, mapping in zip(exemplars, mappings, strict=True)
        ]
    )
