"""Hair, face and rest: overlap with hand-made labels, and with themselves in disturbed pictures.

    python -m benchmarks regions                 # bundled portraits, disturbed: no labels needed
    python -m benchmarks regions --data DIR      # photos/ and labels/ in FASSEG's colors

Without labels the regions of the undisturbed picture are the truth: that tells steadiness, not
whether they are right.
"""

import argparse
import importlib
from types import ModuleType

import numpy as np

from benchmarks import bundled, layouts
from benchmarks.protocol import BUNDLED, MissingDataError, Recorder, Split
from benchmarks.report import progress
from facestyle.io.images import read_image

CLASSES = ("hair IoU", "face IoU", "rest IoU")  # in the order of regions.overlaps
QUICK_FACES, QUICK_DISTURBANCES = 2, 2
CLASS_COUNT = 3
CHOOSING = ("split",)
UNDISTURBED = "none"
Face = tuple[str, np.ndarray, np.ndarray, Split]  # name, picture, classes, half


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--split", choices=("test", "development"), default="test", help="half of sitters (test)"
    )


def run(arguments: argparse.Namespace, recorder: Recorder) -> None:
    """Score every face as it is, and disturbed."""
    try:
        regions = importlib.import_module("regions")
    except ImportError as error:
        raise MissingDataError("regions", f"this checkout lacks the benchmark: {error}") from error
    data = BUNDLED if arguments.data is None else arguments.data.name
    disturbances = list(regions.DISTURBANCES.items())
    if arguments.quick:
        disturbances = disturbances[:QUICK_DISTURBANCES]
    for name, image, truth, split in faces(regions, arguments, recorder):
        progress(name)
        if arguments.data is not None:
            with recorder.skipping(name):
                add(recorder, name, regions.overlaps(image, truth), split, data)
        for kind, (disturb, moves) in disturbances:
            if kind == UNDISTURBED:  # measured above; without labels it is 1 by construction
                continue
            planes = (truth[..., None] == np.arange(CLASS_COUNT)).astype(np.float32)
            moved = disturb(planes).argmax(axis=2) if moves else truth
            with recorder.skipping(f"{name}, {kind}"):
                scores = regions.overlaps(np.asarray(disturb(image), np.float32), moved)
                add(recorder, name, scores, split, data, disturbed=kind)


def add(
    recorder: Recorder, name: str, scores: list[float], split: Split, data: str, **factors: str
) -> None:
    """Add the overlaps of the classes."""
    named = dict(zip(CLASSES, scores, strict=True))
    recorder.add(name, "ours", named, split=split, data=data, **factors)


def faces(regions: ModuleType, arguments: argparse.Namespace, recorder: Recorder) -> list[Face]:
    """Pictures with their classes: labels, or what is found in the undisturbed picture."""
    found: list[Face] = []
    most = QUICK_FACES if arguments.quick else None
    if arguments.data is None:
        paths = [p for p in bundled.portraits() if bundled.half_of(p.stem) == arguments.split]
        for path in paths[:most]:
            with recorder.skipping(path.name):
                image = read_image(path).rgb
                found.append((path.stem, image, regions.classes_of(image)[0], arguments.split))
        return found
    halves = [
        (photo, labels, bundled.half_of_file(photo, "region_labels"))
        for photo, labels in layouts.label_files(arguments.data, recorder.skip)
    ]
    for photo, labels, half in [h for h in halves if h[2] in (arguments.split, "none")][:most]:
        with recorder.skipping(photo.name):
            pair = read_image(photo).rgb, regions.read_labels(labels)
            found.append((photo.stem, *pair, half))
    return found
