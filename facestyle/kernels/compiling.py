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
from typing import Any, NoReturn

import numba

from facestyle.kernels.kernel_cache import keep_on_disk

# Without not-a-numbers and signs of zeros a minimum of several numbers doesn't depend on their
# order: LLVM may compare several at once, and the result stays the same.
_ANY_ORDER_OF_MINIMA = {"nnan", "nsz"}


def compiled(
    function: Callable[..., Any] | None = None,
    *,
    part: bool = False,
    inline: bool = False,
    minima: bool = False,
    allocates: bool = False,
) -> Any:
    """Compile a function when it is first called; a decorator.

    Parameters
    ----------
    function : callable, optional
        With plain arrays and numbers as its parameters; without it, a decorator is returned.
    part : bool
        Only other kernels call it: Python cannot.
    inline : bool
        Likewise; always make it a part of the functions that call it.
    minima : bool
        Minima may be found in any order. Its numbers must not be NaN.
    allocates : bool
        It makes arrays of its own. Without them there are no references to count.

    Returns
    -------
    callable
    """
    if function is None:
        return partial(compiled, part=part, inline=inline, minima=minima, allocates=allocates)
    # what Python or C would call it by takes a tenth of the time to compile, each
    options: dict[str, Any] = {"nogil": True, "no_cfunc_wrapper": True, "_nrt": allocates}
    if part or inline:
        options["no_cpython_wrapper"] = True
    if inline:
        options["forceinline"] = True
    if minima:
        options["fastmath"] = _ANY_ORDER_OF_MINIMA
    made = numba.njit(**options)(function)
    if part or inline:
        _hide_from_python(made)
    else:  # the others are in the files of their callers
        keep_on_disk(made)
    return made


def _hide_from_python(dispatcher: Any) -> None:
    """Let a call from Python raise an error: there is no code for it."""

    def refuse(*arguments: Any, **named: Any) -> NoReturn:
        raise TypeError(f"{dispatcher.__name__} is a part of other kernels; call its py_func")

    dispatcher._compile_for_args = refuse
    dispatcher._insert = lambda *arguments, **named: None
