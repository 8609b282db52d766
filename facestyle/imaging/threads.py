"""Several pictures at once: OpenCV and NumPy work outside the interpreter's lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import cv2

_MOST = 4  # threads: what each of them makes in between is in memory at once
Item = TypeVar("Item")
Made = TypeVar("Made")


def in_threads(function: Callable[[Item], Made], items: Iterable[Item]) -> list[Made]:
    """Call a function for each item, some at once; the results in order.

    Parameters
    ----------
    function : callable
        Changes nothing that another call reads.
    items : iterable

    Returns
    -------
    list
    """
    most = min(_MOST, cv2.getNumThreads())
    if most <= 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(most) as pool:
        return list(pool.map(function, items))
