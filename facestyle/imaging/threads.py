"""Several pictures at once: OpenCV, NumPy and the kernels work outside the interpreter's lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

import cv2

MOST = 4  # threads: what each of them makes in between is in memory at once
Item = TypeVar("Item")
Made = TypeVar("Made")


def in_threads(
    function: Callable[[Item], Made], items: Iterable[Item], *, most: int = MOST
) -> list[Made]:
    """Call a function for each item, some at once; the results in order.

    Parameters
    ----------
    function : callable
        Changes nothing that another call reads.
    items : iterable
    most : int
        Threads at most; no more than OpenCV may use (`cv2.setNumThreads`).

    Returns
    -------
    list
    """
    threads = min(most, cv2.getNumThreads())
    if threads <= 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        # each call in a copy of this context: who listens to this thread hears it
        calls = [pool.submit(copy_context().run, function, item) for item in items]
        return [call.result() for call in calls]
