"""What each setting does to a picture: one strip a setting, and the gallery of the looks."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from strips import PICTURES, crop, grid, write_strip

from facestyle import ExemplarSet, Stylizer, read_image
from facestyle.imaging.levels import to_bytes
from facestyle.looks import bundled_looks, find_look
from facestyle.pipeline.drawings import draw_landmarks, label_colors

ROOT = Path(__file__).resolve().parents[2]
PORTRAIT = ROOT / "exemplars" / "portraits" / "eileen_collins.jpg"
COUPLE = ROOT / "tests" / "media" / "couple.jpg"
_SIZE = (480, 600)  # px; panels are 270 high
_FACE = (0.22, 0.12, 0.78, 0.68)  # of the bundled portrait


@functools.cache
def portrait() -> np.ndarray:
    """The bundled portrait at the size that pages show, (H, W, 3) uint8."""
    with Image.open(PORTRAIT) as image:
        return np.asarray(image.convert("RGB").resize(_SIZE, Image.Resampling.LANCZOS))


@functools.cache
def exemplars(look: str) -> ExemplarSet:
    """A bundled look; `pencil+photos` has the photographs beside."""
    name, _, paired = look.partition("+")
    photos = find_look("pencil_photos").folder if paired else None
    return ExemplarSet.load(name, photos=photos)


def styled(look: str, picture: np.ndarray | None = None, **options: Any) -> Any:
    """The portrait, or another picture, in a look: a Result."""
    return Stylizer(exemplars(look), **options)(portrait() if picture is None else picture)


def sweep(
    name: str,
    setting: str,
    values: Sequence[Any],
    *,
    look: str = "noir",
    default: Any = None,
    closer: bool = False,
    **options: Any,
) -> Path:
    """One setting at several values, all others at their defaults."""
    panels = []
    for value in values:
        image = styled(look, **{setting: value}, **options).image
        shown = ",".join(str(v) for v in value) if isinstance(value, tuple) else str(value)
        caption = f"{shown} (default)" if value == default else shown
        panels.append((caption, crop(image, _FACE) if closer else image))
    return write_strip(name, panels)


def labels(name: str, setting: str, values: Sequence[float], *, default: float) -> Path:
    """Label maps of energy mode at several values of a setting."""
    panels = []
    for value in values:
        result = styled("noir", **{setting: value})
        colors = label_colors(len(result.outcome.names))
        picture = Image.fromarray(to_bytes(colors[result.labels]))
        opacity = Image.fromarray(to_bytes(result.matte)).point(lambda v: v * 3 // 4)
        drawn = Image.fromarray(portrait()).convert("L").convert("RGB")
        drawn.paste(picture.resize(drawn.size, Image.Resampling.NEAREST), (0, 0), opacity)
        panels.append((f"{value} (default)" if value == default else str(value), drawn))
    return write_strip(name, panels)


def looks() -> Path:
    """The README's picture, for the site's first page."""
    path = PICTURES / "looks.jpg"
    with Image.open(ROOT / "exemplars" / "figures" / "looks.jpg") as sheet:
        small = sheet.convert("RGB")
    small.thumbnail((1200, 1200), Image.Resampling.LANCZOS)
    small.save(path, quality=82, optimize=True)
    return path


def look(name: str) -> Path:
    """A result beside the works it was made from."""
    works = [Image.open(path) for path in find_look(name).pictures]
    sheet = grid(works, 5, (108, 135))
    return write_strip(
        f"look_{name}", [("result", styled(name).image), (f"exemplars: {name}", sheet)]
    )


def strength() -> Path:
    """From the picture itself to the full style."""
    return sweep("strength", "strength", (0.0, 0.3, 0.6, 1.0), default=1.0, look="warm")


def background() -> Path:
    """What is behind the person."""
    panels = []
    for value in ("stylize", "keep", "paper", "transparent", "#f0e8d8"):
        result = styled("warm", background=value)
        image = Image.fromarray(result.image[..., :3])
        if value == "transparent":
            image.putalpha(Image.fromarray(to_bytes(result.alpha)))
        panels.append((f"{value} (default)" if value == "stylize" else value, image))
    return write_strip("background", panels, height=230)


def exposure() -> Path:
    """A dim photo as it is, and as it is stylized."""
    dim = to_bytes(0.5 * portrait().astype(np.float32) / 255)
    panels: list[tuple[str, np.ndarray]] = [("the picture", dim)]
    for value in ("auto", "keep"):
        for name in ("pencil", "noir"):
            caption = f"{value} (default)" if value == "auto" else value
            panels.append((caption, styled(name, dim, exposure=value).image))
    return write_strip("exposure", panels, height=230)


def face() -> Path:
    """One of two, or both."""
    couple = to_bytes(read_image(COUPLE).rgb)
    panels: list[tuple[str, np.ndarray]] = [("the picture", couple)]
    for value in ("largest", 1, "all"):
        caption = f"{value} (default)" if value == "largest" else str(value)
        panels.append((caption, styled("noir", couple, face=value).image))
    return write_strip("face", panels, height=150)


def landmarks() -> Path:
    """The points that both detectors find."""
    image = portrait().astype(np.float32) / 255
    panels = []
    for value in ("dlib", "mesh"):
        found = styled("noir", landmarks=value).face
        panels.append((value, crop(to_bytes(draw_landmarks(image, found)), _FACE)))
    return write_strip("landmarks", panels)


def paired() -> Path:
    """The same drawings without and with the photographs they were made from."""
    return write_strip(
        "paired",
        [
            ("the photograph", portrait()),
            ("drawings alone (patch-unpaired)", styled("pencil").image),
            ("with their photographs (patch-paired)", styled("pencil+photos").image),
        ],
    )


_tone = partial(sweep, "tone", "tone", ("first", "residual"), look="warm", default="first")
_seams = partial(
    sweep,
    "seams",
    "seams",
    ("none", "output", "weights"),
    tone="residual",
    temperature=0.0,
    closer=True,
)
_combine = partial(sweep, "combine", "combine", ("mrf", "mean", "single"), default="mrf")
_residual = partial(sweep, "residual", "residual", (0.0, 0.5, 1.0), default=1.0)
_gains = partial(
    sweep,
    "gain_limits",
    "gain_limits",
    ((1.0, 1.0), (0.5, 1.7), (0.9, 2.8)),
    default=(0.5, 1.7),
    closer=True,
)
_grain = partial(
    sweep, "grain", "grain", (0.0, 0.5, 1.0), look="faded_film", default=1.0, closer=True
)
_dense = partial(sweep, "dense", "dense", (False, True), default=True, closer=True)
_paired_identity = partial(
    sweep, "identity_paired", "identity", (0.0, 0.7, 1.0), look="pencil+photos", default=0.7
)
_paired_texture = partial(
    sweep,
    "texture_paired",
    "texture",
    (0.0, 0.5, 1.0),
    look="pencil+photos",
    default=0.5,
    closer=True,
)
_identity = partial(sweep, "identity", "identity", (0.0, 0.4, 0.8, 1.0), look="oil", default=0.8)
_texture = partial(
    sweep, "texture", "texture", (0.0, 0.5, 1.0), look="charcoal", default=0.5, closer=True
)
_labels = partial(sweep, "labels", "labels", ("mrf", "free"), look="oil", default="mrf")
_seed = partial(sweep, "seed", "seed", (0, 1), look="pencil", default=0, closer=True)
_smoothness = partial(labels, "smoothness", "smoothness", (0.0, 0.1, 1.0), default=0.1)
_temperature = partial(
    sweep, "temperature", "temperature", (0.0, 0.1, 1.0), default=0.1, closer=True
)

FIGURES: dict[str, Callable[[], Path]] = {
    "looks": looks,
    **{f"look_{name}": partial(look, name) for name in bundled_looks() if name != "pencil_photos"},
    "strength": strength,
    "background": background,
    "exposure": exposure,
    "face": face,
    "landmarks": landmarks,
    "seed": _seed,
    "tone": _tone,
    "seams": _seams,
    "combine": _combine,
    "residual": _residual,
    "gain_limits": _gains,
    "grain": _grain,
    "smoothness": _smoothness,
    "temperature": _temperature,
    "dense": _dense,
    "paired": paired,
    "identity_paired": _paired_identity,
    "texture_paired": _paired_texture,
    "identity": _identity,
    "texture": _texture,
    "labels": _labels,
}
