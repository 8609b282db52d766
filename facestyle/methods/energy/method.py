"""Photographic looks, as a method of the stylizer."""

from __future__ import annotations

import functools
import time
from dataclasses import fields
from typing import Any

import cv2
import numpy as np

from facestyle.alignment.warp import sample
from facestyle.compositing.background import paper_color, parse_background, smooth_background
from facestyle.compositing.composite import composite
from facestyle.compositing.foreground import separate_layers
from facestyle.exemplars import ExemplarSet
from facestyle.faces import Portrait
from facestyle.methods.energy import transfer as energy
from facestyle.methods.engine import Method, Outcome, prepare_all


class EnergyMethod(Method):
    """Photographic looks; see `facestyle.methods.energy.transfer`.

    Parameters
    ----------
    exemplars : ExemplarSet
    seed : int
        Unused: nothing is random here.
    tone : {"first", "residual"}
        Our variant or the papers'.
    **settings
        Other fields of `EnergySettings`.
    """

    name = "energy"
    options = frozenset(field.name for field in fields(energy.EnergySettings))

    def __init__(
        self, exemplars: ExemplarSet, *, seed: int = 0, tone: str = "first", **settings: Any
    ) -> None:
        del seed
        self._set = exemplars
        self._prepared: list[energy.EnergyExemplar] = []
        if tone == "residual" and not settings:
            self.settings = energy.FAITHFUL
        else:
            self.settings = energy.EnergySettings(tone=tone, **settings)

    @property
    def fingerprint(self) -> str:
        """Its options in words."""
        return repr(self.settings)

    @property
    def prepared(self) -> list[energy.EnergyExemplar]:
        """The analyzed exemplars, computed or read from the cache on first use."""
        if not self._prepared:
            self._prepared = prepare_all(
                self._set, self.name, energy.EnergyExemplar, energy.prepare_exemplar
            )
        return self._prepared

    @functools.cached_property
    def backgrounds(self) -> list[np.ndarray]:
        """Each exemplar's background without its person."""
        return [smooth_background(e.portrait) for e in self.prepared]

    @functools.cached_property
    def paper(self) -> np.ndarray:
        """The exemplars' commonest background color."""
        return paper_color([e.portrait for e in self.prepared])

    def transfer(self, portrait: Portrait, *, strength: float, background: str) -> Outcome:
        """Stylize one portrait."""
        exemplars = self.prepared
        start = time.perf_counter()
        layers = separate_layers(portrait.image, portrait.matte, portrait.face.inter_ocular)
        person = np.where(portrait.matte[..., None] > 0.01, layers[0], portrait.image)
        timings = {"foreground": time.perf_counter() - start}
        done = energy.transfer(
            portrait, exemplars, settings=self.settings, strength=strength, foreground=person
        )
        timings.update(done.timings)
        start = time.perf_counter()
        mode = parse_background(background)
        behind = self._background(mode, portrait, done)
        image = composite(portrait.image, portrait.matte, layers, done.foreground, behind, strength)
        alpha = None
        if isinstance(mode, str) and mode == "transparent":
            image, alpha = done.foreground, portrait.matte
        timings["composite"] = time.perf_counter() - start
        return Outcome(
            image,
            alpha,
            done.selection.labels,
            tuple(e.portrait.name for e in exemplars),
            timings,
            {"gain": done.gains[1][..., 0]},
            functools.partial(_warp_all, exemplars, done.mappings),
        )

    def _background(
        self, mode: str | np.ndarray, portrait: Portrait, done: energy.EnergyTransfer
    ) -> np.ndarray | None:
        """What goes behind the person, or None for the input's own background."""
        if isinstance(mode, np.ndarray):
            return mode
        if mode in ("keep", "transparent"):
            return None
        if mode == "paper":
            return self.paper
        shares = done.selection.weights.mean(axis=(1, 2))
        picture = self.backgrounds[most_typical(self.backgrounds, shares)]
        height, width = portrait.matte.shape
        return cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC)


def most_typical(pictures: list[np.ndarray], shares: np.ndarray) -> int:
    """Index of the picture whose mean color is nearest to all the others', by their shares."""
    colors = np.stack([picture.mean(axis=(0, 1)) for picture in pictures])
    distance = np.abs(colors[:, None] - colors[None]).sum(axis=-1)
    # ties (sets of one background) go to the exemplar used most
    return int(np.argmin(distance @ shares - 1e-3 * shares))


def _warp_all(
    exemplars: list[energy.EnergyExemplar], mappings: tuple[np.ndarray, ...]
) -> np.ndarray:
    """The exemplars' pictures on the input's analysis grid."""
    return np.stack(
        [
            sample(e.portrait.image, mapping, e.features.shape)
            for e, mapping in zip(exemplars, mappings, strict=True)
        ]
    )
