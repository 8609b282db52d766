"""Drawings with their photographs, as a method of the stylizer."""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from dataclasses import replace

from facestyle.alignment.show import warp_all
from facestyle.compositing.background import ALL_KINDS
from facestyle.exemplars import ExemplarSet
from facestyle.faces import Portrait
from facestyle.imaging.levels import to_bytes, to_float
from facestyle.methods.engine import Outcome, Rendering, Target, prepare_all
from facestyle.methods.frame_by_frame import FrameByFrameMethod
from facestyle.methods.patch_paired.exemplar import PreparedExemplar, prepare_exemplar
from facestyle.methods.patch_paired.settings import PairedSettings
from facestyle.methods.patch_paired.transfer import transfer_patches


class PairedPatchMethod(FrameByFrameMethod):
    """Drawings with their photographs; see `facestyle.methods.patch_paired`.

    Parameters
    ----------
    exemplars : ExemplarSet
        Each with its photograph.
    settings : PairedSettings
    seed : int
        Unused: nothing is random here.
    """

    name = "patch_paired"
    settings: PairedSettings
    backgrounds = ALL_KINDS

    def __init__(self, exemplars: ExemplarSet, settings: PairedSettings, *, seed: int = 0) -> None:
        del seed
        self._set = exemplars
        self.settings = settings

    @property
    def fingerprint(self) -> str:
        """Its settings in words."""
        return repr(self.settings)

    @property
    def portraits(self) -> Sequence[Portrait]:
        """The exemplars."""
        return self._set.portraits

    @functools.cached_property
    def prepared(self) -> list[PreparedExemplar]:
        """The analyzed exemplars, computed or read from the cache on first use."""
        return prepare_exemplars(self._set)

    def stylize(self, target: Target, rendering: Rendering) -> Outcome:
        """Stylize one portrait."""
        start = time.perf_counter()
        exemplars = self.prepared
        timings = {"prepare": time.perf_counter() - start}
        done = transfer_patches(target.portrait, exemplars, self.settings, rendering)
        portraits = self._set.portraits
        return replace(
            done,
            timings=timings | done.timings,
            aligned=functools.partial(warp_all, target.portrait, portraits),
        )


def prepare_exemplars(exemplars: ExemplarSet) -> list[PreparedExemplar]:
    """Prepare drawings with their photographs; the drawings are cached as bytes.

    Parameters
    ----------
    exemplars : ExemplarSet

    Returns
    -------
    list of PreparedExemplar
        In the order of the exemplars.
    """

    def prepare(portrait: Portrait) -> PreparedExemplar:
        prepared = prepare_exemplar(portrait)
        return replace(prepared, drawing=to_bytes(prepared.drawing))

    stored = prepare_all(exemplars, "patch_paired", PreparedExemplar, prepare)
    return [replace(exemplar, drawing=to_float(exemplar.drawing)) for exemplar in stored]
