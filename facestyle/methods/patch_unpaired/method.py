"""Drawings and paintings without photographs, as a method of the stylizer."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from facestyle.alignment.show import warp_all
from facestyle.compositing.background import ALL_KINDS
from facestyle.exemplars import ExemplarSet
from facestyle.methods.engine import (
    ClipContext,
    FrameEngine,
    Method,
    Outcome,
    Rendering,
    Target,
)
from facestyle.methods.patch_unpaired.clip import PatchFrames
from facestyle.methods.patch_unpaired.preparing import prepare_exemplars
from facestyle.methods.patch_unpaired.settings import UnpairedSettings
from facestyle.methods.patch_unpaired.source_cache import SourceCache
from facestyle.methods.patch_unpaired.transfer import transfer_patches


class UnpairedPatchMethod(Method):
    """Drawings and paintings without photographs; see `facestyle.methods.patch_unpaired`.

    Parameters
    ----------
    exemplars : ExemplarSet
    settings : UnpairedSettings
    seed : int
        Of the search's random numbers.
    """

    name = "patch_unpaired"
    settings: UnpairedSettings
    backgrounds = ALL_KINDS

    def __init__(
        self, exemplars: ExemplarSet, settings: UnpairedSettings, *, seed: int = 0
    ) -> None:
        self._set = exemplars
        self._seed = seed
        self.settings = settings

    @property
    def fingerprint(self) -> str:
        """Its settings in words."""
        return f"{self.settings}, seed {self._seed}"

    @functools.cached_property
    def sources(self) -> SourceCache:
        """The analyzed exemplars, computed or read from the cache on first use."""
        return SourceCache(prepare_exemplars(self._set), self._set.fingerprints)

    def used_together(self) -> Mapping[int, Sequence[int]]:
        """For each exemplar that may lead, those of its medium, itself the first."""
        return self.sources.used_together()

    def stylize(self, target: Target, rendering: Rendering) -> Outcome:
        """Stylize one portrait; the exemplar that suits it best leads."""
        portrait = target.portrait
        start = time.perf_counter()
        lead = self.sources.choose_lead(portrait)
        timings = {"prepare": time.perf_counter() - start}
        done = transfer_patches(
            portrait,
            self.sources.ordered(lead),
            self.settings,
            rendering,
            seed=self._seed,
            sources_at=functools.partial(self.sources.at, lead),
        )
        order = self.sources.order(lead)
        portraits = self._set.portraits
        return replace(
            done,
            labels=order[done.labels].astype(np.int32),
            names=tuple(exemplar.name for exemplar in portraits),
            timings=timings | done.timings,
            aligned=functools.partial(warp_all, portrait, portraits),
        )

    def frames(self, clip: ClipContext) -> FrameEngine:
        """What draws a clip: strokes move with the picture."""
        return PatchFrames(self.sources, self.settings, clip, seed=self._seed)
