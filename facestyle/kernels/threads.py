"""Loops of kernels in several threads: each takes bands of the range until none is left."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numba

# bands for each thread, so that none waits long for the slowest
_BANDS = 4


class _Threads:
    """The threads of this process, started when they are first needed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.most = int(numba.config.NUMBA_NUM_THREADS)
        self.pool: ThreadPoolExecutor | None = None

    def submit(self, work: Callable[[], None]) -> "Future[None]":
        """Let a thread work."""
        with self.lock:
            if self.pool is None:
                self.pool = ThreadPoolExecutor(max(1, int(numba.config.NUMBA_NUM_THREADS) - 1))
            return self.pool.submit(work)

    def after_fork(self) -> None:
        """Forget in a forked process the threads that are not there."""
        self.lock, self.pool = threading.Lock(), None


_threads = _Threads()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_threads.after_fork)


def thread_count() -> int:
    """How many threads a loop takes: what NUMBA_NUM_THREADS says, or all cores."""
    return _threads.most


def set_thread_count(count: int) -> None:
    """Let loops take so many threads at most, from 1 to NUMBA_NUM_THREADS."""
    _threads.most = max(1, min(count, int(numba.config.NUMBA_NUM_THREADS)))


def run_in_threads(
    kernel: Callable[..., Any], count: int, *arguments: Any, least: int = 16
) -> None:
    """Call a kernel for all of a range, in bands.

    Parameters
    ----------
    kernel : callable
        Compiled. Its last two parameters are the first place of the range and the one behind the
        last; what it does at one place depends on no other.
    count : int
        Length of the range.
    *arguments
        Its other parameters.
    least : int
        Fewest places that are worth a call, some 20 microseconds.
    """
    threads = min(thread_count(), count // least)
    if threads <= 1:
        kernel(*arguments, 0, count)
        return
    number = min(_BANDS * threads, count // least)
    bands = iter([(count * n // number, count * (n + 1) // number) for n in range(number)])

    def work() -> None:
        for first, last in bands:  # the interpreter's lock hands out each band once
            kernel(*arguments, first, last)

    others = [_threads.submit(work) for _ in range(threads - 1)]
    try:
        work()
    finally:
        for other in others:
            other.result()
