"""Make the bundled exemplar sets, a folder each.

    python exemplars/make.py            # everything, about half an hour of CPU
    python exemplars/make.py noir warm  # only these
    python exemplars/make.py oil/mona_lisa  # only one picture
    python exemplars/make.py lists      # only PROVENANCE.md, looks.toml and the thumbnails

Reads the pictures in `sources/` (see PROVENANCE.md) and needs nothing but facestyle itself. The
same sources give the same pictures: every random number comes from a seed made of set and sitter.
"""

from __future__ import annotations

import sys
import zlib
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
from recipes.lists import Made, write_looks, write_thumbnails  # noqa: E402
from recipes.noir import noir  # noqa: E402
from recipes.oil import oil  # noqa: E402
from recipes.pencil import pencil  # noqa: E402
from recipes.provenance import write_provenance  # noqa: E402
from recipes.sources import BY_NAME  # noqa: E402
from recipes.studio import Sitter, frame_picture, make_sitter  # noqa: E402
from recipes.warm import warm  # noqa: E402
from recipes.watercolor import watercolor  # noqa: E402


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
SETS: dict[str, Made] = {
    "noir": Made(noir, _SITTERS, "photograph", "low-key black and white, one lamp from the side"),
    "high_key": Made(high_key, _SITTERS, "photograph", "light and airy on a white backdrop"),
    "warm": Made(warm, _SITTERS, "photograph", "golden evening light, blurred lights behind"),
    "faded_film": Made(faded_film, _SITTERS, "photograph", "lifted blacks, muted blue-green cloth"),
    "pencil": Made(pencil, _SITTERS, "drawing", "graphite lines and hatching on white paper"),
    "charcoal": Made(charcoal, _SITTERS, "drawing", "charcoal and chalk on toned paper"),
    "watercolor": Made(watercolor, _SITTERS, "painting", "washes with white paper left between"),
    "oil": Made(oil, _SITTERS, "painting", "thick brushwork on a dark ground"),
    "engraving": Made(engraving, _SITTERS, "print", "black lines that swell along the form"),
    "pencil_photos": Made(
        natural, _SITTERS, "photograph", "the pictures that the looks were made from"
    ),
    "portraits": Made(natural, ("eileen_collins",), "photograph", "for the demo"),
}


@cache
def sit(name: str) -> Sitter:
    """Frame a source and cut its person out."""
    source = BY_NAME[name]
    framed = frame_picture(read_picture(source.path), source.frame)
    return make_sitter(name, framed, source.frame, source.kind, source.tone)


def make_set(name: str, only: str = "") -> None:
    """Make one folder of pictures, or `only` that of one sitter."""
    for sitter in [only] if only else SETS[name].sitters:
        rng = np.random.default_rng(zlib.crc32(f"{name}/{sitter}".encode()))
        path = HERE / name / f"{sitter}.jpg"
        path.parent.mkdir(exist_ok=True)
        write_picture(
            path, SETS[name].recipe(sit(sitter), rng), 92 if name == "portraits" else QUALITY
        )
        print(path, flush=True)


def main(names: list[str]) -> None:
    """Make the named sets, or all, and list where everything comes from."""
    for name in names or SETS:
        if name != "lists":
            make_set(*name.split("/"))
    write_provenance(HERE, SETS)
    write_thumbnails(HERE, SETS)
    write_looks(HERE, SETS)


if __name__ == "__main__":
    main(sys.argv[1:])
