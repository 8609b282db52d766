"""Seconds and memory: stages, pixels, exemplars, threads, whole commands, start-up.

    python -m benchmarks speed [--quick] [--methods energy patch paired]

A bundled portrait; exemplars are the method's bundled set, mirrored once they are used up. Times
are of a prepared stylizer in a warm process, after detection and matte, unless a row says
otherwise: `facestyle METHOD` are whole commands, with the caches empty or warm, or with kernels
that were never compiled. Wall time suffers from whatever else the machine does, processor time (of
all threads) hardly does. OpenCV's filters and histogram matching are measured in the same run.
"""

import argparse
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import cv2
import numba
import numpy as np

from benchmarks import bundled, references
from benchmarks.argument_types import above_zero, at_least_one
from benchmarks.layouts import portrait_files
from benchmarks.processes import (
    ProcessCost,
    processor_clock,
    resized,
    run_process,
    write_exemplars,
)
from benchmarks.protocol import BUNDLED, Recorder
from benchmarks.report import Timing, measure, progress
from facestyle import ExemplarSet, Stylizer, read_image, write_image
from facestyle.kernels.threads import set_thread_count, thread_count
from facestyle.pipeline.result import Result

# of every method: the stylizer's name for it, its bundled set, whether pairs are given
SETS = {
    "energy": ("energy", "noir", False),
    "patch": ("patch", "pencil", False),
    "paired": ("patch-paired", "pencil", True),  # however few the pairs
}
PIXELS = 768 * 1024
MEGAPIXELS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0)
COUNTS = (1, 2, 4, 8, 16)
QUICK_MEGAPIXELS, QUICK_COUNTS, QUICK_COMMANDS = (0.25, 0.5), (1, 2), 2
QUICK_METHODS = 2
RUNS, QUICK_RUNS = 7, 3
# a row says how often it was measured
CHOOSING = ("methods", "only", "megapixels", "counts", "runs")
DETECTION = "faces"  # the stage before a stylizer has its face and matte
PARTS = ("stages", "pixels", "exemplars", "threads", "commands", "start")
STARTS = {
    "python -c pass": ["-c", "pass"],
    "import facestyle": ["-c", "import facestyle"],
    "facestyle --help": ["-m", "facestyle", "--help"],
}


@dataclass(frozen=True)
class Bench:
    """What the parts share.

    Attributes
    ----------
    recorder : Recorder
    image : (H, W, 3) float32
    data : str
    work : Path
        A folder that is removed at the end; the cache of analyses is in it.
    runs : int
    quick : bool
    """

    recorder: Recorder
    image: np.ndarray
    data: str
    work: Path
    runs: int
    quick: bool

    def stylizer(self, method: str, count: int) -> Stylizer:
        """A stylizer with the first exemplars of the method's set."""
        folder, photos = self.exemplars(method, count)
        return Stylizer(ExemplarSet.from_folder(folder, photos=photos), method=SETS[method][0])

    def exemplars(self, method: str, count: int) -> tuple[Path, Path | None]:
        """A folder with so many exemplars, and that of their photographs."""
        _, style, paired = SETS[method]
        folder, photos = (self.work / f"{kind}-{style}{count}" for kind in ("drawn", "taken"))
        if not folder.exists():
            write_exemplars(bundled.style(style), folder, count)
        if paired and not photos.exists():
            write_exemplars(sorted(bundled.STILLS.glob("*.jpg")), photos, count)
        return folder, photos if paired else None

    def add(self, case: str, method: str, timing: Timing, **factors: str | int | float) -> None:
        """Add times of the portrait."""
        self.recorder.add_timing(case, method, timing, data=self.data, **factors)

    def add_command(self, method: str, costs: list[ProcessCost], **factors: str | float) -> None:
        """Add times of whole processes, and the largest memory."""
        wall, cpu = tuple(c.wall for c in costs), tuple(c.cpu for c in costs)
        self.recorder.add_timing(
            "whole process", method, Timing(wall, cpu), warm_up=0, data=self.data, **factors
        )
        peak = {"peak MiB": max(cost.peak for cost in costs)}
        self.recorder.add("whole process", method, peak, split="none", data=self.data, **factors)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--methods", nargs="+", choices=SETS, help="(all; two for --quick)")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="parts (all)")
    parser.add_argument("--megapixels", type=above_zero, nargs="+", metavar="MP")
    parser.add_argument(
        "--counts", type=at_least_one, nargs="+", metavar="K", help="numbers of exemplars"
    )
    parser.add_argument("--runs", type=at_least_one, metavar="N", help="timed runs (7; quick: 3)")


def set_defaults(arguments: argparse.Namespace) -> None:
    quick = arguments.quick
    arguments.methods = arguments.methods or [*SETS][: QUICK_METHODS if quick else None]
    arguments.megapixels = arguments.megapixels or list(QUICK_MEGAPIXELS if quick else MEGAPIXELS)
    arguments.counts = arguments.counts or list(QUICK_COUNTS if quick else COUNTS)
    arguments.runs = arguments.runs or (QUICK_RUNS if quick else RUNS)


def run(arguments: argparse.Namespace, recorder: Recorder) -> None:
    """Measure every part that is asked for."""
    quick = arguments.quick
    given = arguments.data is not None
    path, *others = portrait_files(arguments.data) if given else [bundled.PORTRAIT]
    if others:
        recorder.skip(f"{len(others)} portraits", f"one is enough: {path.name}")
    pixels = QUICK_MEGAPIXELS[0] * 1e6 if quick else PIXELS
    image = resized(read_image(path).rgb, pixels)
    data = arguments.data.name if given else BUNDLED
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        with mock.patch.dict(os.environ, FACESTYLE_CACHE=str(work / "cache")):
            bench = Bench(recorder, image, data, work, arguments.runs, quick)
            for part in arguments.only:
                with recorder.skipping(f"speed, {part}"):
                    MEASURED[part](bench, arguments)


def measure_stages(bench: Bench, arguments: argparse.Namespace) -> None:
    """Wall and processor time of each stage, in runs by turns."""
    for method in arguments.methods:
        progress(f"{method}: stages")
        stylizer = bench.stylizer(method, 1 if bench.quick else 8)
        stylizer(bench.image)
        wall, cpu = [], []
        for _ in range(bench.runs):
            wall.append(stylizer(bench.image).timings)
            cpu.append(on_processor_clock(stylizer, bench.image).timings)
        for stage in wall[0]:
            timing = Timing(tuple(t[stage] for t in wall), tuple(t[stage] for t in cpu))
            bench.add("one portrait", method, timing, stage=stage)


def measure_pixels(bench: Bench, arguments: argparse.Namespace) -> None:
    """Cost against pixels, with that of the references; peak memory is of the whole command."""
    stylizers = {method: bench.stylizer(method, 1) for method in arguments.methods}
    for megapixels in arguments.megapixels:
        picture = resized(bench.image, megapixels * 1e6)
        pixels = references.to_bytes(picture)
        path = bench.work / "size.png"
        write_image(path, picture, overwrite=True)
        for method, stylizer in stylizers.items():
            progress(f"{method}: {megapixels} MP")
            stylizer(picture)
            wall = [after_detection(stylizer(picture)) for _ in range(3)]
            cpu = [after_detection(on_processor_clock(stylizer, picture)) for _ in range(3)]
            bench.add(
                "one portrait", method, Timing(tuple(wall), tuple(cpu)), megapixels=megapixels
            )
            if not bench.quick:
                cost = run_process(command(bench, path, method, 1))
                bench.add_command(f"facestyle {method}", [cost], megapixels=megapixels)
        for name, function in references.EVERY.items():
            with bench.recorder.skipping(name):
                laps = measure({name: lambda f=function, p=pixels: f(p, [p])}, runs=3)  # type: ignore[misc]
                bench.add("one portrait", name, laps[name], megapixels=megapixels)


def measure_exemplars(bench: Bench, arguments: argparse.Namespace) -> None:
    """Cost against the number of exemplars, and of preparing them."""
    for method in arguments.methods:
        for count in arguments.counts:
            progress(f"{method}: {count} exemplars")
            stylizer = bench.stylizer(method, count)
            first = on_processor_clock(stylizer, bench.image).timings["total"]
            wall = [after_detection(stylizer(bench.image)) for _ in range(3)]
            again = [on_processor_clock(stylizer, bench.image) for _ in range(3)]
            cpu = tuple(after_detection(result) for result in again)
            bench.add("one portrait", method, Timing(tuple(wall), cpu), exemplars=count)
            preparing = first - min(result.timings["total"] for result in again)
            scores = {"CPU seconds": max(preparing, 0.0)}
            known = {"data": bench.data, "exemplars": count}
            bench.recorder.add(
                "one portrait", f"{method}, preparing", scores, split="none", **known
            )


def measure_threads(bench: Bench, arguments: argparse.Namespace) -> None:
    """Wall time with one thread and with all, by turns."""
    most = numba.config.NUMBA_NUM_THREADS
    if most == 1:
        bench.recorder.skip("threads", "only one is allowed here (NUMBA_NUM_THREADS)")
        return
    before = thread_count(), cv2.getNumThreads()
    for method in arguments.methods:
        stylizer = bench.stylizer(method, 1)

        def with_threads(count: int, stylizer: Stylizer = stylizer) -> None:
            set_thread_count(count)
            cv2.setNumThreads(count)
            stylizer(bench.image)

        progress(f"{method}: threads")
        counts = {str(n): lambda n=n, f=with_threads: f(n) for n in (1, most)}  # type: ignore[misc]
        for count, timing in measure(counts, runs=bench.runs).items():
            bench.add("one portrait", method, timing, threads=int(count))
    set_thread_count(before[0])
    cv2.setNumThreads(before[1])


def measure_commands(bench: Bench, arguments: argparse.Namespace) -> None:
    """The command that a user types: first run of all, then empty and warm caches."""
    path = bench.work / "portrait.png"
    write_image(path, bench.image, overwrite=True)
    for method in arguments.methods:
        words = command(bench, path, method, 1 if bench.quick else 8)
        name = f"facestyle {method}"
        progress(f"{name}: whole command")
        with bench.recorder.skipping(name):
            if not bench.quick:  # compiling takes a minute
                empty = str(bench.work / f"kernels-{method}")
                fresh = {"NUMBA_CACHE_DIR": empty, "FACESTYLE_CACHE": f"{empty}-analyses"}
                bench.add_command(name, [run_process(words, **fresh)], caches="no kernels")
            cold = str(bench.work / f"cold-{method}")
            bench.add_command(name, [run_process(words, FACESTYLE_CACHE=cold)], caches="empty")
            runs = QUICK_COMMANDS if bench.quick else bench.runs
            laps = [run_process(words, FACESTYLE_CACHE=cold) for _ in range(runs)]
            bench.add_command(name, laps, caches="warm")


def measure_start(bench: Bench, arguments: argparse.Namespace) -> None:
    """Starting the interpreter, the package and the help."""
    for name, words in STARTS.items():
        progress(name)
        bench.add_command(name, [run_process(words) for _ in range(2 * bench.runs)])


MEASURED = {
    "stages": measure_stages,
    "pixels": measure_pixels,
    "exemplars": measure_exemplars,
    "threads": measure_threads,
    "commands": measure_commands,
    "start": measure_start,
}


def after_detection(result: Result) -> float:
    """Seconds of a prepared stylizer once the face is known."""
    return result.timings["total"] - result.timings[DETECTION]


def on_processor_clock(stylizer: Stylizer, image: np.ndarray) -> Result:
    """Stylize with timings that are processor times."""
    with processor_clock():
        return stylizer(image)


def command(bench: Bench, portrait: Path, method: str, count: int) -> list[str]:
    """Arguments of the command that a user types."""
    folder, photos = bench.exemplars(method, count)
    given = ["--exemplars", str(folder), "--method", SETS[method][0]]
    given += [] if photos is None else ["--exemplar-photos", str(photos)]
    output = ["-o", str(bench.work / "out.png"), "--overwrite", "-q"]
    return ["-m", "facestyle", str(portrait), *given, *output]
