"""What the package logs for one piece of work, for whoever tells of that work."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# A new thread begins with an empty context, unless it is given that of its work (`in_threads`).
_HEARING: ContextVar[tuple[logging.Handler, ...]] = ContextVar("hearing", default=())


class _OwnWork(logging.Handler):
    """Hands on the records of the work that it was made for."""

    def __init__(self, receive: Callable[[logging.LogRecord], None], level: int) -> None:
        super().__init__(level)
        self._receive = receive

    def emit(self, record: logging.LogRecord) -> None:
        if self in _HEARING.get():
            self._receive(record)


@contextmanager
def hearing_records(
    receive: Callable[[logging.LogRecord], None], level: int = logging.WARNING
) -> Iterator[None]:
    """Hear what the package logs in this thread, and in those that work for it, meanwhile.

    Parameters
    ----------
    receive : callable
        Called with each record.
    level : int
        The least that is heard, as far as the package's logger lets it through.
    """
    log, handler = logging.getLogger("facestyle"), _OwnWork(receive, level)
    token = _HEARING.set((*_HEARING.get(), handler))
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        _HEARING.reset(token)
