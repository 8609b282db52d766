"""The methods that a stylizer can use, behind one interface."""

from __future__ import annotations

import functools
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import cv2
import numpy as np

from facestyle import disk_cache
from facestyle.alignment import sample
from facestyle.exemplars import ExemplarSet
from facestyle.faces import Face, Portrait, person_matte
from facestyle.transfer import energy
from facestyle.transfer.background import paper_colour, parse_background, smooth_background
from facestyle.transfer.composite import composite
from facestyle.transfer.foreground import separate_layers

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """What a method makes of one portrait.

    Attributes
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    alpha : (H, W) float32 or None
    labels : (h, w) int32
        Exemplar used, on a grid over the picture.
    names : tuple of str
        The exemplars that the labels count.
    timings : dict of str to float
    maps : dict of str to ndarray
        Further pictures that explain the result, such as gain maps.
    aligned : callable
        Returns the exemplars warped onto the face, (K, h, w, 3) float32.
    """

    image: np.ndarray
    alpha: np.ndarray | None
    labels: np.ndarray
    names: tuple[str, ...]
    timings: dict[str, float]
    maps: dict[str, np.ndarray]
    aligned: Callable[[], np.ndarray] = field(repr=False)


class Method(ABC):
    """One way to stylize: holds the prepared exemplars."""

    name: str

    def matte(self, image: np.ndarray, face: Face) -> np.ndarray:
        """Opacity of the person that a face belongs to."""
        return person_matte(image, face)

    @abstractmethod
    def transfer(self, portrait: Portrait, *, strength: float, background: str) -> Outcome:
        """Stylize one portrait."""


class EnergyMethod(Method):
    """Photographic looks; see `facestyle.transfer.energy`.

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

    def __init__(
        self, exemplars: ExemplarSet, *, seed: int = 0, tone: str = "first", **settings: Any
    ) -> None:
        del seed
        self._set = exemplars
        self._prepared: list[energy.EnergyExemplar] = []
        if tone == "residual" and not settings:
            self._settings = energy.FAITHFUL
        else:
            self._settings = energy.EnergySettings(tone=tone, **settings)

    @property
    def prepared(self) -> list[energy.EnergyExemplar]:
        """The analysed exemplars, computed or read from the cache on first use."""
        if not self._prepared:
            self._prepared = prepare_all(
                self._set, self.name, energy.EnergyExemplar, energy.prepare_exemplar
            )
        return self._prepared

    @functools.cached_property
    def _backgrounds(self) -> list[np.ndarray]:
        """Each exemplar's background without its person."""
        return [smooth_background(e.portrait) for e in self.prepared]

    @functools.cached_property
    def _paper(self) -> np.ndarray:
        """The exemplars' commonest background colour."""
        return paper_colour([e.portrait for e in self.prepared])

    def transfer(self, portrait: Portrait, *, strength: float, background: str) -> Outcome:
        """Stylize one portrait."""
        exemplars = self.prepared
        start = time.perf_counter()
        layers = separate_layers(portrait.image, portrait.matte, portrait.face.inter_ocular)
        person = np.where(portrait.matte[..., None] > 0.01, layers[0], portrait.image)
        timings = {"foreground": time.perf_counter() - start}
        done = energy.transfer(
            portrait, exemplars, settings=self._settings, strength=strength, foreground=person
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
            return self._paper
        shares = done.selection.weights.mean(axis=(1, 2))
        picture = self._backgrounds[most_typical(self._backgrounds, shares)]
        height, width = portrait.matte.shape
        return cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC)


METHODS: dict[str, type[Method]] = {"energy": EnergyMethod}


def choose_method(exemplars: ExemplarSet, method: str) -> tuple[Callable[..., Method], str]:
    """Decide how to stylize.

    Returns
    -------
    method : type of Method
    reason : str
        Why, in words for the user.
    """
    if method != "auto":
        return METHODS[method], f"{method}: asked for"
    return EnergyMethod, "energy: the only method there is"


def prepare_all(
    exemplars: ExemplarSet, name: str, kind: type[T], prepare: Callable[[Portrait], T]
) -> list[T]:
    """Prepare every exemplar, by way of the disk cache where the set came from files."""
    if exemplars.fingerprints is None:
        return [prepare(portrait) for portrait in exemplars]
    prepared = []
    for portrait, content in zip(exemplars, exemplars.fingerprints, strict=True):
        key = disk_cache.fingerprint("prepared", name, content)
        stored = disk_cache.load(kind, key)
        if stored is None:
            stored = prepare(portrait)
            disk_cache.save(key, stored)
        prepared.append(stored)
    return prepared


def most_typical(pictures: list[np.ndarray], shares: np.ndarray) -> int:
    """Index of the picture whose mean colour is nearest to all the others', by their shares."""
    colours = np.stack([picture.mean(axis=(0, 1)) for picture in pictures])
    distance = np.abs(colours[:, None] - colours[None]).sum(axis=-1)
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
