"""How fast is patch mode without photographs, and how does it grow with pixels and exemplars?

    python benchmarks/patch_speed.py            # about 3 minutes on two idle cores
    python benchmarks/patch_speed.py --quick    # up to 1 MP and 2 exemplars: about 1 minute

Warm: the process runs, exemplars are prepared, code is compiled. "All in" counts everything from
pixels to pixels: detection, landmarks, matte, regions, transfer, finish. Wall times suffer from
whatever else the machine does; processor times (of all threads) hardly do. Prints the issue's
targets with "met" or "missed".
"""

import argparse
import os
import statistics
import tempfile
from pathlib import Path
from unittest import mock

import cv2
import numba
import numpy as np
from report import ROOT, Timing, measure, print_conditions, print_table, progress
from speed import (
    PORTRAITS,
    print_stages,
    print_targets,
    processor_clock,
    resized,
    run_process,
    time_stages,
    write_exemplars,
)

from facestyle import ExemplarSet, Stylizer, read_image, write_image

EXEMPLARS = ROOT / "exemplars" / "pencil"
MEGAPIXELS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0)
COUNTS = (1, 2, 4, 8)
TARGETS = {(512, 512): 0.8, (768, 1024): 2.5}  # size: seconds
LARGEST_TARGETS = 60.0, 2000.0  # 12 MP: seconds, MB


def cropped(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """The picture's upper part at a size and aspect."""
    rows = min(image.shape[0], round(image.shape[1] * height / width))
    columns = min(image.shape[1], round(rows * width / height))
    left = (image.shape[1] - columns) // 2
    part = image[:rows, left : left + columns]
    return np.clip(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), 0, 1)


def make_stylizer(source: Path, work: Path, count: int) -> Stylizer:
    """A stylizer with `count` exemplars."""
    folder = work / f"set{count}"
    write_exemplars(source, folder, count)
    return Stylizer(ExemplarSet.from_folder(folder), method="patch")


def print_threads(stylizer: Stylizer, image: np.ndarray, runs: int) -> None:
    """Wall time with one and two threads, by turns: the gain of the second core."""

    def run(threads: int) -> None:
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
        cv2.setNumThreads(threads)
        stylizer(image)

    laps = measure({"1": lambda: run(1), "2": lambda: run(2)}, runs=runs)
    print("### Threads, 512x512\n")
    print_table(
        ["threads", "wall s", "± s", "CPU s"],
        [[name, t.median, t.spread, t.cpu_median] for name, t in laps.items()],
    )


def print_sizes(stylizer: Stylizer, image: np.ndarray, sizes: list[float], work: Path) -> list:
    """Cost against pixels; returns the row of the largest size."""
    print("### Cost against pixels, one exemplar (peak: of the whole command)\n")
    rows: list[list] = []
    for megapixels in sizes:
        progress(f"{megapixels} MP")
        picture = resized(image, megapixels * 1e6)
        timing = measure({"": lambda p=picture: stylizer(p)}, runs=3)[""]  # type: ignore[misc]
        path = work / "size.png"
        write_image(path, picture)
        cost = run_process(_command(path, work))
        size = f"{picture.shape[1]}x{picture.shape[0]}"
        cpu = min(timing.cpu)
        rows.append([size, min(timing.wall), cpu, cpu / megapixels, cost.wall, round(cost.peak)])
    progress("")
    header = ["size", "wall s", "CPU s", "CPU s/MP", "command s", "peak MiB"]
    print_table(header, rows)
    return rows[-1]


def print_counts(source: Path, image: np.ndarray, counts: list[int], work: Path) -> None:
    print("### Cost against the number of exemplars, 768x1024 (CPU seconds)\n")
    rows = []
    first = 0.0
    for count in counts:
        progress(f"{count} exemplars")
        stylizer = make_stylizer(source, work, count)
        with processor_clock():
            preparing = stylizer(image).timings["total"]
            laps = [stylizer(image).timings for _ in range(3)]
        timings = min(laps, key=lambda lap: lap["total"])
        total = timings["total"]
        first = first or total
        stages = (round(timings[stage], 3) for stage in ("target", "synthesis", "finish"))
        rows.append([str(count), preparing - total, total, total / first, *stages])
    progress("")
    header = ["exemplars", "preparing", "all in", "of one", "target", "synthesis", "finish"]
    print_table(header, rows)


def _command(portrait: Path, work: Path) -> list[str]:
    """Arguments of the command that a user types."""
    exemplars = ["--exemplars", str(work / "set1"), "--method", "patch"]
    output = ["-o", str(work / "out.png"), "--overwrite", "-q"]
    return ["-m", "facestyle", str(portrait), *exemplars, *output]


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = next(path for path in PORTRAITS if path.is_file())
    parser.add_argument("--portrait", type=Path, default=default, metavar="PATH")
    parser.add_argument("--exemplars", type=Path, default=EXEMPLARS, metavar="DIR")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="3 runs, up to 1 MP and 2 exemplars")
    return parser.parse_args()


def main() -> None:
    arguments = read_arguments()
    quick = arguments.quick
    runs = 3 if quick else arguments.runs
    image = read_image(arguments.portrait).rgb
    print_conditions(
        "Speed of patch mode", seed=0, input=arguments.portrait.name, runs=runs, load=_load()
    )
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        with mock.patch.dict(os.environ, FACESTYLE_CACHE=str(work / "cache")):
            stylizer = make_stylizer(arguments.exemplars, work, 1)
            targets = []
            for size, target in TARGETS.items():
                picture = cropped(image, *size)
                print(f"## {size[0]}x{size[1]}\n")
                stages = time_stages(stylizer, picture, runs)
                print_stages(stages)
                targets.append(_target(f"{size[0]}x{size[1]}, all in", stages["total"], target))
            print_threads(stylizer, cropped(image, 512, 512), runs)
            sizes = [size for size in MEGAPIXELS if size <= 1 or not quick]
            largest = print_sizes(stylizer, image, sizes, work)
            counts = [count for count in COUNTS if count <= 2 or not quick]
            (work / "set1").rename(work / "one")
            print_counts(arguments.exemplars, cropped(image, 768, 1024), counts, work)
            if not quick:
                seconds, most = LARGEST_TARGETS
                targets.append(("12 MP, all in", largest[1], largest[2], seconds))
                peak = largest[-1] * 2**20 / 1e6
                verdict = "met" if peak < most else "missed"
                print(f"Peak at 12 MP: {peak:.0f} MB, target {most:.0f} MB: {verdict}.\n")
            print_targets(targets)
    print(f"Load average at the end: {_load()}")


def _target(name: str, timing: Timing, target: float) -> tuple[str, float | None, float, float]:
    return name, statistics.median(timing.wall), timing.cpu_median, target


def _load() -> str:
    """Load average of the last minute; above 0 at the start, others are working too."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    main()
