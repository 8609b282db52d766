"""A portrait as woodcut, halftone, linocut and poster, after prints of other people."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from settings import ROOT, exemplars, portrait
from strips import Panel, grid, write_strip

sys.path.append(str(ROOT / "benchmarks"))

from prints import printed

from facestyle import ExemplarSet, Stylizer
from facestyle.imaging.levels import to_bytes

_KINDS = ("woodcut", "halftone", "linocut", "poster")
_SHOWN = (216, 270)  # px; half of it for each of four exemplars


def prints() -> Path:
    """Each result below four of its exemplars, which a script printed from photographs."""
    panels: list[Panel] = [("the portrait", portrait())]
    for kind in _KINDS:
        made = [printed(photo, kind) for photo in exemplars("pencil_photos")]
        few = [Image.fromarray(to_bytes(p.image)) for p in made[:4]]
        result = Image.fromarray(Stylizer(ExemplarSet(made))(portrait()).image)
        column = Image.new("RGB", (_SHOWN[0], 2 * _SHOWN[1]), "white")
        column.paste(grid(few, 2, (_SHOWN[0] // 2, _SHOWN[1] // 2)), (0, 0))
        column.paste(result.resize(_SHOWN, Image.Resampling.LANCZOS), (0, _SHOWN[1]))
        panels.append((kind, column))
    return write_strip("prints", panels, height=2 * _SHOWN[1])


FIGURES: dict[str, Callable[[], Path]] = {"prints": prints}
