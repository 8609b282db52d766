"""What each setting of the neural method does; small, since a processor takes long."""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from settings import PORTRAIT
from strips import PICTURES, grid, write_strip

from facestyle import ExemplarSet, Stylizer
from facestyle.looks import find_look

_SIDE = 128  # px, of the input and of what is redrawn
_QUICK: dict[str, Any] = {"size": _SIDE, "iterations": 20, "scales": 1, "device": "cpu"}
_STYLE = "watercolor"
_SET = ("wave", "auvers", "engraving", "glass", "charcoal")
_LARGE = PORTRAIT.parents[1] / "pencil_photos" / "luis_pedro_coelho.jpg"  # face fills it
_TRAINED = 320  # px of what the networks redraw


@functools.cache
def content() -> np.ndarray:
    """Head and shoulders, small."""
    with Image.open(PORTRAIT) as image:
        side = image.width
        head = image.convert("RGB").crop((0, 0, side, side))
    return np.asarray(head.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS))


@functools.cache
def style(*names: str) -> ExemplarSet:
    """Style pictures of bundled looks: the first of each."""
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(names):
            picture = find_look(name).pictures[0]
            shutil.copy(picture, Path(folder, f"{number}{picture.suffix}"))
        return ExemplarSet.of_pictures(folder)


@functools.cache
def redrawn(*names: str, **options: Any) -> np.ndarray:
    """The content in the style of some works; equal requests are made once."""
    return Stylizer(style(*names), method="neural", **options)(content()).image


def sweep(
    name: str, setting: str, values: Sequence[Any], default: Any = None, **options: Any
) -> Path:
    """One setting at several values, all others as in `_QUICK`."""
    panels = []
    for value in values:
        given = dict(sorted((_QUICK | options | {setting: value}).items()))
        image = redrawn(_STYLE, **given)
        panels.append((f"{value} (default)" if value == default else str(value), image))
    return write_strip(f"neural_{name}", panels, height=220)


def models() -> Path:
    """The networks that come along."""
    panels = [("input", content())]
    for name in _SET:
        panels.append((name, Stylizer.from_model(name)(content()).image))
    return write_strip("neural_models", panels, height=220)


def head(path: Path) -> Image.Image:
    """The upper square of a portrait, as large as the networks are shown at."""
    with Image.open(path) as image:
        square = image.convert("RGB").crop((0, 0, image.width, image.width))
    return square.resize((_TRAINED, _TRAINED), Image.Resampling.LANCZOS)


def face_strength() -> Path:
    """A trained style with several strengths on the face."""
    panels = []
    for value in (0.0, 0.5, 1.0):
        image = Stylizer.from_model("auvers", face_strength=value)(np.asarray(head(_LARGE))).image
        panels.append((str(value), image))
    return write_strip("neural_face_strength", panels, height=220)


def trained_styles() -> Path:
    """Two portraits in the trained styles, for the first screen of the README."""
    pictures: list[Image.Image] = []
    for portrait in map(head, (PORTRAIT, _LARGE)):
        pictures.append(portrait)
        for name in _SET:
            redrawn = Stylizer.from_model(name)(np.asarray(portrait)).image
            pictures.append(Image.fromarray(redrawn))
    path = PICTURES / "trained_styles.jpg"
    grid(pictures, 1 + len(_SET), (240, 240)).save(path, quality=90, optimize=True)
    return path


def start() -> Path:
    """The picture, the style, the result that the other figures vary."""
    (work,) = (Image.open(path).convert("RGB") for path in find_look(_STYLE).pictures[:1])
    result = redrawn(_STYLE, **dict(sorted(_QUICK.items())))
    shown = [("input", content()), ("style", work), ("result", result)]
    return write_strip("neural", shown, height=220)


def style_weights() -> Path:
    """Two style pictures, mixed."""
    panels = []
    for weights in ((1.0, 0.0), (1.0, 1.0), (0.0, 1.0)):
        image = redrawn(_STYLE, "engraving", style_weights=weights, **_QUICK)
        panels.append((",".join(f"{weight:g}" for weight in weights), image))
    return write_strip("neural_style_weights", panels, height=220)


FIGURES: dict[str, Callable[[], Path]] = {
    "neural": start,
    "neural_models": models,
    "trained_styles": trained_styles,
    "neural_face_strength": face_strength,
    "neural_size": partial(sweep, "size", "size", (64, 128, 192)),
    "neural_iterations": partial(sweep, "iterations", "iterations", (5, 20, 60)),
    "neural_scales": partial(sweep, "scales", "scales", (1, 2)),
    "neural_optimizer": partial(sweep, "optimizer", "optimizer", ("lbfgs", "adam"), "lbfgs"),
    "neural_initial": partial(
        sweep, "initial", "initial", ("recolored", "content", "noise"), "recolored"
    ),
    "neural_content_weight": partial(
        sweep, "content_weight", "content_weight", (0.1, 1.0, 10.0), 1.0
    ),
    "neural_style_weight": partial(
        sweep, "style_weight", "style_weight", (20.0, 200.0, 2000.0), 200.0
    ),
    "neural_total_variation_weight": partial(
        sweep, "total_variation_weight", "total_variation_weight", (0.0, 1.0, 100.0), 1.0
    ),
    "neural_style_scale": partial(sweep, "style_scale", "style_scale", (0.5, 1.0, 2.0), 1.0),
    "neural_pooling": partial(sweep, "pooling", "pooling", ("max", "average"), "max"),
    "neural_colors": partial(sweep, "colors", "colors", ("style", "keep"), "style"),
    "neural_area": partial(
        sweep, "area", "area", ("whole", "person", "face", "background"), "whole"
    ),
    "neural_by_region": partial(sweep, "by_region", "by_region", (False, True), False),
    "neural_style_weights": style_weights,
}
