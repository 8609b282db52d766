"""Skin tone: does a light sitter stay light and a dark one dark in a style?

    python -m benchmarks skin-tone               # bundled sitters of the test half
    python -m benchmarks skin-tone --data DIR    # a folder of portraits instead

Slope and rank correlation of the skin's lightness, result on photograph, over all sitters of one
half of `splits.py`, or over all of yours, who are in neither; and beside them what it must not
cost: identity and texture as in `portraits`, the least texture error over the exemplars. Exemplars
are the half's sitters of the bundled sets; nobody is drawn with an exemplar of their own.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import bundled, layouts
from benchmarks.argument_types import at_least_one
from benchmarks.portrait_scores import StyleJudge, read_portrait
from benchmarks.protocol import BUNDLED, MissingDataError, Recorder, Split
from benchmarks.report import progress
from benchmarks.splits import half_of
from facestyle.exemplars import ExemplarSet
from facestyle.faces import Portrait
from facestyle.faces.contours import face_width
from facestyle.io.images import write_image
from facestyle.methods.energy import EnergyMethod, EnergySettings
from facestyle.methods.engine import Method, Rendering, Target
from facestyle.methods.patch_paired import PairedPatchMethod, PairedSettings
from facestyle.methods.patch_unpaired import (
    UnpairedPatchMethod,
    UnpairedSettings,
    resize_portrait,
)
from facestyle.metrics.skin_tone import skin_lightness, skin_tone_rank, skin_tone_slope

PAIRS = "pencil pairs"
STYLES = (*bundled.DRAWN, PAIRS, *bundled.PHOTOGRAPHIC)
# folders of sitters below the data, and their data set in the split
FOLDERS = {
    "portraits": "portraits",
    "region_labels/photos": "region_labels",
    "headshots_bw/inputs": "headshots",
    "headshots_bw/looks": "headshots",
}
FACE_WIDTH = 96.0  # px
CHOOSING = ("styles",)  # the half is whose exemplars others' sitters are drawn with
QUICK_SITTERS, QUICK_STYLES = 5, ("pencil", "oil")


@dataclass(frozen=True)
class Sitter:
    """A sitter's portrait, and the half that the sitter is in."""

    portrait: Portrait
    split: Split


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--split", choices=("development", "test"), default="test", help="half of sitters (test)"
    )
    parser.add_argument("--styles", nargs="+", choices=STYLES, help="(all; two for --quick)")
    parser.add_argument(
        "--every", type=at_least_one, default=1, metavar="N", help="take each Nth sitter (1)"
    )
    parser.add_argument("--save", type=Path, metavar="DIR", help="write STYLE_NAME.png")


def set_defaults(arguments: argparse.Namespace) -> None:
    arguments.styles = arguments.styles or list(QUICK_STYLES if arguments.quick else STYLES)


def run(arguments: argparse.Namespace, recorder: Recorder) -> None:
    """Render all sitters in all styles."""
    most = QUICK_SITTERS if arguments.quick else None
    paths = sitter_paths(arguments.data, arguments.split)
    sitters = read_sitters(dict(list(paths.items())[:: arguments.every][:most]), recorder)
    if not sitters:
        raise MissingDataError(
            "skin-tone", f"0 usable sitters are in the half {arguments.split} or in none"
        )
    judge = StyleJudge()
    data = BUNDLED if arguments.data is None else arguments.data.name
    for style in arguments.styles:
        with recorder.skipping(style):
            add_style(style, sitters, judge, recorder, arguments, data)


def sitter_paths(data: Path | None, half: Split) -> dict[Path, Split]:
    """Pictures of the sitters of one half; of those who are in no half, all."""
    paths = [p for p in bundled.portraits() if bundled.half_of(p.stem) == half]
    own: dict[Path, Split] = dict.fromkeys(paths, half)
    if data is None:
        return own
    if all((data / folder).is_dir() for folder in FOLDERS):  # the project's own measuring data
        for folder, data_set in FOLDERS.items():
            found = layouts.pictures(data / folder)
            own |= dict.fromkeys((p for p in found if half_of(data_set, p.stem) == half), half)
        return own
    halves = {p: bundled.half_of(p.stem, "portraits") for p in layouts.portrait_files(data)}
    return {path: of for path, of in halves.items() if of in (half, "none")}


def read_sitters(paths: Mapping[Path, Split], recorder: Recorder) -> list[Sitter]:
    """The portraits at one face width; what has no face is named and left out."""
    sitters = []
    for path, split in paths.items():
        progress(f"analyzing {path.name}")
        with recorder.skipping(path.name):
            portrait = read_portrait(path)
            factor = FACE_WIDTH / face_width(portrait.face)
            sitters.append(Sitter(resize_portrait(portrait, factor), split))
    return sitters


def read_exemplars(style: str, half: Split) -> list[Portrait]:
    """A bundled set's exemplars whose sitters are in one half."""
    folder, photos = bundled.EXEMPLARS / style, None
    if style == PAIRS:
        folder, photos = bundled.EXEMPLARS / "pencil", bundled.STILLS
    exemplars = ExemplarSet.from_folder(folder, photos=photos)
    return [e for e in exemplars if bundled.half_of(Path(e.name).stem) == half]


def make_method(style: str, exemplars: Sequence[Portrait]) -> Method:
    """What renders a style."""
    if style in bundled.PHOTOGRAPHIC:
        return EnergyMethod(ExemplarSet(exemplars), EnergySettings())
    if style == PAIRS:
        return PairedPatchMethod(ExemplarSet(exemplars), PairedSettings())
    return UnpairedPatchMethod(ExemplarSet(exemplars), UnpairedSettings())


def add_style(
    style: str,
    sitters: Sequence[Sitter],
    judge: StyleJudge,
    recorder: Recorder,
    arguments: argparse.Namespace,
    data: str,
) -> None:
    """Render every sitter in one style; a row for each, and two for the style."""
    exemplars = read_exemplars(style, arguments.split)
    tones: list[tuple[float, float]] = []
    methods: dict[str, Method] = {}
    for given in sitters:
        sitter = given.portrait
        case = f"{style}/{sitter.name}"
        progress(case)
        others = [e for e in exemplars if Path(e.name).stem != sitter.name]
        key = sitter.name if len(others) < len(exemplars) else ""
        method = methods.setdefault(key, make_method(style, others))
        with recorder.skipping(case):
            done = method.stylize(Target(sitter.image, sitter.name, sitter), Rendering())
            picture = np.clip(done.image, 0, 1)
            scores = judge.score(picture, sitter, others)
            points = sitter.face.landmarks
            tones.append((skin_lightness(sitter.image, points), skin_lightness(picture, points)))
            recorder.add(case, "ours", scores, split=given.split, data=data)
            if arguments.save is not None:
                arguments.save.mkdir(parents=True, exist_ok=True)
                name = f"{style.replace(' ', '_')}_{sitter.name}.png"
                write_image(arguments.save / name, picture, overwrite=True)
    with recorder.skipping(f"{style}/all sitters"):
        photos, results = zip(*tones, strict=True) if tones else ((), ())
        kept = {
            "skin_tone_slope": skin_tone_slope(photos, results),
            "skin_tone_rank": skin_tone_rank(photos, results),
        }
        split = arguments.split if any(given.split != "none" for given in sitters) else "none"
        recorder.add(f"{style}/all sitters", "ours", kept, split=split, data=data)
