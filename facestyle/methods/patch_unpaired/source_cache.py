"""The exemplars of a set, which of them draw a sitter, and their patch sources."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from facestyle import disk_cache
from facestyle.faces import Portrait
from facestyle.methods.patch_unpaired.flat_colors import lead_colors
from facestyle.methods.patch_unpaired.lead import choose_lead
from facestyle.methods.patch_unpaired.media import (
    WHY_LEFT_OUT,
    left_out,
    left_out_in_words,
    of_one_medium,
    possible_leads,
)
from facestyle.methods.patch_unpaired.prepared import PreparedExemplar
from facestyle.methods.patch_unpaired.sources import PatchSources, make_sources

_LOG = logging.getLogger(__name__)
# leads and widths whose sources stay in memory: nine exemplars at the largest width take 460 MB
_MOST_KEPT = 2


class SourceCache:
    """The patch sources of a set of exemplars; the last two asked for are kept.

    Parameters
    ----------
    exemplars : sequence of PreparedExemplar
    contents : sequence of str, optional
        Names of their contents; what is measured of them is kept on disk by these.
    """

    def __init__(
        self, exemplars: Sequence[PreparedExemplar], contents: Sequence[str] | None = None
    ) -> None:
        self.exemplars = tuple(exemplars)
        self._contents = None if contents is None else tuple(contents)
        self._kept: dict[tuple[int, float], PatchSources] = {}
        # what the first picture was drawn without: pictures of which nothing is said are as it
        self._usual: tuple[str, ...] | None = None
        self._explained = False
        self._lock = threading.Lock()

    @functools.cached_property
    def _flat_colors(self) -> np.ndarray:
        """The few colors that the exemplars consist of, or one of them, (n, 3) float64."""
        return lead_colors([e.analysis.flat_colors for e in self.exemplars])[0]

    @functools.cached_property
    def _alike(self) -> np.ndarray:
        """Which exemplars are of one medium, (K, K) bool; one alone need not be measured."""
        if len(self.exemplars) == 1:
            return np.ones((1, 1), bool)
        alike = of_one_medium(np.stack([e.analysis.medium for e in self.exemplars]))
        if len(self._flat_colors):  # how much ink is on a face says nothing of a print
            flat = np.array([len(e.analysis.flat_colors) > 0 for e in self.exemplars])
            alike |= flat[:, None] & flat
        return alike

    def choose_lead(self, portrait: Portrait) -> int:
        """Index of the exemplar that suits a portrait best; says what is left out with it.

        Parameters
        ----------
        portrait : Portrait

        Returns
        -------
        int
        """
        candidates = self._possible_leads
        works = [self.exemplars[n] for n in candidates]
        lead = candidates[choose_lead(portrait, works, self._flat_colors)]
        self._tell(portrait.name, lead)
        return lead

    def used_together(self) -> dict[int, tuple[int, ...]]:
        """For each exemplar that may lead, the `order` of those that a picture is drawn with."""
        return {n: tuple(int(other) for other in self.order(n)) for n in self._possible_leads}

    @functools.cached_property
    def _possible_leads(self) -> list[int]:
        """Indices of the exemplars that suit some portrait best, or could."""
        drawn = np.array([exemplar.analysis.drawn for exemplar in self.exemplars])
        return possible_leads(self._alike, drawn)

    def _tell(self, picture: str, lead: int) -> None:
        """Say what is left out of the first picture, and of those that differ from it.

        With -v it is said of each.
        """
        if self._alike.all():
            return
        names = [exemplar.portrait.name for exemplar in self.exemplars]
        without = left_out(names, self._alike, lead)
        with self._lock:
            is_news = without != (self._usual or ())
            if self._usual is None:
                self._usual = without
            explain = is_news and not self._explained
            self._explained |= explain
        words = left_out_in_words(names[lead], without, len(names))
        words += f": {WHY_LEFT_OUT}" if explain else ""
        _LOG.log(logging.WARNING if is_news else logging.INFO, "%s: %s", picture, words)

    def order(self, lead: int) -> np.ndarray:
        """Indices of the exemplars that a picture is drawn with, the leading one first, (k,)."""
        companions = np.flatnonzero(self._alike[lead])
        return np.concatenate([[lead], companions[companions != lead]])

    def ordered(self, lead: int) -> tuple[PreparedExemplar, ...]:
        """The exemplars that a picture is drawn with, the leading one first."""
        return tuple(self.exemplars[index] for index in self.order(lead))

    def at(self, lead: int, width: float) -> PatchSources:
        """The sources with a leading exemplar, at a face width in px; made where they are new."""
        key = (lead, width)
        with self._lock:  # threads that ask for the same sources wait for one to make them
            found = self._kept.pop(key, None) or self._make(lead, width)
            self._kept[key] = found
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            return found

    def _make(self, lead: int, width: float) -> PatchSources:
        key = None
        if self._contents is not None:
            names = [self._contents[index] for index in self.order(lead)]
            key = disk_cache.fingerprint("patch sources", repr(width), *names)
        return make_sources(self.ordered(lead), width, key=key)

    def __getstate__(self) -> dict[str, Any]:
        # sources are made again in another process: they are larger than the exemplars
        kept = ("exemplars", "_contents", "_usual", "_explained")
        return {name: vars(self)[name] for name in kept} | {"_kept": {}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())
