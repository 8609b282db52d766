"""Names of models; nothing heavy is imported, so that a wrong one is noticed at once.

A model is a file, the name of one that comes with facestyle, or the name of a style in one that
does. A set of styles takes a style or a blend behind a colon: "paintings:0.7*wave+0.3*wash".
"""

import difflib
import json
import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from facestyle.errors import ModelFileError, UsageError
from facestyle.neural.mixtures import read_mixture
from facestyle.neural.safetensors_headers import read_metadata

FORMAT = "facestyle-transformer-1"
SET_FORMAT = "facestyle-style-set-1"
_VIDEO_SET = "paintings_video"  # the styles of the bundled set, for videos
_LIKENESS = 0.75  # of difflib: "wavee" is .89 like "wave"
_FOLDER = Path(__file__).resolve().parents[1] / "assets" / "models"


def bundled_models() -> dict[str, Path]:
    """Return the models that come with facestyle, by name; each style of a set has one."""
    files = {path.stem: path for path in sorted(_FOLDER.glob("*.safetensors"))}
    styles = {
        style: path
        for stem, path in files.items()
        if stem != _VIDEO_SET
        for style in bundled_styles(path)
    }
    return {**styles, **files}


@cache
def bundled_styles(path: Path) -> tuple[str, ...]:
    """Return the styles of a bundled set; none for a single network. Tensors are not read."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        metadata = json.loads(file.read(length)).get("__metadata__", {})
    return tuple(json.loads(metadata["styles"])) if metadata["format"] == SET_FORMAT else ()


def find_model(model: Path | str) -> Path:
    """Return the file of a model, given as a path or by the name of a bundled one.

    Raises
    ------
    ModelFileError
        There is no such file, and no bundled model of this name.
    UsageError
        No name at all, or something to choose from a single style.
    """
    name, mixture = _split(model)
    if not str(model).strip() or not name or name == ".":  # Path("") is "."
        raise UsageError(f"'{model}': no model is named; expected a file or {_expected()}")
    path, bundled = Path(name), bundled_models()
    # os.path answers False where pathlib raises, for names too long for instance
    if os.path.exists(path):
        return path
    if name not in bundled:
        raise ModelFileError(
            f"{path}: no such file, and no model of this name comes with facestyle "
            f"({_expected()}){_meant(str(model), name)}"
        )
    found = bundled[name]
    if mixture is not None and name in bundled_styles(found):
        raise UsageError(
            f"'{model}': {name} is one style of {found.stem}, nothing to choose; a blend is "
            f"'{found.stem}:{_as_terms(f'{name}:{mixture}')}'"
        )
    return found


def _expected() -> str:
    return ", ".join(bundled_models())


def _meant(model: str, name: str) -> str:
    """What a name of no model may have meant: a blend written otherwise, or a name alike."""
    if set("+*:") & set(name) and not set("/\\") & set(name):
        head, _, mixture = model.partition(":")
        known = head in {path.stem for path in bundled_models().values()} or os.path.exists(head)
        chosen, terms = (head, mixture) if known else ("paintings", model)
        return f". A blend is '{chosen}:{_as_terms(terms)}'"
    bare = name.removesuffix(".safetensors")
    likely = difflib.get_close_matches(bare, bundled_models(), 1, _LIKENESS)
    return f". Did you mean {likely[0]}?" if likely else ""


def _as_terms(mixture: str) -> str:
    """Write a blend as it is read: "wave:0.7+glass:0.3", as looks have it, with stars."""
    terms = re.sub(r"([^+:]+):([\d.]+)(?=[+]|$)", r"\2*\1", mixture)
    return terms.replace(":", "+")


def check_model(model: Path | str) -> None:
    """Raise where a model cannot be used, as far as the beginning of its file tells.

    So that one error is reported before any work, not one for each picture.

    Raises
    ------
    ModelFileError
        The file is missing, damaged, a pickle, or no model of facestyle.
    UsageError
        A style or a share that the file does not have.
    """
    check_mixture(find_model(model), styles_in(model), find_mixture(model))


def styles_in(model: Path | str) -> tuple[str, ...]:
    """Return the styles of a model's file; none where it holds a single network."""
    path = find_model(model)
    return styles_of(path, read_metadata(path))


def styles_of(path: Path, metadata: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the styles in a set; none for a file that holds a single network.

    Parameters
    ----------
    path : Path
        For the message.
    metadata : mapping of str to str
        Of the safetensors file.

    Raises
    ------
    ModelFileError
        The file is no model of facestyle.
    """
    kind = metadata.get("format", "no format at all")
    if kind == FORMAT:
        return ()
    if kind != SET_FORMAT:
        raise ModelFileError(
            f"{path}: not a facestyle model: its metadata names {kind!r}, expected {FORMAT!r}; "
            "models come from `facestyle train`"
        )
    try:
        names = json.loads(metadata["styles"])
    except (KeyError, ValueError, RecursionError) as error:
        raise ModelFileError(f"{path}: its metadata has no readable 'styles'") from error
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        raise ModelFileError(f"{path}: 'styles' in its metadata is not a list of names")
    return tuple(names)


def check_mixture(path: Path, styles: Sequence[str], mixture: str | None) -> None:
    """Raise `UsageError` where a file does not have what is wanted of it.

    Parameters
    ----------
    path : Path
        For the message.
    styles : sequence of str
        As `styles_of` returns them.
    mixture : str or None
        As `find_mixture` returns it.
    """
    if styles:
        read_mixture(mixture, styles)
    elif mixture is not None:
        raise UsageError(f"{path}: holds one style, nothing to choose; leave out ':{mixture}'")


def find_mixture(model: Path | str) -> str | None:
    """Return which styles of a set are wanted, as in "0.7*wave+0.3*wash"; None: not told."""
    name, mixture = _split(model)
    if mixture is None and not os.path.exists(name):
        path = bundled_models().get(name)
        if path is not None and name in bundled_styles(path):
            return name
    return mixture


def for_video(model: Path | str) -> str | None:
    """Return the bundled network for videos of the same styles; None where there is none."""
    path, video = find_model(model), _FOLDER / f"{_VIDEO_SET}.safetensors"
    if path.parent != _FOLDER or not video.exists():
        return None
    styles = bundled_styles(path)
    return f"{video}:{find_mixture(model) or styles[0]}" if styles else None


def _split(model: Path | str) -> tuple[str, str | None]:
    """Split "file.safetensors:0.7*wave+0.3*wash" into the model and the mixture.

    A colon splits only where no path separator follows, so that drive letters stay.
    """
    text = str(model)
    name, colon, mixture = text.rpartition(":")
    if os.path.exists(text) or not colon or "/" in mixture or "\\" in mixture:
        return text, None
    return name, mixture
