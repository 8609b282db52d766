"""Compiled kernels on disk, where there is room for them.

Numba keeps them in NUMBA_CACHE_DIR, else beside the sources, else in the user's cache folder. In a
container none of these may be writable: then each process compiles its own, and says so.
"""

import hashlib
import logging
import os
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar

from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.runtime import rtsys

from facestyle.kernels.ahead import wait_for
from facestyle.kernels.numba_startup import load_array_functions

_LOG = logging.getLogger(__name__)
_reasons: list[str] = []  # why kernels are not kept; the first one has been said


def keep_on_disk(dispatcher: Any) -> None:
    """Let a function that Numba compiles be kept on disk, if it can be."""
    try:
        dispatcher._cache = _KernelCache(dispatcher.py_func, dispatcher.targetoptions)
    except (RuntimeError, OSError) as error:
        _warn_once(f"no folder for them can be written ({error})")
        load_array_functions()


class _CacheFiles(CompileResultCacheImpl):
    """Numba's choice of a folder, less one named "~" here where the user has no home."""

    _locator_classes: ClassVar = [
        locator
        for locator in CompileResultCacheImpl._locator_classes
        if "UserWide" not in locator.__name__
        or "XDG_CACHE_HOME" in os.environ
        or os.path.isabs(os.path.expanduser("~"))
    ]


class _KernelCache(FunctionCache):
    """Numba's cache, which may fail, and which forgets all kernels when one of them changes.

    Numba looks at the file of a function alone: not at those of the functions that it calls.
    """

    _impl_class = _CacheFiles

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        super().__init__(function)
        self._name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        # a set's order differs from process to process
        plain = {n: sorted(v) if isinstance(v, set) else v for n, v in options.items()}
        self._options = repr(sorted(plain.items()))

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        """Load compiled code; None where there is none, or none that can be read.

        Numba's own method first learns to compile all that Numba can, in half a second. What has
        been compiled needs nothing but the functions that count references.
        """
        rtsys.initialize(target_context)
        found = self._read(signature, target_context)
        if found is None and wait_for(self._name):
            found = self._read(signature, target_context)
        if found is None:
            load_array_functions()
        return found

    def _read(self, signature: Any, target_context: Any) -> Any:
        try:
            return self._load_overload(signature, target_context)
        except Exception as error:  # damaged pickles raise anything
            _LOG.info("a compiled kernel is unreadable (%r); compiling it again", error)
            self._try(self.flush)
            return None

    def holds_code(self) -> bool:
        """Whether there is code of this version, for any types."""
        try:
            return any(key[-1] == _sources() for key in self._cache_file._load_index())
        except Exception as error:  # damaged pickles raise anything
            _LOG.info("compiled kernels are unreadable (%r)", error)
            return False

    def save_overload(self, *arguments: Any) -> None:
        """Keep compiled code if possible."""
        self._try(partial(super().save_overload, *arguments))

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            _warn_once(f"cannot write to {self.cache_path} ({error})")

    def _index_key(self, *arguments: Any) -> tuple[Any, ...]:
        return *super()._index_key(*arguments), self._options, _sources()


@cache
def _sources() -> str:
    """Hash of the sources of all kernels."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _warn_once(reason: str) -> None:
    """Say, but not again, that compiled kernels are not kept."""
    if not _reasons:
        _LOG.warning(
            "Compiled kernels are not kept: %s. Every process compiles its own, which may take a "
            "minute; set NUMBA_CACHE_DIR to a folder that can be written.",
            reason,
        )
    _reasons.append(reason)
