"""The files of the disk cache: where they are, how large in all, which are dropped.

The least recently used are dropped first, when all together take more than `LIMIT` bytes, or what
the environment variable ``FACESTYLE_CACHE_LIMIT`` says ("500 MB", "4GB", "0" for no cache).
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from facestyle.errors import UsageError

LIMIT = 2 * 10**9  # bytes
VARIABLE = "FACESTYLE_CACHE_LIMIT"
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
# what this package writes into the folder: entries, and what is left of unfinished ones
_ENTRY = re.compile(r"[0-9a-f]{40}\.np[yz]")
_UNFINISHED = re.compile(r"\.[0-9a-f]{12}\.part")
_STALE = 24 * 3600.0  # s after which nobody goes on with an unfinished file
_KEPT = 0.9  # share of the limit that is left after dropping, so that it is not done at each write
# the folder is listed after so many bytes of this process: 20 ms for 5,000 files
_EVERY = 64 * 10**6
_TOUCH_EVERY = 600.0  # s; a use is noted no more often
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class CacheFile:
    """One file of the cache.

    Attributes
    ----------
    path : Path
    bytes : int
    used : float
        When it was last read or written, seconds since 1970.
    """

    path: Path
    bytes: int
    used: float


def cache_folder() -> Path:
    """Folder of the cache: $FACESTYLE_CACHE, or the user's cache folder.

    Raises
    ------
    FileNotFoundError
        The user has no home folder, as in many containers.
    """
    chosen = os.environ.get("FACESTYLE_CACHE")
    if chosen:
        return Path(chosen)
    import platformdirs

    try:
        folder = Path(platformdirs.user_cache_dir("facestyle"))
    except RuntimeError as error:
        raise FileNotFoundError(f"no folder for the cache ({error})") from error
    if not folder.is_absolute():  # what older releases of platformdirs give
        raise FileNotFoundError(f"no folder for the cache (found {folder})")
    return folder


def cache_limit() -> int:
    """Bytes that the cache takes at most: $FACESTYLE_CACHE_LIMIT, or `LIMIT`.

    Raises
    ------
    UsageError
        If the variable holds no size.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return LIMIT
    match = _SIZE.fullmatch(text)
    if match is None:
        raise UsageError(
            f"{VARIABLE}: found '{text}', expected a size such as 2GB, 500MB or a number of bytes"
        )
    base = 1024 if match[3] else 1000
    return int(float(match[1]) * base ** _POWERS[match[2].lower()])


def list_cache(folder: Path) -> list[CacheFile]:
    """The entries in a folder, the least recently used first; other files are none.

    Parameters
    ----------
    folder : Path
        May be missing.
    """
    return sorted(_listed(folder, _ENTRY), key=lambda file: file.used)


def clear_cache(folder: Path) -> list[CacheFile]:
    """Remove every entry and what is left of unfinished ones; returns what was removed."""
    return [file for file in [*list_cache(folder), *_listed(folder, _UNFINISHED)] if _remove(file)]


def drop_least_used(folder: Path, limit: int) -> list[CacheFile]:
    """Remove the least recently used entries where all take more than `limit` bytes.

    Parameters
    ----------
    folder : Path
    limit : int
        Bytes.

    Returns
    -------
    list of CacheFile
        What was removed, unfinished files of yesterday and before among them.
    """
    stale = time.time() - _STALE
    removed = [f for f in _listed(folder, _UNFINISHED) if f.used < stale and _remove(f)]
    files = list_cache(folder)
    total = sum(file.bytes for file in files)
    if total <= limit:
        return removed
    for file in files:
        if total <= _KEPT * limit:
            break
        if _remove(file):
            removed.append(file)
            total -= file.bytes
    _LOG.info(
        "the cache in %s was above its limit of %.1f GB (%s): %d files that were not used for "
        "longest are dropped",
        *(folder, limit / 1e9, VARIABLE, len(removed)),
    )
    return removed


class Bound:
    """Keeps the cache below its limit while a process writes to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unchecked: int | None = None  # bytes written since; None: never checked

    def written(self, path: Path) -> None:
        """Note a new entry; now and then, drop what is too much."""
        limit = cache_limit()
        with self._lock:
            with contextlib.suppress(OSError):
                self._unchecked = (self._unchecked or 0) + path.stat().st_size
            if self._unchecked is not None and self._unchecked < min(_EVERY, limit):
                return
            self._unchecked = 0
        drop_least_used(path.parent, limit)


def note_use(path: Path) -> None:
    """Note that an entry was read just now."""
    with contextlib.suppress(OSError):
        now = time.time()
        if now - path.stat().st_mtime > _TOUCH_EVERY:
            os.utime(path, (now, now))


def _listed(folder: Path, pattern: re.Pattern[str]) -> list[CacheFile]:
    """Files of the cache whose names match; those that vanish meanwhile are left out."""
    found = []
    with contextlib.suppress(OSError), os.scandir(folder) as items:
        for item in items:
            if pattern.fullmatch(item.name):
                with contextlib.suppress(OSError):
                    status = item.stat(follow_symlinks=False)
                    found.append(CacheFile(Path(item.path), status.st_size, status.st_mtime))
    return found


def _remove(file: CacheFile) -> bool:
    """Remove a file; false where it cannot be, or is gone."""
    try:
        file.path.unlink()
    except OSError:
        return False
    return True
