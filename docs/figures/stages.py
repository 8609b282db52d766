"""How a result comes about: what `--explain` writes, stage by stage."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from settings import exemplars, portrait, styled
from strips import grid, write_strip

from facestyle import Stylizer
from facestyle.imaging.levels import to_bytes, to_float
from facestyle.pipeline.explain import write_explanation


@functools.cache
def explained(look: str) -> dict[str, np.ndarray]:
    """The pictures of `--explain`, by the names of their files."""
    image = to_float(portrait())
    with tempfile.TemporaryDirectory() as folder:
        write_explanation(folder, image, Stylizer(exemplars(look))(portrait()))
        return {
            p.stem: np.asarray(Image.open(p).convert("RGB")) for p in Path(folder).glob("*.png")
        }


def analysis() -> Path:
    """What is found in the input."""
    found = explained("noir")
    names = ("landmarks", "matte", "regions")
    return write_strip("stage_analysis", [(name, found[name]) for name in names])


def alignment() -> Path:
    """Exemplars before and after they are warped onto the face."""
    aligned = styled("noir").aligned
    before = [Image.fromarray(to_bytes(p.image)) for p in exemplars("noir")][:4]
    after = [Image.fromarray(to_bytes(image)) for image in aligned][:4]
    return write_strip(
        "stage_alignment",
        [
            ("the face", portrait()),
            ("exemplars", grid(before, 2, (162, 202))),
            ("the same, warped onto it", grid(after, 2, (162, 202))),
        ],
        height=340,
    )


def choice() -> Path:
    """Which exemplar is used where."""
    found = explained("noir")
    height = portrait().shape[0]
    return write_strip("stage_labels", [("labels", found["labels"][:height])])


def seams() -> Path:
    """Exemplars put together by the labels, before and after the guided filter."""
    found = explained("noir")
    names = ("seams_before", "seams_after")
    return write_strip("stage_seams", [(name.replace("_", " "), found[name]) for name in names])


def transfer() -> Path:
    """Tone and local contrast."""
    found = explained("noir")
    gains = sorted(name for name in found if name.startswith("gain"))
    shown = [("input", portrait())]
    shown += [(name.replace("_", " "), found[name]) for name in (gains[0], gains[-1])]
    return write_strip("stage_transfer", [*shown, ("result", styled("noir").image)], height=230)


def patches(look: str) -> Path:
    """Patch mode: the choice of exemplars by region, and the result."""
    found = explained(look)
    height = portrait().shape[0]
    return write_strip(
        "stage_patches",
        [
            ("regions", found["regions"]),
            ("labels", found["labels"][:height]),
            ("result", styled(look).image),
        ],
    )


FIGURES: dict[str, Callable[[], Path]] = {
    "stage_analysis": analysis,
    "stage_alignment": alignment,
    "stage_labels": choice,
    "stage_seams": seams,
    "stage_transfer": transfer,
    "stage_patches": partial(patches, "oil"),
}
