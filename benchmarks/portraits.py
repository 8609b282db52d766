"""Unpaired patch mode on portraits x styles: identity, texture, seconds.

    python -m benchmarks portraits               # three sitters in five bundled styles
    python -m benchmarks portraits --data DIR    # portraits/ and styles/ (or paintings/)
    python -m benchmarks portraits --peer other=DIR --ebsynth BINARY
    python -m benchmarks portraits --export DIR  # what another method is given, for --peer

Identity is dlib's distance between result and photo (below .6: the same person); `to exemplar` that
between result and exemplar. Texture is the sliced Wasserstein distance of high-pass patches (sigma
.012 face widths), the exemplar resized to the portrait's face width: the mean of face and hair,
each compared with its like (a woman with long hair has more of an artist's hair strokes). A style
is one exemplar of another sitter; with --sets also all of them.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import bundled, layouts, references
from benchmarks.argument_types import share
from benchmarks.peers import (
    Peer,
    add_export_argument,
    add_peer_argument,
    refuse_to_replace,
    run_ebsynth,
)
from benchmarks.portrait_scores import StyleJudge, read_portrait
from benchmarks.protocol import BUNDLED, MissingDataError, Recorder, Split
from benchmarks.report import progress
from facestyle.faces import Portrait
from facestyle.io.images import write_image
from facestyle.methods.patch_unpaired import (
    UnpairedSettings,
    prepare_exemplar,
    transfer_patches,
)

QUICK_STYLES = ("pencil", "watercolor")
QUICK_WIDTH = 320  # px
CHOOSING = ("portraits", "styles", "sets", "split", "ebsynth", "peer")
REFERENCES = ("OpenCV stylization", "OpenCV pencilSketch", "histogram matching", "color-matcher")


@dataclass(frozen=True)
class Cell:
    """A portrait and the exemplars of one style, none of the same sitter."""

    name: str
    style: str
    portrait: Portrait
    exemplars: tuple[Portrait, ...]

    @property
    def case(self) -> str:
        """How rows call it."""
        return f"{self.style}/{self.name}"

    @property
    def file_stem(self) -> str:
        """How files of it are called: one exemplar and all of a style are different tasks."""
        return f"{self.name}_{self.style}" + ("_set" if len(self.exemplars) > 1 else "")


# a picture, and the seconds that it took, if they are known
Maker = Callable[[Cell], tuple[np.ndarray, float | None]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--portraits", nargs="+", metavar="NAME", help="stems of portraits (all; quick: few)"
    )
    parser.add_argument(
        "--styles", nargs="+", metavar="NAME", help="names of styles (all; quick: two)"
    )
    parser.add_argument("--sets", action="store_true", help="all exemplars of a style, too")
    parser.add_argument("--split", choices=("test", "development"), help="cases of one half only")
    parser.add_argument("--labels", default="mrf", choices=("mrf", "free"), help="of ours (mrf)")
    parser.add_argument("--identity", type=share, metavar="0..1", help="of ours")
    parser.add_argument("--texture", type=share, metavar="0..1", help="of ours")
    parser.add_argument("--save", type=Path, metavar="DIR", help="write NAME_STYLE.png of ours")
    add_export_argument(parser, "photos/NAME.png and exemplars/NAME_STYLE.png")
    parser.add_argument("--ebsynth", type=Path, metavar="BINARY", help="run it with our guides")
    add_peer_argument(parser, "NAME_STYLE.png (of all exemplars NAME_STYLE_set.png)")


def run(arguments: argparse.Namespace, recorder: Recorder) -> None:
    """Redraw and score every portrait in every style."""
    refuse_to_replace(arguments)
    judge = StyleJudge()
    data = BUNDLED if arguments.data is None else arguments.data.name
    makers = {"ours": ours(arguments), **others(arguments)}
    warm_up = True
    for cell in cells(arguments, recorder):
        split = split_of(cell, given=arguments.data is not None)
        if arguments.split not in (None, split):
            continue
        if arguments.export is not None:
            export(cell, arguments.export)
        if warm_up:  # kernels are compiled by what is not timed
            transfer_patches(cell.portrait, [prepare_exemplar(cell.exemplars[0])])
            warm_up = False
        progress(cell.case)
        count = len(cell.exemplars)
        pictures = {
            "the photograph": cell.portrait.image,
            "the exemplar": cell.exemplars[0].image,
        }
        for method, make in makers.items():
            with recorder.skipping(f"{cell.case}, {method}"):
                pictures[method], seconds = make(cell)
                scores = judge.score(pictures[method], cell.portrait, cell.exemplars)
                scores |= {} if seconds is None else {"seconds": seconds}
                known = {"split": split, "data": data, "exemplars": count}
                size = pictures[method].shape[1::-1]
                recorder.add(cell.case, method, scores, size=size, **known)
        if count == 1:
            for method, picture in pictures.items():
                recorder.picture(cell.case, method, picture, data=data)


def split_of(cell: Cell, *, given: bool) -> Split:
    """Test where both portrait and style are; none where neither is in a half."""
    sets = ("portraits", "paintings") if given else ("bundled", "styles")
    halves = {
        bundled.half_of(name, data_set)
        for name, data_set in zip((cell.name, cell.style), sets, strict=True)
    }
    if halves == {"none"}:
        return "none"
    return "development" if "development" in halves else "test"


def export(cell: Cell, folder: Path) -> None:
    """Write portrait and exemplars as the methods see them, for results of other methods."""
    files = {folder / "photos" / f"{cell.name}.png": cell.portrait.image}
    if len(cell.exemplars) == 1:
        files[folder / "exemplars" / f"{cell.file_stem}.png"] = cell.exemplars[0].image
    else:
        several = folder / "exemplars" / cell.file_stem
        files |= {several / f"{n}.png": e.image for n, e in enumerate(cell.exemplars, start=1)}
    for path, image in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_image(path, image, overwrite=True)


def cells(arguments: argparse.Namespace, recorder: Recorder) -> Iterator[Cell]:
    """Every portrait with one exemplar of every style, and with all of them for --sets."""
    portraits, styles, width = sources(arguments, recorder)
    read: dict[Path, Portrait] = {}

    def portrait_of(path: Path) -> Portrait:
        if path not in read:
            read[path] = read_portrait(path, width)
        return read[path]

    for path in portraits:
        for style, exemplars in styles.items():
            with recorder.skipping(f"{style}/{path.stem}"):
                chosen = [e for e in exemplars if e.stem != path.stem]
                order = np.random.default_rng([recorder.seed, len(chosen)]).permutation(len(chosen))
                usable = [portrait_of(chosen[n]) for n in (order if arguments.sets else order[:1])]
                if not usable:
                    raise MissingDataError(style, f"has no exemplar of another than {path.stem}")
                portrait = portrait_of(path)
                yield Cell(path.stem, style, portrait, tuple(usable[:1]))
                if arguments.sets and len(usable) > 1:
                    yield Cell(path.stem, style, portrait, tuple(usable))


def sources(
    arguments: argparse.Namespace, recorder: Recorder
) -> tuple[list[Path], dict[str, list[Path]], int | None]:
    """Files of portraits and of styles, and the width to which they are reduced."""
    quick = arguments.quick
    if arguments.data is None:
        portraits = [p for p in bundled.portraits() if p.stem in bundled.PHOTOGRAPHED]
        styles = {name: bundled.style(name) for name in bundled.DRAWN}
        width, few, usual = (QUICK_WIDTH if quick else None), 1, list(QUICK_STYLES)
    else:
        portraits = layouts.portrait_files(arguments.data)
        styles = layouts.style_files(arguments.data)
        width, few, usual = None, 2, list(styles)[:2]
    known = {"portraits": {path.stem for path in portraits}, "styles": styles.keys()}
    for what, names in known.items():
        for name in sorted(set(getattr(arguments, what) or ()) - names):
            recorder.skip(name, f"is none of the {what}: {', '.join(sorted(names))}")
    if arguments.portraits is not None:
        portraits = [p for p in portraits if p.stem in arguments.portraits]
    elif quick:
        portraits = portraits[:few]
    wanted = arguments.styles or (usual if quick else list(styles))
    styles = {name: styles[name] for name in wanted if name in styles}
    if not portraits or not styles:
        raise MissingDataError("portraits", f"{len(portraits)} portraits, {len(styles)} styles")
    return portraits, styles, width


def ours(arguments: argparse.Namespace) -> Maker:
    """Unpaired patch mode; what prepares its exemplars is not timed."""
    dials = {
        name: getattr(arguments, name)
        for name in ("identity", "texture")
        if getattr(arguments, name) is not None
    }
    settings = UnpairedSettings(labels=arguments.labels, **dials)

    def make(cell: Cell) -> tuple[np.ndarray, float | None]:
        prepared = [prepare_exemplar(exemplar) for exemplar in cell.exemplars]
        start = time.perf_counter()
        result = transfer_patches(cell.portrait, prepared, settings)
        seconds = time.perf_counter() - start - result.timings.get("exemplars", 0.0)
        if arguments.save is not None:
            arguments.save.mkdir(parents=True, exist_ok=True)
            write_image(arguments.save / f"{cell.file_stem}.png", result.image, overwrite=True)
        return result.image, seconds

    return make


def others(arguments: argparse.Namespace) -> dict[str, Maker]:
    """What ours is compared with: what anyone can install, and what was given."""
    made = {name: reference(references.EVERY[name]) for name in REFERENCES}
    made |= {peer.name: given(peer) for peer in arguments.peer}
    if arguments.ebsynth is not None:
        made["EbSynth, our guides"] = timed(ebsynth(arguments.ebsynth))
    return made


def ebsynth(binary: Path) -> Callable[[Cell], np.ndarray]:
    """The binary with our guides; it knows one exemplar only."""

    def make(cell: Cell) -> np.ndarray:
        if len(cell.exemplars) > 1:
            raise MissingDataError(f"EbSynth, {cell.file_stem}", "EbSynth takes one exemplar")
        return run_ebsynth(binary, cell.portrait, cell.exemplars[0])

    return make


def reference(function: references.Reference) -> Maker:
    """A method that anyone can install."""

    def make(cell: Cell) -> np.ndarray:
        exemplars = [references.to_bytes(e.image) for e in cell.exemplars]
        return function(references.to_bytes(cell.portrait.image), exemplars) / np.float32(255)

    return timed(make)


def given(peer: Peer) -> Maker:
    """Another method's results, whose seconds nobody knows."""

    def make(cell: Cell) -> tuple[np.ndarray, float | None]:
        size = cell.portrait.image.shape[1::-1]
        return peer.read(cell.file_stem, size), None

    return make


def timed(function: Callable[[Cell], np.ndarray]) -> Maker:
    """A maker that takes its own time."""

    def make(cell: Cell) -> tuple[np.ndarray, float | None]:
        start = time.perf_counter()
        picture = function(cell)
        return picture, time.perf_counter() - start

    return make
