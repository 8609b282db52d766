"""What the package logs in one thread, for whoever tells of that thread's work."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class _OwnThread(logging.Handler):
    """Hands on the records of the thread that it was made in."""

    def __init__(self, receive: Callable[[logging.LogRecord], None], level: int) -> None:
        super().__init__(level)
        self._receive, self._owner = receive, threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._owner:
            self._receive(record)


@contextmanager
def hearing_records(
    receive: Callable[[logging.LogRecord], None], level: int = logging.WARNING
) -> Iterator[None]:
    """Hear what the package logs in this thread meanwhile.

    Parameters
    ----------
    receive : callable
        Called with each record.
    level : int
        The least that is heard, as far as the package's logger lets it through.
    """
    log, handler = logging.getLogger("facestyle"), _OwnThread(receive, level)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
