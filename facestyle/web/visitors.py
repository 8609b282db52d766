"""Who visits the page: each visitor's files lie in a folder of their own, and are deleted."""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from facestyle.errors import UsageError
from facestyle.web.limits import WebLimits

_LONGEST_NAME = 80  # characters of an uploaded file's name that are kept
# advice that the page has no place for: landmarks are moved by hand there
_COMMAND_LINE = (
    r"\.? Give 68 points with --landmarks-file \(.*?beside it\)"
    r"|, or 68 points in a file \S+ beside the picture"
)
COOKIE = "facestyle_visitor"


@dataclass
class Upload:
    """A portrait or a clip that a visitor has dropped in.

    Attributes
    ----------
    path : Path
    preview : ndarray or None
        A portrait reduced for previews, (h, w, 3 or 4) uint8.
    scale : float
        Size of the preview over that of the file.
    matte : (h, w) float32 or None
        As the visitor has corrected it, at the preview's size.
    """

    path: Path
    preview: np.ndarray | None = None
    scale: float = 1.0
    matte: np.ndarray | None = None


@dataclass
class Visitor:
    """What the server keeps for one browser.

    Attributes
    ----------
    token : str
        The secret in the browser's cookie.
    folder : Path
        Holds everything; deleted with the visitor.
    """

    token: str
    folder: Path
    limits: WebLimits
    uploads: OrderedDict[str, Upload] = field(default_factory=OrderedDict)
    sets: OrderedDict[str, Path] = field(default_factory=OrderedDict)
    jobs: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    seen: float = field(default_factory=time.monotonic)

    def new_folder(self) -> tuple[str, Path]:
        """A name that nobody guesses, and an empty folder of that name."""
        key = secrets.token_hex(8)
        folder = self.folder / key
        folder.mkdir()
        return key, folder

    @contextmanager
    def receiving(self) -> Iterator[tuple[str, Path]]:
        """A folder for what is being received; it is gone where that is refused."""
        key, folder = self.new_folder()
        try:
            yield key, folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def keep(self, kind: OrderedDict[str, Any], key: str, item: Any) -> None:
        """Remember an item; the oldest of its kind is forgotten where there are too many.

        Parameters
        ----------
        kind : OrderedDict
            One of this visitor's.
        key : str
            The item's name, and that of its folder.
        item : object
        """
        kind[key] = item
        while len(kind) > self.limits.kept:
            oldest, _ = kind.popitem(last=False)
            shutil.rmtree(self.folder / oldest, ignore_errors=True)

    def shown(self, text: str) -> str:
        """A message without the folders of this server and the words of the command line."""
        text = re.sub(re.escape(str(self.folder)) + r"/[0-9a-f]{16}/?", "", text)
        text = re.sub(r"\bmy_exemplars/\d\d ", "", text).replace("my_exemplars", "your exemplars")
        return re.sub(_COMMAND_LINE, "", text)


class Visitors:
    """All visitors, by their cookies.

    Parameters
    ----------
    limits : WebLimits
    """

    def __init__(self, limits: WebLimits) -> None:
        self._limits = limits
        self._root = Path(tempfile.mkdtemp(prefix="facestyle-web-"))
        self._visitors: OrderedDict[str, Visitor] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, token: str | None) -> Visitor:
        """The visitor of a cookie; a new one where the cookie is unknown."""
        self.forget_idle()
        with self._lock:
            visitor = self._visitors.get(token or "")
            if visitor is None:
                token = secrets.token_urlsafe(24)
                folder = self._root / secrets.token_hex(8)
                folder.mkdir(mode=0o700)
                visitor = self._visitors[token] = Visitor(token, folder, self._limits)
            visitor.seen = time.monotonic()
            self._visitors.move_to_end(visitor.token)
            while len(self._visitors) > self._limits.visitors:
                self._delete(next(iter(self._visitors)))
            return visitor

    def forget(self, token: str) -> None:
        """Delete a visitor's files now."""
        with self._lock:
            self._delete(token)

    def forget_idle(self) -> None:
        """Delete the files of those who have not been here for long."""
        now = time.monotonic()
        with self._lock:
            for token, visitor in list(self._visitors.items()):
                if now - visitor.seen > self._limits.idle:
                    self._delete(token)

    def close(self) -> None:
        """Delete everything."""
        with self._lock:
            self._visitors.clear()
        shutil.rmtree(self._root, ignore_errors=True)

    def _delete(self, token: str) -> None:
        visitor = self._visitors.pop(token, None)
        if visitor is None:
            return
        for job in visitor.jobs.values():
            job.cancel()
        shutil.rmtree(visitor.folder, ignore_errors=True)


def safe_name(name: str, suffixes: frozenset[str]) -> str:
    """An uploaded file's name, fit for this computer.

    Parameters
    ----------
    name : str
        As the browser gives it.
    suffixes : frozenset of str
        Those that are read, with dots.

    Raises
    ------
    UsageError
        If its suffix is none of them.
    """
    path = Path(name.replace("\\", "/")).name
    suffix = Path(path).suffix.lower()
    if suffix not in suffixes:
        raise UsageError(
            f"{path or 'the file'}: files of type '{suffix or 'none'}' are not read; expected "
            f"{', '.join(sorted(suffixes))}"
        )
    stem = re.sub(r"[^\w .()-]", "_", Path(path).stem).strip(" .-")[:_LONGEST_NAME]
    return (stem or "picture") + suffix
