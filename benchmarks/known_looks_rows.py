"""Is a look that is known recovered? Against the look applied to the sitter's own picture.

    python -m benchmarks known-looks                # ten bundled sitters, half of them for testing
    python -m benchmarks known-looks --data DIR     # portraits of one sitter each

A method sees the ordinary portrait of one sitter and stylized portraits of others; its result is
compared with the truth inside the person's matte. Inputs and exemplars are of one half of the
split; sitters in no split are taken whole, and only the look tells the half of their rows. A row is
of the test half only where nothing was tuned on its sitter or its look. The rows of Song 2017 and
Shih 2014 are their methods by our code (docs/papers/).
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import known_looks
import known_looks_methods
import numpy as np
from sitters import sitter_paths

from benchmarks import bundled, layouts, references
from benchmarks.argument_types import at_least_one
from benchmarks.protocol import BUNDLED, MissingDataError, Recorder, Split
from benchmarks.report import progress
from facestyle.faces import Portrait, portrait_from_image
from facestyle.io.images import read_image

QUICK_LOOKS = ("bwdodge", "amber")  # one of each half
QUICK_INPUTS = 2
COUNTS = (1, 2)
REFERENCES = ("histogram matching", "OpenCV edgePreservingFilter")
CHOOSING = ("split", "looks", "methods", "counts")


class SeenCase(known_looks_methods.Case):
    """A case that remembers the last picture it scored."""

    last: np.ndarray | None = None

    def score(self, picture: np.ndarray) -> dict[str, float]:
        """Compare a picture with the truth inside the matte, and keep it."""
        object.__setattr__(self, "last", picture)
        scores: dict[str, float] = super().score(picture)
        return scores


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--split", choices=("test", "development"), default="test", help="half of sitters (test)"
    )
    parser.add_argument(
        "--looks",
        nargs="+",
        choices=known_looks.LOOKS,
        metavar="LOOK",
        help=f"(all; quick: {' '.join(QUICK_LOOKS)}) of {', '.join(known_looks.LOOKS)}",
    )
    parser.add_argument(
        "--methods",
        nargs="+",
        choices=known_looks_methods.METHODS,
        metavar="METHOD",
        help=f"(all) of {'; '.join(known_looks_methods.METHODS)}",
    )
    parser.add_argument(
        "--exemplars", type=at_least_one, default=8, metavar="K", help="exemplars at most (8)"
    )
    parser.add_argument(
        "--counts",
        type=at_least_one,
        nargs="*",
        metavar="K",
        help="fewer exemplars, too (1 2; quick: none)",
    )


def set_defaults(arguments: argparse.Namespace) -> None:
    quick = arguments.quick
    arguments.looks = arguments.looks or list(QUICK_LOOKS if quick else known_looks.LOOKS)
    arguments.methods = arguments.methods or list(known_looks_methods.METHODS)
    if arguments.counts is None:
        arguments.counts = [] if quick else list(COUNTS)


def run(arguments: argparse.Namespace, recorder: Recorder) -> None:
    """Score every method in every case."""
    data = BUNDLED if arguments.data is None else arguments.data.name
    sitters, halves = load_sitters(arguments, recorder)
    if len(sitters) < 2:
        raise MissingDataError("known-looks", f"{len(sitters)} usable sitters; 2 are needed")
    inputs = list(sitters)[: QUICK_INPUTS if arguments.quick else None]
    methods = {name: known_looks_methods.METHODS[name] for name in arguments.methods}
    for look in arguments.looks:
        for case in known_looks.cases_of_look(
            look, sitters, inputs, arguments.exemplars, recorder.seed
        ):
            split = row_split(halves[case.portrait.name], look)
            shared: dict[str, Any] = {"split": split, "data": data}
            score_case(recorder, case, methods, shared)
            for count in arguments.counts:
                if count < len(case.exemplars):
                    fewer = replace(case, exemplars=case.exemplars[:count])
                    for name in known_looks_methods.AGAINST_COUNT:
                        scores = known_looks_methods.METHODS[name](fewer)
                        recorder.add(name_of(case), name, scores, exemplars=count, **shared)


def row_split(sitter: Split, look: str) -> Split:
    """Development where sitter or look is; nobody tuned on sitters that are in no half."""
    return "development" if sitter == "development" else bundled.half_of(look, "looks")


def load_sitters(
    arguments: argparse.Namespace, recorder: Recorder
) -> tuple[dict[str, Portrait], dict[str, Split]]:
    """One portrait of each sitter of the half, and of sitters in no split, by the sitter's name.

    And the half of each, by the portrait's name.
    """
    sitters, halves = {}, {}
    for name, (path, half) in sitter_files(arguments).items():
        progress(f"analyzing {path.name}")
        with recorder.skipping(path.name):
            sitters[name] = portrait_from_image(read_image(path).rgb, name=path.stem)
            halves[path.stem] = half
    return sitters, halves


def sitter_files(arguments: argparse.Namespace) -> dict[str, tuple[Path, Split]]:
    """The first picture of each sitter, and the half that the sitter is in, by name."""
    if arguments.data is None:
        paths, data_set = bundled.portraits(), "bundled"
    else:
        known = measuring_sitters(arguments.data, arguments.split)
        if known:
            return {name: (path, arguments.split) for name, path in known.items()}
        paths, data_set = layouts.portrait_files(arguments.data), "portraits"
    chosen: dict[str, tuple[Path, Split]] = {}
    for path in paths:
        half = bundled.half_of(path.stem, data_set)
        if half in (arguments.split, "none"):
            name = bundled.splits.sitter_of(data_set, path.stem) if half != "none" else path.stem
            chosen.setdefault(name, (path, half))
    return chosen


def measuring_sitters(data: Path, half: str) -> dict[str, Path]:
    """The project's own measuring data, if that is what the folder holds."""
    try:
        found = sitter_paths(half, data)
    except KeyError:  # names that are in no half: other people's data
        return {}
    return found if any(data in path.parents for path in found.values()) else {}


def name_of(case: known_looks_methods.Case) -> str:
    """How rows call a case."""
    return f"{case.look}/{case.portrait.name}"


def score_case(
    recorder: Recorder,
    case: known_looks_methods.Case,
    methods: dict[str, Any],
    shared: dict[str, Any],
) -> None:
    """All methods and references in one case."""
    name, data = name_of(case), shared["data"]
    height, width = case.truth.shape[:2]
    seen = SeenCase(case.look, case.portrait, case.truth, case.exemplars)
    recorder.picture(name, "the truth", case.truth, data=data)
    untouched = known_looks_methods.input_unchanged(case)["psnr"]

    def add(method: str, scores: dict[str, float]) -> None:
        scores = scores | {"worse than the input": float(scores["psnr"] < untouched)}
        recorder.add(name, method, scores, size=(width, height), **shared)

    for method, function in methods.items():
        progress(f"{name}: {method}")
        with recorder.skipping(f"{name}, {method}"):
            add(method, function(seen))
            if seen.last is not None and "mean" not in method and "oracle" not in method:
                recorder.picture(name, method, seen.last, data=data)
    exemplars = [references.to_bytes(e.portrait.image) for e in case.exemplars]
    for method in REFERENCES:
        picture = references.EVERY[method](references.to_bytes(case.portrait.image), exemplars)
        add(method, case.score(picture / np.float32(255)))
