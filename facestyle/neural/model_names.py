"""Names of models; nothing heavy is imported, so that a wrong one is noticed at once."""

import os
from pathlib import Path

from facestyle.errors import ModelFileError


def bundled_models() -> dict[str, Path]:
    """Return the models that come with facestyle, by name."""
    folder = Path(__file__).resolve().parents[1] / "assets" / "models"
    return {path.stem: path for path in sorted(folder.glob("*.safetensors"))}


def find_model(model: Path | str) -> Path:
    """Return the file of a model, given as a path or by the name of a bundled one.

    Raises
    ------
    ModelFileError
        There is no such file, and no bundled model of this name.
    """
    path, bundled = Path(model), bundled_models()
    # os.path answers False where pathlib raises, for names too long for instance
    if os.path.exists(path):
        return path
    if str(model) in bundled:
        return bundled[str(model)]
    raise ModelFileError(
        f"{path}: no such file, and no model of this name comes with facestyle "
        f"({', '.join(bundled) or 'none does'})"
    )
