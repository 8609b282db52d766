"""Skin tone: does a light sitter stay light and a dark one dark in a drawn style?

    python benchmarks/skin_tone.py [--data ../shared/data] [--quick] [--half test] [--json FILE]

Slope and rank correlation of the skin's lightness, result on photograph, over all sitters of one
half of `splits.py`, and beside them what it must not cost: texture error (least over the
exemplars, as in `portraits.py`) and identity. Exemplars come from the bundled sets, those of the
half's sitters; a sitter's own is left out. Without `--data` the bundled sitters alone are measured;
a folder of portraits counts whole.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from portraits import Judge, write
from report import ROOT, print_conditions, print_table, progress
from splits import DEVELOPMENT, TEST, half_of

from facestyle.errors import FacestyleError
from facestyle.exemplars import ExemplarSet
from facestyle.faces import Portrait, portrait_from_image
from facestyle.faces.contours import face_width
from facestyle.io.images import read_image
from facestyle.methods.engine import Method, Rendering, Target
from facestyle.methods.patch_paired import PairedPatchMethod, PairedSettings
from facestyle.methods.patch_unpaired import (
    UnpairedPatchMethod,
    UnpairedSettings,
    resize_portrait,
)
from facestyle.metrics.skin_tone import skin_lightness, skin_tone_rank, skin_tone_slope

EXEMPLARS = ROOT / "exemplars"
STYLES = ("pencil", "charcoal", "watercolor", "oil", "engraving", "pencil pairs")
# folders of sitters below the data, and their data set in the split
FOLDERS = {
    "portraits": "portraits",
    "region_labels/photos": "region_labels",
    "headshots_bw/inputs": "headshots",
    "headshots_bw/looks": "headshots",
}
FACE_WIDTH = 96.0  # px
QUICK_SITTERS = 5


@dataclass(frozen=True)
class Row:
    """One style's figures."""

    style: str
    split: str
    sitters: int
    slope: float
    rank: float
    texture: float
    identity: float


def sitter_paths(data: Path | None, half: str) -> list[Path]:
    """Pictures of the sitters of one half, bundled ones first."""
    sources = sorted((EXEMPLARS / "sources").glob("*.jpg"))
    known = {path.stem for path in sources}
    originals = sorted((EXEMPLARS / "sources" / "originals").glob("*.jpg"))
    sources += [path for path in originals if path.stem not in known]
    paths = [path for path in sources if half_of("bundled", path.stem) == half]
    if data is None:
        return paths
    if not (data / "portraits").is_dir():
        return paths + sorted(path for path in data.iterdir() if path.suffix in (".jpg", ".png"))
    for folder, data_set in FOLDERS.items():
        found = sorted(path for path in (data / folder).glob("*.*g"))
        paths += [path for path in found if half_of(data_set, path.stem) == half]
    return paths


def read_sitters(paths: Sequence[Path]) -> list[Portrait]:
    """The portraits at one face width; what has no face is named and left out."""
    sitters = []
    for path in paths:
        progress(f"analyzing {path.name}")
        try:
            portrait = portrait_from_image(read_image(path).rgb, name=path.stem)
        except FacestyleError as error:
            progress(f"left out: {error}\n")
            continue
        sitters.append(resize_portrait(portrait, FACE_WIDTH / face_width(portrait.face)))
    return sitters


def read_exemplars(style: str, half: str) -> list[Portrait]:
    """A bundled set's exemplars whose sitters are in one half."""
    folder, photos = EXEMPLARS / style, None
    if style == "pencil pairs":
        folder, photos = EXEMPLARS / "pencil", EXEMPLARS / "pencil_photos"
    exemplars = ExemplarSet.from_folder(folder, photos=photos)
    return [p for p in exemplars if half_of("bundled", Path(p.name).stem) == half]


def make_method(style: str, exemplars: Sequence[Portrait]) -> Method:
    """What draws a style."""
    if style == "pencil pairs":
        return PairedPatchMethod(ExemplarSet(exemplars), PairedSettings())
    return UnpairedPatchMethod(ExemplarSet(exemplars), UnpairedSettings())


def measure_style(
    style: str, sitters: Sequence[Portrait], half: str, judge: Judge, out: Path | None
) -> Row:
    """Draw every sitter in one style and compare."""
    exemplars = read_exemplars(style, half)
    photos, results, scores = [], [], []
    methods: dict[str, Method] = {}
    for sitter in sitters:
        progress(f"{style}: {sitter.name}")
        others = [e for e in exemplars if Path(e.name).stem != sitter.name]
        key = sitter.name if len(others) < len(exemplars) else ""
        method = methods.setdefault(key, make_method(style, others))
        done = method.stylize(Target(sitter.image, sitter.name, sitter), Rendering())
        picture = np.clip(done.image, 0, 1)
        scores.append(judge.score(picture, sitter, others))
        photos.append(skin_lightness(sitter.image, sitter.face.landmarks))
        results.append(skin_lightness(picture, sitter.face.landmarks))
        if out is not None:
            write(out / f"{style.replace(' ', '_')}_{sitter.name}.png", picture)
    progress("")
    return Row(
        style,
        f"{half} sitters, {half} exemplars",
        len(sitters),
        skin_tone_slope(photos, results),
        skin_tone_rank(photos, results),
        float(np.mean([score.texture for score in scores])),
        float(np.mean([score.identity for score in scores])),
    )


def print_rows(rows: Sequence[Row]) -> None:
    """Print the table."""
    header = ("style", "split", "sitters", "slope", "rank", "texture", "identity")
    print_table(header, [tuple(asdict(row).values()) for row in rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="shared data, or a folder of portraits")
    parser.add_argument("--half", choices=(DEVELOPMENT, TEST), default=TEST)
    parser.add_argument("--styles", nargs="*", choices=STYLES, default=list(STYLES))
    parser.add_argument("--quick", action="store_true", help="five sitters, pencil and oil")
    parser.add_argument("--every", type=int, default=1, help="take each Nth sitter")
    parser.add_argument("--json", type=Path, help="write the rows there, too")
    parser.add_argument("--pictures", type=Path, help="keep the results in this folder")
    options = parser.parse_args()
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    sitters = read_sitters(sitter_paths(options.data, options.half)[:: options.every])
    styles = options.styles
    if options.quick:
        sitters, styles = sitters[:QUICK_SITTERS], ("pencil", "oil")
    print_conditions("Skin tone", seed=0, half=options.half, sitters=len(sitters))
    judge = Judge()
    rows = [
        measure_style(style, sitters, options.half, judge, options.pictures) for style in styles
    ]
    print_rows(rows)
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


if __name__ == "__main__":
    main()
