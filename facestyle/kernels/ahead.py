"""On the first run after installation, a second process compiles what will soon be needed.

Compiling takes as long as finding faces in the exemplars, and cannot be done in threads: Numba
lets one at a time compile, and holds the interpreter's lock for most of that.
"""

import atexit
import os
import subprocess
import sys
import threading
from importlib import import_module
from typing import Any

# in the order in which they are needed; those that compile in less than half a second are left out
MRF = ("alpha_expansion._expand",)
BY_METHOD: dict[str, tuple[str, ...]] = {
    "patch_unpaired": ("patchmatch._sweep", "patch_voting._vote"),
    "patch_paired": (
        "candidate_search._search",
        "local_regression._fit_weights",
        "local_regression._mix_patches",
        "patch_moments._pooled_moments",
        "patch_overlap._overlap_tables",
        "trw_s._pass_messages",
        "quilting._quilt",
    ),
}

_helpers: dict[str, "_Helper"] = {}  # by the kernels that they compile


def load_ahead(kernels: tuple[str, ...]) -> None:
    """Import kernels while this thread goes on, and have those compiled that are not on disk.

    Parameters
    ----------
    kernels : tuple of str
        Such as `MRF`.
    """
    if kernels:
        threading.Thread(target=_load, args=(kernels,), name="kernels ahead").start()


def wait_for(kernel: str) -> bool:
    """Wait for a kernel that another process compiles now; whether there was one.

    Parameters
    ----------
    kernel : str
        Module and name.
    """
    helper = _helpers.get(kernel)
    return helper is not None and helper.wait(kernel)


def _load(names: tuple[str, ...]) -> None:
    try:
        missing = [name for name in names if not _kept(name)]
    except RuntimeError:
        # Numba's import walks through `builtins`, and dlib's, in another thread, adds to them. It
        # adds once
        missing = [name for name in names if not _kept(name)]
    if missing and _cores() > 1:
        helper = _Helper(missing)
        _helpers.update((name, helper) for name in missing)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # not everywhere; knows of containers
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _kept(name: str) -> bool:
    """Whether a kernel of this version is on disk; True also where nothing can be kept."""
    module, _, function = name.partition(".")
    kernel: Any = getattr(import_module(f"facestyle.kernels.{module}"), function)
    holds = getattr(kernel._cache, "holds_code", None)
    return holds is None or bool(holds())


class _Helper:
    """The process, and what it has said so far."""

    def __init__(self, kernels: list[str]) -> None:
        code = (
            f"import sys; sys.path[:] = {sys.path!r}; "
            "from facestyle.kernels.examples import compile_examples; "
            f"compile_examples({kernels!r})"
        )
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._compiled: set[str] = set()
        self._process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        atexit.register(self._end)

    def wait(self, kernel: str) -> bool:
        """Wait until a kernel is on disk; False where the process ended before."""
        assert self._process.stdout is not None
        with self._lock:
            while kernel not in self._compiled:
                line = self._process.stdout.readline()
                if not line:
                    return False
                self._compiled.add(line.strip())
        return True

    def _end(self) -> None:
        """End the process: what is needed has been compiled, or nothing is needed any more."""
        if os.getpid() == self._owner:
            self._process.kill()
            with self._process:  # waits, and closes the pipe
                pass
