"""Make the bundled exemplar sets, a folder each.

    python exemplars/make.py            # everything, about half an hour of CPU
    python exemplars/make.py noir warm  # only these
    python exemplars/make.py oil/mona_lisa  # only one picture

Reads the pictures in `sources/` (see PROVENANCE.md) and needs nothing but facestyle itself. The
same sources give the same pictures: every random number comes from a seed made of set and sitter.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from recipes.charcoal import charcoal  # noqa: E402
from recipes.engraving import engraving  # noqa: E402
from recipes.faded_film import faded_film  # noqa: E402
from recipes.files import read_picture, write_picture  # noqa: E402
from recipes.high_key import high_key  # noqa: E402
from recipes.noir import noir  # noqa: E402
from recipes.oil import oil  # noqa: E402
from recipes.pencil import pencil  # noqa: E402
from recipes.provenance import write_provenance  # noqa: E402
from recipes.sources import BY_NAME  # noqa: E402
from recipes.studio import Sitter, frame_picture, make_sitter  # noqa: E402
from recipes.warm import warm  # noqa: E402
from recipes.watercolor import watercolor  # noqa: E402

Recipe = Callable[[Sitter, np.random.Generator], np.ndarray]


def natural(sitter: Sitter, rng: np.random.Generator) -> np.ndarray:
    """Return the framed picture as it is."""
    return sitter.photo


_SITTERS = (
    "grace_hopper",
    "luis_pedro_coelho",
    "aksel_andersson",
    "erik_dahlgren",
    "mona_lisa",
    "george_washington",
    "jacob_fugger",
    "pocahontas",
    "william_penn",
)
QUALITY = 88  # of the sets; the portraits are inputs and get more
# Eileen Collins is the demo's input: she stays out of the photographic sets
SETS: dict[str, tuple[Recipe, tuple[str, ...]]] = {
    "noir": (noir, _SITTERS),
    "warm": (warm, _SITTERS),
    "pencil": (pencil, _SITTERS),
    "pencil_photos": (natural, _SITTERS),
    "high_key": (high_key, _SITTERS),
    "faded_film": (faded_film, _SITTERS),
    "charcoal": (charcoal, _SITTERS),
    "watercolor": (watercolor, _SITTERS),
    "oil": (oil, _SITTERS),
    "engraving": (engraving, _SITTERS),
    "portraits": (natural, ("eileen_collins",)),
}


@cache
def sit(name: str) -> Sitter:
    """Frame a source and cut its person out."""
    source = BY_NAME[name]
    framed = frame_picture(read_picture(source.path), source.frame)
    return make_sitter(name, framed, source.frame, source.kind, source.tone)


def make_set(name: str, only: str = "") -> None:
    """Make one folder of pictures, or `only` that of one sitter."""
    recipe, sitters = SETS[name]
    for sitter in [only] if only else sitters:
        rng = np.random.default_rng(zlib.crc32(f"{name}/{sitter}".encode()))
        path = HERE / name / f"{sitter}.jpg"
        path.parent.mkdir(exist_ok=True)
        write_picture(path, recipe(sit(sitter), rng), 92 if name == "portraits" else QUALITY)
        print(path, flush=True)


def main(names: list[str]) -> None:
    """Make the named sets, or all, and list where everything comes from."""
    for name in names or SETS:
        make_set(*name.split("/"))
    made = {
        name: [(f"{sitter}.jpg", sitter) for sitter in sitters]
        for name, (_, sitters) in SETS.items()
    }
    write_provenance(HERE, made)


if __name__ == "__main__":
    main(sys.argv[1:])
