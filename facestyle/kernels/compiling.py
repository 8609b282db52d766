"""How every kernel is compiled: on first use, kept on disk, to the same result every time.

A compiled function carries copies of the functions that it calls. Once several functions are
loaded, the linker takes one of these copies, which one depends on what was loaded first: right
after compilation another than with all code from the disk. LLVM optimizes each copy for its
surroundings, and `fastmath` lets it round differently in each. The first run after installation
then drew another picture than all later ones. So kernels compute as IEEE 754 has it, in the order
in which they are written: every copy gives the same bits, on every machine with the same
mathematical functions.

The threads of a parallel kernel belong to Numba's threading layer, and not each can do everything.
"workqueue", the last resort where neither OpenMP nor TBB is installed, aborts the process when two
Python threads use it at once: they take turns here. GNU OpenMP ends a process that was forked after
its threads had started, and what waits for that process waits forever: a forked process uses one
thread here. (One that is forked while another thread compiles may still wait forever, as with any
lock: a program with several threads should start its processes by "spawn" or "forkserver".)
"""

import os
import threading
from collections.abc import Callable
from functools import partial, update_wrapper
from types import FunctionType
from typing import Any

import numba

from facestyle.kernels.kernel_cache import keep_on_disk
from facestyle.kernels.numba_startup import load_array_functions

load_array_functions()

# Without not-a-numbers and signs of zeros a minimum of several numbers doesn't depend on their
# order: LLVM may compare several at once, and the result stays the same.
_ANY_ORDER_OF_MINIMA = {"nnan", "nsz"}


def compiled(
    function: Callable[..., Any] | None = None,
    *,
    inline: bool = False,
    parallel: bool = False,
    minima: bool = False,
) -> Any:
    """Compile a function when it is first called; a decorator.

    Parameters
    ----------
    function : callable, optional
        With plain arrays and numbers as its parameters; without it, a decorator is returned.
    inline : bool
        Always make it a part of the functions that call it.
    parallel : bool
        Run its loops over `numba.prange` in threads. No other kernel can call it.
    minima : bool
        Minima may be found in any order. Its numbers must not be NaN.

    Returns
    -------
    callable
    """
    if function is None:
        return partial(compiled, inline=inline, parallel=parallel, minima=minima)
    options: dict[str, Any] = {"forceinline": True} if inline else {}
    if minima:
        options["fastmath"] = _ANY_ORDER_OF_MINIMA
    return _ParallelKernel(function, options) if parallel else _dispatcher(function, options)


class _ParallelKernel:
    """Calls a kernel's parallel version where its threads may run, else its serial one."""

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        update_wrapper(self, function)
        self._options = options
        self._parallel = _dispatcher(function, options | {"parallel": True})
        self._serial: Any = None

    def __call__(self, *arguments: Any) -> Any:
        """Run the kernel."""
        if _threads.forked:
            return self._serial_version()(*arguments)
        if _threads.take_turns is False:
            return self._parallel(*arguments)
        with _threads.turn:
            result = self._parallel(*arguments)
            _threads.take_turns = numba.threading_layer() == "workqueue"
        return result

    @property
    def versions(self) -> tuple[Any, ...]:
        """Numba's dispatchers, for tests."""
        return (self._parallel,) if self._serial is None else (self._parallel, self._serial)

    def _serial_version(self) -> Any:
        """The kernel without threads, kept on disk under a name of its own."""
        if self._serial is None:
            function: Any = self.__wrapped__  # type: ignore[attr-defined]
            copy = FunctionType(
                function.__code__,
                function.__globals__,
                f"{function.__name__}_serial",
                function.__defaults__,
                function.__closure__,
            )
            copy.__module__, copy.__qualname__ = function.__module__, copy.__name__
            self._serial = _dispatcher(copy, self._options)
        return self._serial


class _Threads:
    """What is known of the threads of this process.

    Attributes
    ----------
    turn : Lock
    take_turns : bool or None
        Whether Python threads have to; None until the threading layer has been chosen.
    forked : bool
        Whether this process was forked from one with threads.
    """

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.take_turns: bool | None = None
        self.forked = False

    def after_fork(self) -> None:
        """Note in a forked process that the threads are not there."""
        self.turn = threading.Lock()
        try:
            numba.threading_layer()
        except ValueError:  # none has been started
            return
        self.forked = True


_threads = _Threads()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_threads.after_fork)


def _dispatcher(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    made = numba.njit(**options)(function)
    keep_on_disk(made)
    return made
