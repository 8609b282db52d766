"""How far one long computation is: told from deep inside, heard by whoever shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Step:
    """One step of a long computation.

    Attributes
    ----------
    what : str
        What is computed, in a few words.
    done, most : int
        Steps done, and the most that there will be.
    detail : str
        How it goes, in a few words.
    draft : callable, optional
        Makes the picture (h, w, 3) as far as it is, float32 in [0, 1]; only valid until the
        listener returns.
    """

    what: str
    done: int
    most: int
    detail: str = ""
    draft: Callable[[], np.ndarray] | None = None


Listener = Callable[[Step], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hear of the steps of long computations in this thread.

    Parameters
    ----------
    listener : callable
        Called with each `Step`.
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def naming(what: str) -> Iterator[None]:
    """Let the steps that are told meanwhile be those of what has this name.

    Parameters
    ----------
    what : str
        In a few words.
    """
    listener = _listener.get()
    if listener is None:
        yield
        return
    with listening(lambda step: listener(replace(step, what=what))):
        yield


def tell(step: Step) -> None:
    """Tell how far a computation is, if anybody listens."""
    listener = _listener.get()
    if listener is not None:
        listener(step)
