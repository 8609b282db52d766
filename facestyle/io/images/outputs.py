"""From input files to the files that their results are written to."""

import hashlib
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from facestyle.errors import UsageError
from facestyle.io.images.earlier_results import identity, is_in_results, without_marked
from facestyle.io.images.formats import ALPHA_SUFFIXES, IMAGE_SUFFIXES, WRITABLE_SUFFIXES
from facestyle.io.images.inputs import InputFile

_log = logging.getLogger(__name__)
_LONGEST_NAME = 255  # bytes, on every common file system


@dataclass(frozen=True)
class ClipNames:
    """How results of videos and sequences of pictures are named.

    Attributes
    ----------
    suffixes : frozenset of str
        Of videos.
    writable : frozenset of str
        Those that are written; others become ``.mp4``.
    is_sequence : callable
        Whether a name is a pattern such as ``frames/%05d.png``.
    """

    suffixes: frozenset[str]
    writable: frozenset[str]
    is_sequence: Callable[[Path], bool]


def plan_outputs(
    inputs: Sequence[InputFile],
    output: str | Path | None,
    label: str,
    *,
    needs_alpha: bool = False,
    clips: ClipNames | None = None,
    may_be_none: bool = False,
) -> list[tuple[InputFile, Path]]:
    """Decide where the result of every input goes.

    Parameters
    ----------
    inputs : sequence of InputFile
    output : path-like or None
        None: ``NAME_LABEL`` beside each input, with its suffix. A name with the suffix of a
        picture: that file, for one input. Anything else: a folder in which names and sub-folders
        are kept. A suffix that is not written (HEIC, or JPEG when alpha is needed) becomes
        ``.png``, and names longer than file systems allow are cut.
    label : str
        What the results are called after: the name of the exemplar folder.
    needs_alpha : bool
        Whether the results are transparent in places.
    clips : ClipNames, optional
        Lets videos be inputs too: ``NAME_LABEL.mp4``; a sequence ``frames/%05d.png`` becomes
        ``frames_LABEL/%05d.png``.
    may_be_none : bool
        Whether inputs that are all results of an earlier run give an empty list, as in a folder
        that is watched.

    Returns
    -------
    list of (InputFile, Path)
        In the order of the inputs, less those that were found, not named, and are results of an
        earlier run: what stands where the result of another input goes, or in an output folder
        below the folder that was searched, or what names facestyle as its maker.

    Raises
    ------
    UsageError
        If two inputs would go to one file, a file is to hold several results, an input would be
        overwritten, or all inputs are results of an earlier run and `may_be_none` is false.
    """
    pairs = _plan(without_marked(inputs), output, label, needs_alpha, clips)
    if len(pairs) < len(inputs):
        _log.info(
            "%d inputs are left out: they are results of an earlier run (name them one by one to "
            "use them)",
            len(inputs) - len(pairs),
        )
    if inputs and not pairs and not may_be_none:
        raise UsageError(
            f"All {len(inputs)} inputs found, such as {inputs[0].path}, are results of an earlier "
            "run. Name them one by one to use them, or choose another output folder with -o."
        )
    originals = {identity(item.path) for item, _ in pairs}
    for item, path in pairs:
        if identity(path) in originals:
            raise UsageError(
                f"The result for {item.path} would overwrite the input {path}. "
                "Choose another place with -o."
            )
    return pairs


def _plan(
    inputs: Sequence[InputFile],
    output: str | Path | None,
    label: str,
    needs_alpha: bool,
    clips: ClipNames | None,
) -> list[tuple[InputFile, Path]]:
    writable = ALPHA_SUFFIXES if needs_alpha else WRITABLE_SUFFIXES
    if output is None:
        plain = [_name_beside(item.path, label, writable, clips) for item in inputs]
        return _without_results(inputs, plain, beside=True)
    if _is_file_name(str(output), clips):
        if len(inputs) > 1:
            raise UsageError(
                f"-o {output}: names one file, but there are {len(inputs)} inputs. "
                "Name a folder instead."
            )
        return [(item, Path(output)) for item in inputs]
    folder = Path(output)
    kept = [item for item in inputs if not is_in_results(item, folder)]
    plain = [folder / _name_inside(item, writable, clips) for item in kept]
    return _without_results(kept, plain, beside=False)


def _without_results(
    inputs: Sequence[InputFile], plain: Sequence[Path], *, beside: bool
) -> list[tuple[InputFile, Path]]:
    """Leave out what stands where the result of another input goes.

    Beside their inputs, where shells name results along with inputs, also what was named in full.
    """
    makers: dict[str, set[str]] = {}
    for item, path in zip(inputs, plain, strict=True):
        # .png: so were results of all pictures called, once
        for place in {path, path.with_suffix(".png")} if beside else {path}:
            makers.setdefault(identity(place), set()).add(identity(item.path))
    kept = []
    for item, path in zip(inputs, plain, strict=True):
        own = identity(item.path)
        if not (item.found or beside) or not makers.get(own, set()) - {own}:
            kept.append((item, path))
    return _resolve_clashes([item for item, _ in kept], [_fitting(path) for _, path in kept])


def _fitting(path: Path) -> Path:
    """Cut a name that is longer than a file system allows; a few digits keep it apart."""
    name = os.fsencode(path.name)
    if len(name) <= _LONGEST_NAME:
        return path
    end = f"~{hashlib.blake2b(name, digest_size=4).hexdigest()}{path.suffix}"
    stem = os.fsencode(path.stem)[: _LONGEST_NAME - len(os.fsencode(end))]
    return path.with_name(stem.decode("utf-8", errors="ignore") + end)


def _is_file_name(output: str, clips: ClipNames | None) -> bool:
    is_folder = output.endswith(("/", "\\")) or os.path.isdir(output)
    known = IMAGE_SUFFIXES if clips is None else IMAGE_SUFFIXES | clips.suffixes
    return not is_folder and Path(output).suffix.lower() in known


def _name_inside(item: InputFile, writable: frozenset[str], clips: ClipNames | None) -> Path:
    """Name of a result inside an output folder."""
    if _is_sequence(item.path, clips):
        return Path(item.path.parent.name) / _with_writable_suffix(item.relative, writable)
    if clips is not None and item.path.suffix.lower() in clips.suffixes:
        return _with_writable_suffix(item.relative, clips.writable, ".mp4")
    return _with_writable_suffix(item.relative, writable)


def _name_beside(path: Path, label: str, writable: frozenset[str], clips: ClipNames | None) -> Path:
    """Name of a result beside its input."""
    if path.name in ("", ".."):  # a folder without a name of its own: reading it will say so
        path = Path(os.path.abspath(path)) / "picture"
    if _is_sequence(path, clips):
        folder = Path(identity(path.parent))
        return folder.with_name(f"{folder.name}_{label}") / path.with_suffix(".png").name
    moving = clips is not None and path.suffix.lower() in clips.suffixes
    suffix = path.suffix if path.suffix.lower() in writable else ".png"
    return path.with_name(f"{path.stem}_{label}{'.mp4' if moving else suffix}")


def _is_sequence(path: Path, clips: ClipNames | None) -> bool:
    # an existing photo%d.jpg is a file
    return clips is not None and clips.is_sequence(path) and not os.path.lexists(path)


def _with_writable_suffix(path: Path, writable: frozenset[str], instead: str = ".png") -> Path:
    return path if path.suffix.lower() in writable else path.with_suffix(instead)


def _resolve_clashes(
    inputs: Sequence[InputFile], plain: Sequence[Path]
) -> list[tuple[InputFile, Path]]:
    """Tell `a.png` and `a.heic` apart by a suffix in the name; what clashes still is an error."""
    unchanged = {
        path for item, path in zip(inputs, plain, strict=True) if path.suffix == item.path.suffix
    }
    pairs: list[tuple[InputFile, Path]] = []
    taken: dict[Path, InputFile] = {}
    for item, path in zip(inputs, plain, strict=True):
        suffix = item.path.suffix
        if path.suffix != suffix and (path in unchanged or path in taken):
            path = path.with_stem(f"{path.stem}_{suffix.lower().lstrip('.') or 'file'}")
        if path in taken:
            raise UsageError(
                f"{taken[path].path} and {item.path} would both be written to {path}. "
                "Run them one by one, or give their common folder."
            )
        taken[path] = item
        pairs.append((item, path))
    return pairs
