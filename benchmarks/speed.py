"""How fast is energy mode, what does it cost in memory, and how does that grow?

    python benchmarks/speed.py            # about 3 minutes on two idle cores
    python benchmarks/speed.py --quick    # fewer runs and sizes: about 1 minute

A portrait of 768x1024 pixels, 8 exemplars (the set's pictures, then the same mirrored), warm
caches. Wall times suffer from whatever else the machine does; processor times (of all threads)
hardly do. Prints the issue's targets with "met" or "missed".
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
from report import ROOT, Timing, print_conditions, print_table, progress

from facestyle import ExemplarSet, Stylizer, read_image, write_image
from facestyle.pipeline.result import Result

PORTRAITS = (
    ROOT.parent / "shared" / "data" / "portraits" / "man_outdoors.png",
    ROOT / "exemplars" / "portraits" / "eileen_collins.jpg",
)
EXEMPLARS = ROOT / "exemplars" / "noir"
PIXELS = 768 * 1024
MEGAPIXELS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0)
COUNTS = (1, 2, 4, 8, 16)
# the stages before a stylizer has its face and matte
DETECTION = "faces"


@dataclass(frozen=True)
class ProcessCost:
    """What a finished process took.

    Attributes
    ----------
    wall, cpu : float
        Seconds; `cpu` of all threads, user and system.
    peak : float
        Largest resident memory, MiB.
    """

    wall: float
    cpu: float
    peak: float


def run_process(arguments: list[str], **environment: str) -> ProcessCost:
    """Run Python with these arguments and wait for it."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"python {' '.join(arguments)}: exit code {process.returncode}")
    return ProcessCost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


@contextmanager
def processor_clock() -> Iterator[None]:
    """Let stages book processor time instead of wall time."""
    with mock.patch("time.perf_counter", time.process_time):
        yield


def time_stages(stylizer: Stylizer, image: np.ndarray, runs: int) -> dict[str, Timing]:
    """Wall and processor time of each stage, in runs by turns."""
    stylizer(image)
    wall: list[dict[str, float]] = []
    cpu: list[dict[str, float]] = []
    for _ in range(runs):
        wall.append(stylizer(image).timings)
        with processor_clock():
            cpu.append(stylizer(image).timings)
    return {
        stage: Timing(tuple(lap[stage] for lap in wall), tuple(lap[stage] for lap in cpu))
        for stage in wall[0]
    }


def after_detection(timings: dict[str, float]) -> float:
    """Seconds of a prepared stylizer once the face is known."""
    return timings["total"] - timings[DETECTION]


def resized(image: np.ndarray, pixels: float) -> np.ndarray:
    """The picture at about so many pixels."""
    factor = (pixels / (image.shape[0] * image.shape[1])) ** 0.5
    mode = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.clip(cv2.resize(image, None, fx=factor, fy=factor, interpolation=mode), 0, 1)


def write_exemplars(source: Path, folder: Path, count: int) -> None:
    """Fill a folder with the first pictures of a set, mirrored ones once it is used up."""
    pictures = [read_image(path).rgb for path in sorted(source.glob("*.jpg"))]
    pictures += [np.ascontiguousarray(picture[:, ::-1]) for picture in pictures]
    folder.mkdir()
    for index in range(count):
        # beyond twice the set: a shade darker, so that each picture is analyzed for itself
        shade = np.float32(0.97 ** (index // len(pictures)))
        write_image(folder / f"{index:02}.jpg", shade * pictures[index % len(pictures)])


def print_stages(stages: dict[str, Timing]) -> None:
    print("### Stages of a prepared stylizer, one portrait\n")
    print_table(
        ["stage", "wall ms", "± ms", "CPU ms"],
        [
            [name, round(1e3 * t.median, 1), round(1e3 * t.spread, 1), round(1e3 * t.cpu_median, 1)]
            for name, t in stages.items()
        ],
    )


def print_targets(rows: list[tuple[str, float | None, float, float]]) -> None:
    """Each target with the wall time that it is about; with processor time if that alone meets it.

    A busy machine multiplies wall times: a target met in processor time is "met by CPU".
    """
    print("### Targets\n")
    table = []
    for name, wall, cpu, target in rows:
        verdict = "met" if (cpu if wall is None else wall) < target else "missed"
        if verdict == "missed" and cpu < target:
            verdict = "met by CPU, machine busy"
        shown = "-" if wall is None else round(wall, 3)
        table.append([name, shown, round(cpu, 3), target, verdict])
    print_table(["what", "wall s", "CPU s", "target s", "verdict"], table)


def print_command(cold: ProcessCost, warm: list[ProcessCost]) -> None:
    print("### The whole command\n")
    middle = sorted(warm, key=lambda cost: cost.wall)[len(warm) // 2]
    print_table(
        ["caches", "wall s", "CPU s", "peak MiB"],
        [
            [name, round(cost.wall, 2), round(cost.cpu, 2), round(cost.peak)]
            for name, cost in (("empty", cold), ("warm, median", middle))
        ],
    )


def print_sizes(stylizer: Stylizer, image: np.ndarray, sizes: list[float], work: Path) -> None:
    print("### Cost against pixels (CPU seconds; peak of the whole command)\n")
    rows = []
    for megapixels in sizes:
        progress(f"{megapixels} MP")
        picture = resized(image, megapixels * 1e6)
        result = _on_processor_clock(stylizer, picture)
        path = work / "size.png"
        write_image(path, picture)
        cost = run_process(_command(path, work))
        unit = result.face.inter_ocular
        seconds = after_detection(result.timings)
        rows.append(
            [
                f"{picture.shape[1]}x{picture.shape[0]}",
                round(unit),
                round(result.timings[DETECTION], 2),
                round(seconds, 2),
                round(seconds / megapixels, 2),
                round(cost.cpu, 2),
                round(cost.peak),
            ]
        )
    progress("")
    header = ["size", "eyes px", "detection", "after it", "per MP", "command", "peak MiB"]
    print_table(header, rows)


def print_counts(source: Path, image: np.ndarray, counts: list[int], work: Path) -> None:
    print("### Cost against the number of exemplars (CPU seconds)\n")
    rows = []
    for count in counts:
        progress(f"{count} exemplars")
        folder = work / f"set{count}"
        write_exemplars(source, folder, count)
        stylizer = Stylizer(ExemplarSet.from_folder(folder), method="energy")
        preparing = _on_processor_clock(stylizer, image).timings["total"]
        again = [_on_processor_clock(stylizer, image).timings for _ in range(3)]
        timings = min(again, key=after_detection)
        rows.append(
            [
                str(count),
                round(preparing - timings["total"], 2),
                round(after_detection(timings), 3),
                *(round(timings[stage], 3) for stage in ("align", "mrf", "blend")),
            ]
        )
    progress("")
    print_table(["exemplars", "preparing", "after detection", "align", "mrf", "blend"], rows)


def _on_processor_clock(stylizer: Stylizer, image: np.ndarray) -> Result:
    """Stylize with timings that are processor times."""
    with processor_clock():
        return stylizer(image)


def _command(portrait: Path, work: Path) -> list[str]:
    """Arguments of the command that a user types."""
    output = work / "out.png"
    exemplars = ["--exemplars", str(work / "set"), "--method", "energy"]
    return ["-m", "facestyle", str(portrait), *exemplars, "-o", str(output), "--overwrite", "-q"]


def start_costs(runs: int) -> dict[str, tuple[float, float]]:
    """Median wall and CPU seconds of starting the interpreter, the package and the help."""
    commands = {
        "python -c pass": ["-c", "pass"],
        "import facestyle": ["-c", "import facestyle"],
        "facestyle --help": ["-m", "facestyle", "--help"],
    }
    costs: dict[str, list[ProcessCost]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, arguments in commands.items():
            costs[name].append(run_process(arguments))
    return {name: medians(values) for name, values in costs.items()}


def medians(costs: list[ProcessCost]) -> tuple[float, float]:
    """Median wall and CPU seconds."""
    return statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = next(path for path in PORTRAITS if path.is_file())
    parser.add_argument("--portrait", type=Path, default=default, metavar="PATH")
    parser.add_argument("--exemplars", type=Path, default=EXEMPLARS, metavar="DIR")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="3 runs, up to 1 MP and 8 exemplars")
    return parser.parse_args()


def main() -> None:
    arguments = read_arguments()
    runs = 3 if arguments.quick else arguments.runs
    sizes = [size for size in MEGAPIXELS if size <= 1 or not arguments.quick]
    counts = [count for count in COUNTS if count <= 8 or not arguments.quick]
    image = resized(read_image(arguments.portrait).rgb, PIXELS)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        with mock.patch.dict(os.environ, FACESTYLE_CACHE=str(work / "cache")):
            measure_all(arguments, image, work, runs, sizes, counts)


def measure_all(
    arguments: argparse.Namespace,
    image: np.ndarray,
    work: Path,
    runs: int,
    sizes: list[float],
    counts: list[int],
) -> None:
    """Print every table; the disk cache starts empty and stays in the work folder."""
    height, width = image.shape[:2]
    print_conditions(
        "Speed", seed=0, input=f"{arguments.portrait.name} {width}x{height}", runs=runs
    )
    write_exemplars(arguments.exemplars, work / "set", 8)
    write_image(work / "portrait.png", image)
    cold = run_process(_command(work / "portrait.png", work))
    warm = [run_process(_command(work / "portrait.png", work)) for _ in range(runs)]
    stylizer = Stylizer(ExemplarSet.from_folder(work / "set"), method="energy")
    stages = time_stages(stylizer, image, runs)
    starts = start_costs(2 * runs)
    print_stages(stages)
    print_command(cold, warm)
    laps = zip(stages["total"].cpu, stages[DETECTION].cpu, strict=True)
    prepared = statistics.median(total - detection for total, detection in laps)
    print_targets(
        [
            ("prepared stylizer after detection", None, prepared, 1.0),
            ("whole command, warm caches", *medians(warm), 3.0),
            ("facestyle --help", *starts["facestyle --help"], 0.2),
            ("import facestyle", *starts["import facestyle"], 0.1),
        ]
    )
    wall, cpu = starts["python -c pass"]
    print(f"Starting the interpreter alone: {wall:.3f} s, CPU {cpu:.3f} s.\n")
    print_sizes(stylizer, image, sizes, work)
    print_counts(arguments.exemplars, image, counts, work)


if __name__ == "__main__":
    main()
