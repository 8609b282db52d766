"""How every kernel is compiled: on first use, kept on disk, to the same result every time.

A compiled function carries copies of the functions that it calls. Once several functions are
loaded, the linker takes one of these copies, which one depends on what was loaded first: right
after compilation another than with all code from the disk. LLVM optimizes each copy for its
surroundings, and `fastmath` lets it round differently in each. The first run after installation
then drew another picture than all later ones. So kernels compute as IEEE 754 has it, in the order
in which they are written: every copy gives the same bits, on every machine with the same
mathematical functions.

Loops in threads are ours (`run_in_threads`), not Numba's: those take twice as long to compile, and
depend on a threading layer that may be missing, or may not survive a fork.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numba

from facestyle.kernels.kernel_cache import keep_on_disk

# Without not-a-numbers and signs of zeros a minimum of several numbers doesn't depend on their
# order: LLVM may compare several at once, and the result stays the same.
_ANY_ORDER_OF_MINIMA = {"nnan", "nsz"}


def compiled(
    function: Callable[..., Any] | None = None, *, inline: bool = False, minima: bool = False
) -> Any:
    """Compile a function when it is first called; a decorator.

    Parameters
    ----------
    function : callable, optional
        With plain arrays and numbers as its parameters; without it, a decorator is returned.
    inline : bool
        Always make it a part of the functions that call it; Python cannot call it.
    minima : bool
        Minima may be found in any order. Its numbers must not be NaN.

    Returns
    -------
    callable
    """
    if function is None:
        return partial(compiled, inline=inline, minima=minima)
    # nobody calls them from C; their wrappers for that take a tenth of the time to compile
    options: dict[str, Any] = {"nogil": True, "no_cfunc_wrapper": True}
    if inline:
        options |= {"forceinline": True, "no_cpython_wrapper": True}
    if minima:
        options["fastmath"] = _ANY_ORDER_OF_MINIMA
    made = numba.njit(**options)(function)
    if not inline:  # their callers hold them
        keep_on_disk(made)
    return made
