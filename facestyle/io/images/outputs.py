"""From input files to the files that their results are written to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from facestyle.errors import UsageError
from facestyle.io.images.formats import ALPHA_SUFFIXES, IMAGE_SUFFIXES, WRITABLE_SUFFIXES
from facestyle.io.images.inputs import InputFile


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
) -> list[tuple[InputFile, Path]]:
    """Decide where the result of every input goes.

    Parameters
    ----------
    inputs : sequence of InputFile
    output : path-like or None
        None: ``NAME_LABEL.png`` beside each input. A name with the suffix of a picture: that file,
        for one input. Anything else: a folder in which names and sub-folders are kept; a suffix
        that is not written (HEIC, or JPEG when alpha is needed) becomes ``.png``.
    label : str
        What the results are called after: the name of the exemplar folder.
    needs_alpha : bool
        Whether the results are transparent in places.
    clips : ClipNames, optional
        Lets videos be inputs too: ``NAME_LABEL.mp4``; a sequence ``frames/%05d.png`` becomes
        ``frames_LABEL/%05d.png``.

    Returns
    -------
    list of (InputFile, Path)
        In the order of the inputs, less those that are results of an earlier run.

    Raises
    ------
    UsageError
        If two inputs would go to one file, a file is to hold several results, or an input would
        be overwritten.
    """
    pairs = _plan(inputs, output, label, needs_alpha, clips)
    originals = {item.path.resolve() for item, _ in pairs}
    for item, path in pairs:
        if path.resolve() in originals:
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
    if output is None:
        return _plan_beside(inputs, label, clips)
    if _is_file_name(str(output), clips):
        if len(inputs) > 1:
            raise UsageError(
                f"-o {output}: names one file, but there are {len(inputs)} inputs. "
                "Name a folder instead."
            )
        return [(inputs[0], Path(output))]
    folder = Path(output)
    kept = [item for item in inputs if not (item.found and _is_inside(item.path, folder))]
    writable = ALPHA_SUFFIXES if needs_alpha else WRITABLE_SUFFIXES
    plain = [folder / _name_inside(item, writable, clips) for item in kept]
    return _resolve_clashes(kept, plain)


def _is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _is_file_name(output: str, clips: ClipNames | None) -> bool:
    is_folder = output.endswith(("/", "\\")) or Path(output).is_dir()
    known = IMAGE_SUFFIXES if clips is None else IMAGE_SUFFIXES | clips.suffixes
    return not is_folder and Path(output).suffix.lower() in known


def _name_inside(item: InputFile, writable: frozenset[str], clips: ClipNames | None) -> Path:
    """Name of a result inside an output folder."""
    if clips is not None and clips.is_sequence(item.path):
        return Path(item.path.parent.name) / _with_writable_suffix(item.relative, writable)
    if clips is not None and item.path.suffix.lower() in clips.suffixes:
        return _with_writable_suffix(item.relative, clips.writable, ".mp4")
    return _with_writable_suffix(item.relative, writable)


def _name_beside(path: Path, label: str, clips: ClipNames | None) -> Path:
    """Name of a result beside its input."""
    if clips is not None and clips.is_sequence(path):
        folder = path.parent.resolve()
        return folder.with_name(f"{folder.name}_{label}") / path.with_suffix(".png").name
    moving = clips is not None and path.suffix.lower() in clips.suffixes
    return path.with_name(f"{path.stem}_{label}{'.mp4' if moving else '.png'}")


def _plan_beside(
    inputs: Sequence[InputFile], label: str, clips: ClipNames | None
) -> list[tuple[InputFile, Path]]:
    plain = [_name_beside(item.path, label, clips) for item in inputs]
    results = {path.resolve() for path in plain}
    pairs = [
        (item, path)
        for item, path in zip(inputs, plain, strict=True)
        if item.path.resolve() not in results  # else: the result of an earlier run
    ]
    return _resolve_clashes([item for item, _ in pairs], [path for _, path in pairs])


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
