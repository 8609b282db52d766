"""What the package knows of the sets: looks.toml, and a thumbnail of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tomli_w
from PIL import Image

from recipes.sources import BY_NAME
from recipes.studio import Sitter

_SHOWN = "grace_hopper"  # on every thumbnail, so that looks can be compared
_THUMBNAIL = (240, 300)  # px
_DEMO = "portraits"  # pictures to try looks on; not installed


@dataclass(frozen=True)
class Made:
    """How a set is made, and what it looks like.

    Attributes
    ----------
    recipe : callable
        From a sitter and random numbers to the finished picture.
    sitters : tuple of str
        Names of sources.
    medium : {"photograph", "drawing", "painting", "print"}
    summary : str
        What it looks like, in a few words.
    """

    recipe: Callable[[Sitter, np.random.Generator], np.ndarray]
    sitters: tuple[str, ...]
    medium: str
    summary: str


def write_looks(folder: Path, sets: Mapping[str, Made]) -> None:
    """Write looks.toml: medium, summary, size and the terms of each picture."""
    listing = {}
    for name, made in sets.items():
        if name == _DEMO:
            continue
        with Image.open(folder / name / f"{made.sitters[0]}.jpg") as picture:
            size = list(picture.size)
        listing[name] = {
            "medium": made.medium,
            "summary": made.summary,
            "size": size,
            "licenses": {f"{sitter}.jpg": BY_NAME[sitter].license for sitter in made.sitters},
        }
    text = "# Written by `python exemplars/make.py`; don't edit.\n\n" + tomli_w.dumps(listing)
    (folder / "looks.toml").write_text(text, encoding="utf-8")


def write_thumbnails(folder: Path, sets: Mapping[str, Made]) -> None:
    """Write one small picture for each set."""
    for name, made in sets.items():
        if name == _DEMO:
            continue
        sitter = _SHOWN if _SHOWN in made.sitters else made.sitters[0]
        with Image.open(folder / name / f"{sitter}.jpg") as picture:
            small = picture.resize(_THUMBNAIL, Image.Resampling.LANCZOS)
        path = folder / "thumbnails" / f"{name}.jpg"
        path.parent.mkdir(exist_ok=True)
        small.save(path, quality=85, optimize=True)
