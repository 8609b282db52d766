"""How far one long computation is: told from deep inside, heard by whoever shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# called with what is done, the steps done and the most that there will be
Listener = Callable[[str, int, int], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hear of the steps of long computations in this thread.

    Parameters
    ----------
    listener : callable
        Called with what is done, the steps done, and the most that there will be.
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(what: str, done: int, most: int) -> None:
    """Tell how far a computation is, if anybody listens.

    Parameters
    ----------
    what : str
        A few words.
    done, most : int
        Steps.
    """
    listener = _listener.get()
    if listener is not None:
        listener(what, done, most)
