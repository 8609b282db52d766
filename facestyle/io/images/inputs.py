"""From what the user typed (files, globs, folders) to a list of input files."""

import glob
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from facestyle.io.images.formats import IMAGE_SUFFIXES, RAW_SUFFIXES

_log = logging.getLogger(__name__)


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

    Folders are searched recursively for the given suffixes; hidden files and folders are ignored,
    and so is a camera raw file beside the picture that the camera made of it. Links to folders
    below a folder are not followed, with a warning. What matches nothing (a missing file, an empty
    folder) or cannot be searched is kept as it is, so that reading it fails with a message that
    names it while the other inputs go on.

    Parameters
    ----------
    paths : iterable of path-like
        In the order typed. ``~`` is expanded. A file that exists is that file, whatever
        characters its name has.
    suffixes : frozenset of str
        Lower-case suffixes that are taken from folders and globs; a file named in full is kept
        whatever its suffix.

    Returns
    -------
    list of InputFile
        Sorted inside each folder or glob, without duplicates.
    """
    found: list[InputFile] = []
    seen: set[str] = set()
    for path in paths:
        for item in _expand(Path(os.path.expanduser(path)), suffixes):
            identity = os.path.realpath(item.path)
            if identity not in seen:
                seen.add(identity)
                found.append(item)
    return found


def _expand(path: Path, suffixes: frozenset[str]) -> list[InputFile]:
    # os.path answers False where pathlib raises: names too long, folders without permission
    if os.path.isdir(path):
        files = _search(path, suffixes)
        return [InputFile(f, f.relative_to(path), True) for f in files] or [_as_typed(path)]
    if not os.path.lexists(path) and glob.has_magic(str(path)):
        return _expand_glob(path, suffixes) or [_as_typed(path)]
    return [_as_typed(path)]


def _as_typed(path: Path) -> InputFile:
    name = path.name if path.name not in ("", "..") else Path(os.path.abspath(path)).name
    return InputFile(path, Path(name or "picture"))


def _expand_glob(pattern: Path, suffixes: frozenset[str]) -> list[InputFile]:
    """Files that match the pattern; their sub-folders below its fixed part are kept."""
    fixed = Path(*_fixed_parts(pattern))
    found: list[Path] = []
    for match in sorted(Path(name) for name in glob.glob(str(pattern), recursive=True)):
        if os.path.isdir(match):
            found += _search(match, suffixes)
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


def _search(folder: Path, suffixes: frozenset[str]) -> list[Path]:
    """Files in a folder and below, sorted; a folder below that cannot be read is among them."""
    found = sorted(_walk(folder, suffixes))
    developed = {file.with_suffix("") for file in found if not _is_raw(file)}
    kept = [file for file in found if not (_is_raw(file) and file.with_suffix("") in developed)]
    if len(kept) < len(found):
        _log.info(
            "%s: %d camera raw files are left out: their pictures are beside them",
            folder,
            len(found) - len(kept),
        )
    return kept


def _is_raw(file: Path) -> bool:
    return file.suffix.lower() in RAW_SUFFIXES


def _walk(folder: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    unreadable: list[str] = []
    links: list[Path] = []
    for current, folders, names in os.walk(folder, onerror=lambda e: unreadable.append(e.filename)):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links += [Path(current, n) for n in folders if os.path.islink(os.path.join(current, n))]
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in suffixes:
                yield Path(current, name)
    if links:
        _log.warning(
            "%s: %d links to folders are not followed, such as %s; name them to take their files",
            *(folder, len(links), links[0]),
        )
    yield from (Path(name) for name in unreadable if Path(name) != folder)
