"""From what the user typed (files, globs, folders) to a list of input files."""

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from facestyle.io.images.formats import IMAGE_SUFFIXES


@dataclass(frozen=True)
class InputFile:
    """One input and where it goes inside an output folder.

    Attributes
    ----------
    path : Path
        The file.
    relative : Path
        Name inside an output folder; keeps the sub-folders below the folder that was given.
    found : bool
        Whether it was found in a folder or by a glob, not named in full.
    """

    path: Path
    relative: Path
    found: bool = False


def expand_inputs(
    paths: Iterable[str | os.PathLike[str]], *, suffixes: frozenset[str] = IMAGE_SUFFIXES
) -> list[InputFile]:
    """List the files that files, globs and folders stand for.

    Folders are searched recursively for the given suffixes; hidden files and folders are ignored.
    What matches nothing (a missing file, an empty folder) is kept as it is, so that reading it
    fails with a message that names it while the other inputs go on.

    Parameters
    ----------
    paths : iterable of path-like
        In the order typed. ``~`` is expanded.
    suffixes : frozenset of str
        Lower-case suffixes that are taken from folders and globs; a file named in full is kept
        whatever its suffix.

    Returns
    -------
    list of InputFile
        Sorted inside each folder or glob, without duplicates.
    """
    found: list[InputFile] = []
    seen: set[Path] = set()
    for path in paths:
        for item in _expand(Path(path).expanduser(), suffixes):
            identity = item.path.resolve()
            if identity not in seen:
                seen.add(identity)
                found.append(item)
    return found


def _expand(path: Path, suffixes: frozenset[str]) -> list[InputFile]:
    if path.is_dir():
        files = sorted(_walk(path, suffixes))
        return [InputFile(f, f.relative_to(path), True) for f in files] or [_as_typed(path)]
    if not path.exists() and glob.has_magic(str(path)):
        return _expand_glob(path, suffixes) or [_as_typed(path)]
    return [_as_typed(path)]


def _as_typed(path: Path) -> InputFile:
    return InputFile(path, Path(path.name or "."))


def _expand_glob(pattern: Path, suffixes: frozenset[str]) -> list[InputFile]:
    """Files that match the pattern; their sub-folders below its fixed part are kept."""
    fixed = Path(*_fixed_parts(pattern))
    found: list[Path] = []
    for match in sorted(Path(name) for name in glob.glob(str(pattern), recursive=True)):
        if match.is_dir():
            found += sorted(_walk(match, suffixes))
        elif match.suffix.lower() in suffixes:
            found.append(match)
    return [InputFile(file, file.relative_to(fixed), True) for file in found]


def _fixed_parts(pattern: Path) -> list[str]:
    parts: list[str] = []
    for part in pattern.parts:
        if glob.has_magic(part):
            break
        parts.append(part)
    return parts


def _walk(folder: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    for current, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in suffixes:
                yield Path(current, name)
