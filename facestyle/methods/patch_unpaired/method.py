"""Drawings and paintings without photographs, as a method of the stylizer."""

from __future__ import annotations

import functools
import time
from dataclasses import replace

import numpy as np

from facestyle.alignment.show import warp_all
from facestyle.compositing.background import ALL_KINDS
from facestyle.exemplars import ExemplarSet
from facestyle.faces import Portrait
from facestyle.faces.contours import face_width
from facestyle.faces.regions import Regions
from facestyle.imaging.levels import to_bytes, to_float
from facestyle.methods.engine import (
    ClipContext,
    FrameEngine,
    Method,
    Outcome,
    Rendering,
    Target,
    prepare_all,
)
from facestyle.methods.patch_unpaired.clip import PatchFrames
from facestyle.methods.patch_unpaired.prepared import (
    PreparedExemplar,
    prepare_exemplar,
    resize_portrait,
)
from facestyle.methods.patch_unpaired.recipe import WORKING_FACE_WIDTHS
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
        return SourceCache(prepare_exemplars(self._set))

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


def prepare_exemplars(exemplars: ExemplarSet) -> list[PreparedExemplar]:
    """Prepare drawings; only their regions are worth caching.

    Parameters
    ----------
    exemplars : ExemplarSet

    Returns
    -------
    list of PreparedExemplar
        In the order of the exemplars.
    """

    def prepare(portrait: Portrait) -> Regions:
        regions = prepare_exemplar(portrait).regions
        return Regions(regions.region_map, to_bytes(regions.weights))

    name = f"patch_unpaired at {WORKING_FACE_WIDTHS[0]:g} px"
    stored = prepare_all(exemplars, name, Regions, prepare)
    return [
        _with_regions(portrait, Regions(regions.region_map, to_float(regions.weights)))
        for portrait, regions in zip(exemplars, stored, strict=True)
    ]


def _with_regions(portrait: Portrait, regions: Regions) -> PreparedExemplar:
    """A prepared exemplar from its regions; resizing the picture again is cheap."""
    factor = WORKING_FACE_WIDTHS[0] / face_width(portrait.face)
    return PreparedExemplar(portrait, resize_portrait(portrait, factor), regions)
