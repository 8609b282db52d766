"""What every method of stylizing has in common: its interface, its record, its preparation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

import numpy as np

from facestyle import disk_cache
from facestyle.errors import UsageError
from facestyle.exemplars import ExemplarSet
from facestyle.faces import Face, Portrait, person_matte

Stored = TypeVar("Stored")


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
    """One way to stylize: holds the prepared exemplars.

    A method is made from an exemplar set, a seed and its own options, all by keyword.

    Attributes
    ----------
    name : str
    options : frozenset of str
        Names of its own options.
    """

    name: ClassVar[str]
    options: ClassVar[frozenset[str]]

    def matte(self, image: np.ndarray, face: Face) -> np.ndarray:
        """Opacity of the person that a face belongs to."""
        return person_matte(image, face)

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Its options in words: what results depend on besides exemplars and portrait."""

    @abstractmethod
    def transfer(self, portrait: Portrait, *, strength: float, background: str) -> Outcome:
        """Stylize one portrait."""


def check_options(
    method: type[Method], given: Iterable[str], others: Iterable[type[Method]], reason: str
) -> None:
    """Refuse options that a method does not have.

    Parameters
    ----------
    method : type of Method
    given : iterable of str
        Names of options.
    others : iterable of type of Method
        Where an option may belong instead.
    reason : str
        The method's name and why it is used.

    Raises
    ------
    UsageError
        Naming the option and where it belongs.
    """
    for option in given:
        if option in method.options:
            continue
        owners = [other.name for other in others if option in other.options]
        if owners:
            raise UsageError(f"{option}: belongs to method {owners[0]}; the method is {reason}")
        known = ", ".join(sorted(method.options))
        raise UsageError(f"{option}: no such option; method {method.name} knows {known}")


def prepare_all(
    exemplars: ExemplarSet,
    name: str,
    kind: type[Stored],
    prepare: Callable[[Portrait], Stored],
) -> list[Stored]:
    """Prepare every exemplar, by way of the disk cache where the set came from files.

    Parameters
    ----------
    exemplars : ExemplarSet
    name : str
        Of the preparation, in the cache.
    kind : type
        The dataclass that `prepare` returns.
    prepare : callable

    Returns
    -------
    list of `kind`
    """
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
