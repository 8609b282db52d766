"""Memory that was freed, given back to the system before a large picture needs more.

The C library keeps what threads and small stages freed, in heaps of each thread's own, where the
next large array finds no room. Two exemplars read in threads and a matte leave 70 MB behind.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable

LARGE = 2**22  # px; handing back takes some ms, which a small picture is not worth


def give_back(pixels: int) -> None:
    """Give freed memory back to the system; only where the C library is glibc.

    Parameters
    ----------
    pixels : int
        Of the picture that is worked on; nothing is done for a small one.
    """
    trim = _trim() if pixels >= LARGE else None
    if trim is not None:
        trim(0)


@functools.cache
def _trim() -> Callable[[int], int] | None:
    """What the C library calls `malloc_trim`, where it has it."""
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    trim: Callable[[int], int] | None = getattr(library, "malloc_trim", None)
    return trim
