"""The looks that come with facestyle: sets of exemplars that go by a name."""

from __future__ import annotations

import difflib
import functools
import logging
import os
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from facestyle.errors import ExemplarError

_LISTING = "looks.toml"
_LIKENESS = 0.6  # of difflib: "nior" is .75 like "noir", "sepia" .4 like "warm"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """A set of exemplars that comes with facestyle.

    Attributes
    ----------
    name : str
        What it goes by: "noir".
    medium : str
        Photograph, drawing, painting or print.
    summary : str
        What it looks like.
    folder : Path
        Where its pictures are.
    size : (int, int)
        Width and height of each picture, px.
    licenses : dict of str to str
        The terms of each picture, by its file's name.
    """

    name: str
    medium: str
    summary: str
    folder: Path
    size: tuple[int, int]
    licenses: dict[str, str]

    @property
    def pictures(self) -> tuple[Path, ...]:
        """The files, sorted by name."""
        return tuple(self.folder / name for name in sorted(self.licenses))

    @property
    def thumbnail(self) -> Path:
        """One of the pictures, small; the same sitter for every look."""
        return self.folder.parent / "thumbnails" / f"{self.name}.jpg"

    @property
    def bytes(self) -> int:
        """What its pictures take on disk."""
        return sum(path.stat().st_size for path in self.pictures)

    @property
    def license(self) -> str:
        """Its pictures' terms in a line: how many are under which."""
        counts = Counter(
            terms.replace(":", ";").split(";")[0].removesuffix(" by age")
            for terms in self.licenses.values()
        )
        return ", ".join(f"{terms} ({count})" for terms, count in counts.most_common())


@functools.cache
def looks_folder() -> Path:
    """Where the bundled sets lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "assets" / "looks"
    return installed if installed.is_dir() else package.parent / "exemplars"


@functools.cache
def bundled_sets() -> dict[str, Look]:
    """Every set of pictures that comes with facestyle, by name: looks, and their photographs."""
    folder = looks_folder()
    try:
        listing = tomllib.loads((folder / _LISTING).read_text(encoding="utf-8"))
    except OSError:  # a package that was made without them
        return {}
    return {
        name: Look(
            name,
            entry["medium"],
            entry["summary"],
            folder / name,
            (entry["size"][0], entry["size"][1]),
            dict(entry["licenses"]),
        )
        for name, entry in listing.items()
    }


def bundled_looks() -> dict[str, Look]:
    """The looks that come with facestyle, by name."""
    return {name: s for name, s in bundled_sets().items() if not name.endswith("_photos")}


def find_exemplars(given: str | os.PathLike[str]) -> Path:
    """The folder or picture that a user means by a path or by the name of a bundled set.

    What exists in the file system is taken before a look of the same name; a warning says so.

    Parameters
    ----------
    given : str or path-like
        "noir", "high-key", "sketches/", "wave.jpg".

    Returns
    -------
    Path

    Raises
    ------
    ExemplarError
        If there is neither; names looks that are spelled alike.
    """
    path = Path(given)
    look = bundled_sets().get(_as_name(given))
    if os.path.lexists(path):
        if look is not None and path.resolve() != look.folder.resolve():
            _LOG.warning(
                "%s: the %s %s is used, not the look of that name that comes with facestyle",
                given,
                "folder" if path.is_dir() else "file",
                path.resolve(),
            )
        return path
    if look is not None:
        return look.folder
    raise ExemplarError(
        f"{path}: no such folder or picture{_suggestion(given)}; expected a folder of stylized "
        "portraits, or a look ('facestyle looks' lists them)"
    )


def find_look(name: str) -> Look:
    """A look by its name; `ExemplarError` with those spelled alike where there is none."""
    looks = bundled_sets()
    if _as_name(name) not in looks:
        raise ExemplarError(
            f"{name}: no such look{_suggestion(name)}; expected "
            f"{', '.join(bundled_looks()) or 'none: none is installed'}"
        )
    return looks[_as_name(name)]


def name_of(folder: str | os.PathLike[str]) -> str:
    """What to call results after exemplars: the look's or folder's name, a file's without suffix.

    Parameters
    ----------
    folder : path-like
        What `find_exemplars` takes or finds.
    """
    path = Path(folder).resolve()
    if not path.exists() and _as_name(folder) in bundled_sets():  # however it was typed
        return _as_name(folder)
    return path.stem if path.is_file() else path.name


def _as_name(given: str | os.PathLike[str]) -> str:
    """A look's name as it is listed, however it was typed: "High-Key" is high_key."""
    return os.fspath(given).strip().lower().replace("-", "_").replace(" ", "_")


def _suggestion(given: str | os.PathLike[str]) -> str:
    likely = difflib.get_close_matches(_as_name(given), bundled_looks(), 1, _LIKENESS)
    return f" (did you mean {likely[0]}?)" if likely else ""
