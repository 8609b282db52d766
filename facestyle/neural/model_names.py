"""Names of models; nothing heavy is imported, so that a wrong one is noticed at once.

A model is a file, the name of one that comes with facestyle, or the name of a style in one that
does. A set of styles takes a style or a blend behind a colon: "paintings:0.7*wave+0.3*wash".
"""

import json
import os
from functools import cache
from pathlib import Path

from facestyle.errors import ModelFileError

SET_FORMAT = "facestyle-style-set-1"
_VIDEO_SET = "paintings_video"  # the styles of the bundled set, for videos
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
    """
    name, _ = _split(model)
    path, bundled = Path(name), bundled_models()
    # os.path answers False where pathlib raises, for names too long for instance
    if os.path.exists(path):
        return path
    if name in bundled:
        return bundled[name]
    raise ModelFileError(
        f"{path}: no such file, and no model of this name comes with facestyle "
        f"({', '.join(bundled) or 'none does'})"
    )


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
    path, mixture = find_model(model), find_mixture(model)
    video = _FOLDER / f"{_VIDEO_SET}.safetensors"
    if path.parent != _FOLDER or mixture is None or not video.exists():
        return None
    return f"{video}:{mixture}"


def _split(model: Path | str) -> tuple[str, str | None]:
    """Split "file.safetensors:0.7*wave+0.3*wash" into the model and the mixture.

    A colon splits only where no path separator follows, so that drive letters stay.
    """
    text = str(model)
    name, colon, mixture = text.rpartition(":")
    if os.path.exists(text) or not colon or "/" in mixture or "\\" in mixture:
        return text, None
    return name, mixture
