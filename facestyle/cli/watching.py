"""A folder that is watched: what is put into it is stylized."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from facestyle.errors import MissingDependencyError, UsageError

if TYPE_CHECKING:
    from facestyle.io.images import InputFile

_QUIET = 1.0  # s that a file's size and time must stay as they are: it may still be copied
_STEP_MS = 400  # between two looks at the folder; any number of this order does

FileFacts = tuple[int, int]  # bytes, time of change in ns


def watch_folders(
    folders: Sequence[Path],
    suffixes: frozenset[str],
    work: Callable[[list[InputFile]], object],
    done: Mapping[Path, FileFacts],
) -> None:
    """Work on what is put into folders, or changed there, until interrupted.

    Parameters
    ----------
    folders : sequence of Path
    suffixes : frozenset of str
        Of the files that are inputs.
    work : callable
        Called with one input at a time.
    done : mapping of Path to FileFacts
        Inputs that were worked on before; what came or changed since is taken, too.
    """
    from facestyle.cli.messages import report_error
    from facestyle.errors import FacestyleError
    from facestyle.io.images import expand_inputs

    def is_wanted(path: Path) -> bool:
        return path.suffix.lower() in suffixes and not path.name.startswith(".")

    for path in changed_files(folders, is_wanted, done):
        # as the folder itself would give it: results of earlier runs are no inputs
        known = [
            item
            for item in expand_inputs(folders, suffixes=suffixes)
            if item.path.resolve() == path.resolve()
        ]
        for item in known:
            try:
                work([item])
            except FacestyleError as error:
                report_error(str(error))


def file_facts(paths: Iterable[Path]) -> dict[Path, FileFacts]:
    """Resolved path, size and time of change of those that exist.

    Parameters
    ----------
    paths : iterable of Path

    Returns
    -------
    dict of Path to FileFacts
    """
    found: dict[Path, FileFacts] = {}
    for path in paths:
        with contextlib.suppress(OSError):
            facts = os.stat(path)
            found[path.resolve()] = (facts.st_size, facts.st_mtime_ns)
    return found


def changed_files(
    folders: Sequence[Path],
    is_wanted: Callable[[Path], bool],
    done: Mapping[Path, FileFacts],
) -> Iterator[Path]:
    """Files that are put into folders, or changed there, each when it is whole; for ever.

    Parameters
    ----------
    folders : sequence of Path
        Watched with what is below them.
    is_wanted : callable
        Whether a file may be one of the inputs, by its name.
    done : mapping of Path to FileFacts
        Files that are not told of as long as they stay as they are.

    Yields
    ------
    Path

    Raises
    ------
    MissingDependencyError
        If the extra ``watch`` is not installed.
    UsageError
        If one of them is no folder.
    """
    try:
        from watchfiles import Change, watch
    except ImportError:
        raise MissingDependencyError("watchfiles", "--watch", "watch") from None
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"--watch: {folder} is no folder; expected folders alone")
    pending: dict[Path, tuple[int, int, float]] = {}
    told = dict(done)
    # what came while the first results were made came before the watch, as in a new folder
    fresh = {folder.resolve(): time.monotonic() for folder in folders}
    for changes in watch(*folders, debounce=_STEP_MS, rust_timeout=_STEP_MS, yield_on_timeout=True):
        added = {Path(name).resolve() for change, name in changes if change is not Change.deleted}
        fresh.update({path: time.monotonic() for path in added if path.is_dir()})
        for path in added | _inside(fresh):
            if is_wanted(path) and path.is_file():
                pending.setdefault(path, (-1, -1, 0.0))
        for path, facts in _settle(pending):
            if told.get(path) != facts:
                told[path] = facts
                yield path


def _inside(fresh: dict[Path, float]) -> set[Path]:
    """What is in new folders: it may have come before they were watched."""
    now = time.monotonic()
    found: set[Path] = set()
    for folder, since in list(fresh.items()):
        found.update(folder.rglob("*"))
        if now - since > 2 * _QUIET:
            del fresh[folder]
    return found


def _settle(
    pending: dict[Path, tuple[int, int, float]],
) -> Iterator[tuple[Path, FileFacts]]:
    """Those that have not grown for a while, with size and time; they are pending no more."""
    now = time.monotonic()
    for path, (size, changed, since) in list(pending.items()):
        try:
            facts = os.stat(path)
        except OSError:  # gone again
            del pending[path]
            continue
        if (facts.st_size, facts.st_mtime_ns) != (size, changed):
            pending[path] = (facts.st_size, facts.st_mtime_ns, now)
        elif now - since >= _QUIET:
            del pending[path]
            yield path, (size, changed)
