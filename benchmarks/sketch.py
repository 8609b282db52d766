"""Does paired patch mode draw like the artist? Leave-one-out on photographs with drawings.

    python -m benchmarks sketch                  # nine bundled pairs, drawn by a script
    python -m benchmarks sketch --data CUFS      # photos/ and sketches/
    python -m benchmarks sketch --data CUFS --hand second    # as if drawn by another artist
    python -m benchmarks sketch --export DIR     # what another method is given, for --peer

Every photograph is drawn from the pairs of the other sitters and compared with the artist's own
drawing of it. Of the bundled pairs and of pencil_pairs one half is for development and the other
for figures (`splits.py`); data that are in no split are scored whole. SSIM alone rewards blur and
texture measures alone reward noise: only all of them together count.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks import bundled, layouts, references, second_hand
from benchmarks.argument_types import at_least_one
from benchmarks.judging import Judge
from benchmarks.peers import Peer, add_export_argument, add_peer_argument, refuse_to_replace
from benchmarks.protocol import BUNDLED, MissingDataError, Recorder, Split, say
from benchmarks.report import measure, progress
from benchmarks.sketch_methods import METHODS, Case, another_camera, ours, unmatched
from facestyle.faces import Portrait, portrait_from_image
from facestyle.io.images import read_image, write_image
from facestyle.methods.patch_paired import prepare_exemplar, transfer_patches
from facestyle.metrics.inputs import gray

Image = NDArray[np.float32]

MEASURES = ("ssim", "fsim", "gmsd", "scoot", "lpips", "high_frequency_ratio")
COUNTS = (8, 16, 32)
QUICK_PICTURES = 2
# the frame of the CUFS pairs, px: size, and where the eyes' centers are
FRAME = (200, 250)
EYES = ((75.0, 125.0), (125.0, 125.0))
CHOOSING = ("split", "images", "methods", "counts", "no_camera", "peer")


@dataclass(frozen=True)
class Plan:
    """What is measured: by which methods, of how many pictures, against what."""

    split: Split
    numbers: list[int]
    data: str
    judge: Judge
    peers: list[Peer]
    recorder: Recorder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--split", choices=("test", "development"), default="test", help="half of pairs (test)"
    )
    parser.add_argument(
        "--images", type=at_least_one, metavar="N", help="only N of them, evenly spread"
    )
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument(
        "--counts",
        type=at_least_one,
        nargs="*",
        metavar="K",
        help="fewer exemplars, too (8 16 32; quick: none)",
    )
    parser.add_argument(
        "--align", action="store_true", help="bring the pairs of --data into the frame of CUFS"
    )
    parser.add_argument(
        "--hand", choices=("own", "second"), default="own", help="see benchmarks/second_hand.py"
    )
    parser.add_argument("--no-camera", action="store_true", help="skip the change of camera")
    add_export_argument(parser, "photos/NAME.png and sketches/NAME.png")
    add_peer_argument(parser, "NAME.png and as large as the photographs of --export")


def set_defaults(arguments: argparse.Namespace) -> None:
    arguments.align = arguments.align or arguments.data is None
    if arguments.counts is None:
        arguments.counts = [] if arguments.quick else list(COUNTS)


def run(arguments: argparse.Namespace, recorder: Recorder) -> None:
    """Measure everything that the arguments ask for."""
    quick = arguments.quick
    if arguments.data is None:
        files, data = bundled.pairs(), BUNDLED
    else:
        files, data = layouts.pair_files(arguments.data, recorder.skip), arguments.data.name
    refuse_to_replace(arguments)
    drawings = load_pairs(files, recorder, align=arguments.align)
    if arguments.hand == "second":
        drawings = [replace(d, image=second_hand.redraw(d.image, d.name)) for d in drawings]
        data += ", second hand"
    if len(drawings) < 3:
        raise MissingDataError("sketch", f"{len(drawings)} usable pairs; at least 3 are needed")
    if arguments.export is not None:
        export(drawings, arguments.export)
    split, numbers = scored(drawings, files, arguments)
    plan = Plan(split, numbers, data, Judge(MEASURES, recorder), arguments.peer, recorder)
    cases = make_cases(drawings, numbers, None, recorder.seed)
    evaluate(plan, cases, {name: METHODS[name] for name in arguments.methods})
    compare_others(plan, cases)
    time_one(plan, cases[0], runs=3 if quick else 7)
    for count in arguments.counts:
        if count < len(drawings):
            fewer = make_cases(drawings, numbers, count, recorder.seed)
            evaluate(plan, fewer, {"ours": ours}, exemplars=count)
        else:
            recorder.skip(f"{count} exemplars", f"each case has {len(drawings) - 1}")
    if not (arguments.no_camera or quick):
        evaluate_cameras(plan, cases)


def scored(
    drawings: list[Portrait], files: list[tuple[Path, Path]], arguments: argparse.Namespace
) -> tuple[Split, list[int]]:
    """The split of the rows, and the places of the drawings that are scored; both are said.

    Raises
    ------
    MissingDataError
        If no pair is in the half that is asked for.
    """
    split: Split = arguments.split
    if arguments.data is None:
        halves: list[Split] = [bundled.half_of(d.name) for d in drawings]
    else:
        paths = {path.stem: path for path, _ in files}
        halves = [bundled.half_of_file(paths[d.name], "pencil_pairs") for d in drawings]
    if set(halves) == {"none"}:
        split = "none"
    places = [place for place, half in enumerate(halves) if half == split]
    if not places:
        raise MissingDataError("sketch", f"no pair is in the half {split}")
    most = arguments.images or (QUICK_PICTURES if arguments.quick else len(places))
    spread = np.linspace(0, len(places) - 1, min(most, len(places))).round().astype(int)
    which = "in no split" if split == "none" else f"in the half {split}"
    say(f"sketch: {len(drawings)} pairs, {len(places)} {which}, {len(spread)} of them are scored")
    return split, [places[n] for n in spread]


def export(drawings: list[Portrait], folder: Path) -> None:
    """Write photographs and drawings as the methods see them, for results of other methods."""
    for kind in ("photos", "sketches"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for drawing in drawings:
        assert drawing.photo is not None
        for kind, image in (("photos", drawing.photo.image), ("sketches", drawing.image)):
            write_image(folder / kind / f"{drawing.name}.png", image, overwrite=True)
    say(f"sketch: {len(drawings)} photographs and drawings are in {folder}")


def load_pairs(
    files: list[tuple[Path, Path]], recorder: Recorder, *, align: bool
) -> list[Portrait]:
    """The drawings, each with the portrait of its photograph."""
    drawings = []
    for path, drawn in files:
        progress(f"analyzing {path.name}")
        with recorder.skipping(path.name):
            photo, drawing = read_image(path).rgb, read_image(drawn).rgb
            if photo.shape != drawing.shape:
                raise MissingDataError(path.name, "photograph and drawing differ in size")
            portrait = portrait_from_image(photo, name=path.stem)
            if align:
                photo, drawing = (in_frame(p, portrait.face.eyes) for p in (photo, drawing))
                portrait = portrait_from_image(photo, name=path.stem)
            # the drawing's own landmarks are not used
            given = portrait.face, portrait.matte, path.stem, portrait
            drawings.append(Portrait(drawing, *given))
    return drawings


def in_frame(image: Image, eyes: NDArray[np.float64]) -> Image:
    """A picture turned, scaled and cut so that its eyes are where those of CUFS are."""
    target = np.array(EYES)
    factor = np.linalg.norm(target[1] - target[0]) / np.linalg.norm(eyes[1] - eyes[0])
    if factor < 1:  # an area mean first: one bilinear sample of many pixels would alias
        image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        eyes = eyes * factor
    matrix, _ = cv2.estimateAffinePartial2D(eyes, target)
    moved = cv2.warpAffine(
        image, matrix, FRAME, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.clip(moved, 0, 1)


def make_cases(
    drawings: list[Portrait], numbers: list[int], count: int | None, seed: int
) -> list[Case]:
    """Leave-one-out cases with `count` exemplars each, or all."""
    prepared = [prepare_exemplar(drawing) for drawing in drawings]
    cases = []
    for number in numbers:
        others = [n for n in range(len(drawings)) if n != number]
        if count is not None:
            others = list(np.random.default_rng([seed, number]).permutation(others)[:count])
        drawing = drawings[number]
        assert drawing.photo is not None
        exemplars = tuple(prepared[n] for n in others)
        cases.append(Case(drawing.photo, gray(drawing.image), exemplars))
    return cases


def evaluate(
    plan: Plan, cases: list[Case], methods: dict[str, Callable[[Case], Image]], **factors: int | str
) -> None:
    """Score every method in every case."""
    for index, case in enumerate(cases, start=1):
        progress(f"{index}/{len(cases)} {case.portrait.name}")
        for name, method in methods.items():
            with plan.recorder.skipping(f"{case.portrait.name}, {name}"):
                record(plan, case, name, method(case), **factors)
        if not factors:
            show = plan.recorder.picture
            show(case.portrait.name, "the photograph", case.portrait.image, data=plan.data)
            show(case.portrait.name, "the truth", case.truth, data=plan.data)


def record(plan: Plan, case: Case, method: str, picture: Image, **factors: int | str) -> None:
    """Score one picture."""
    size = (case.truth.shape[1], case.truth.shape[0])
    scores = plan.judge(picture, case.truth)
    plan.recorder.add(
        case.portrait.name, method, scores, split=plan.split, data=plan.data, size=size, **factors
    )
    if not factors:
        plan.recorder.picture(case.portrait.name, method, picture, data=plan.data)


def compare_others(plan: Plan, cases: list[Case]) -> None:
    """Methods that anyone can install, and results that were given."""
    for case in cases:
        photo = references.to_bytes(case.portrait.image)
        drawings = [
            np.repeat(references.to_bytes(e.drawing[..., :1]), 3, 2) for e in case.exemplars
        ]
        size = (case.truth.shape[1], case.truth.shape[0])
        for name in ("OpenCV pencilSketch", "OpenCV stylization", "histogram matching"):
            progress(f"{case.portrait.name}: {name}")
            picture = references.EVERY[name](photo, drawings)
            record(plan, case, name, gray(picture.astype(np.float32) / 255))
        for peer in plan.peers:
            with plan.recorder.skipping(peer.name):
                record(plan, case, peer.name, gray(peer.read(case.portrait.name, size)))


def evaluate_cameras(plan: Plan, cases: list[Case]) -> None:
    """The photographs taken with another camera, with and without matching its tones."""
    for camera, taken in (("same", cases), ("another", [another_camera(c) for c in cases])):
        methods = {"tones matched": ours, "tones not matched": unmatched}
        evaluate(plan, taken, methods, camera=camera)


def time_one(plan: Plan, case: Case, runs: int) -> None:
    """Seconds of one picture with its exemplars prepared."""
    timing = measure({"": lambda: transfer_patches(case.portrait, case.exemplars)}, runs=runs)[""]
    size = (case.truth.shape[1], case.truth.shape[0])
    count = len(case.exemplars)
    plan.recorder.add_timing(
        "one picture", "ours", timing, data=plan.data, size=size, exemplars=count
    )
