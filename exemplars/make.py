"""Make the bundled exemplar sets: noir/, warm/, pencil/, pencil_photos/ and portraits/.

    python exemplars/make.py            # everything, about a minute of CPU
    python exemplars/make.py noir warm  # only these

Reads the pictures in `sources/` (see PROVENANCE.md) and needs nothing but facestyle itself. The
same sources give the same pictures: every random number comes from a seed made of set and sitter.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from facestyle.io.images import read_image, write_image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from recipes.noir import noir  # noqa: E402
from recipes.pencil import pencil  # noqa: E402
from recipes.provenance import write_provenance  # noqa: E402
from recipes.sources import BY_NAME  # noqa: E402
from recipes.studio import Sitter, frame_picture, make_sitter  # noqa: E402
from recipes.warm import warm  # noqa: E402

Recipe = Callable[[Sitter, np.random.Generator], np.ndarray]


def natural(sitter: Sitter, rng: np.random.Generator) -> np.ndarray:
    """Return the framed picture as it is."""
    return sitter.photo


_SITTERS = ("grace_hopper", "luis_pedro_coelho", "aksel_andersson", "erik_dahlgren", "mona_lisa")
# Eileen Collins is the demo's input: she stays out of the photographic sets
SETS: dict[str, tuple[Recipe, tuple[str, ...]]] = {
    "noir": (noir, _SITTERS),
    "warm": (warm, _SITTERS),
    "pencil": (pencil, _SITTERS),
    "pencil_photos": (natural, _SITTERS),
    "portraits": (natural, ("eileen_collins",)),
}


def sit(name: str) -> Sitter:
    """Frame a source and cut its person out."""
    source = BY_NAME[name]
    framed = frame_picture(read_image(source.path).rgb, source.frame)
    return make_sitter(name, framed, source.frame, source.kind)


def make_set(name: str) -> None:
    """Make one folder of pictures."""
    recipe, sitters = SETS[name]
    for sitter in sitters:
        rng = np.random.default_rng(zlib.crc32(f"{name}/{sitter}".encode()))
        path = HERE / name / f"{sitter}.jpg"
        path.parent.mkdir(exist_ok=True)
        write_image(path, recipe(sit(sitter), rng), grey=name == "noir", quality=92)
        print(path)


def main(names: list[str]) -> None:
    """Make the named sets, or all, and list where everything comes from."""
    for name in names or SETS:
        make_set(name)
    made = {
        name: [(f"{sitter}.jpg", sitter) for sitter in sitters]
        for name, (_, sitters) in SETS.items()
    }
    write_provenance(HERE, made)


if __name__ == "__main__":
    main(sys.argv[1:])
