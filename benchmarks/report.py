"""What every benchmark prints: its conditions, Markdown tables, and honest timings."""

import gc
import importlib.metadata
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from facestyle.errors import FacestyleError

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("numpy", "opencv-contrib-python", "scikit-image", "numba", "dlib-bin", "torch")


@dataclass(frozen=True)
class Timing:
    """Times of several runs after a warm-up, in seconds.

    Attributes
    ----------
    wall, cpu : tuple of float
        Of each run; `cpu` counts all threads.
    """

    wall: tuple[float, ...]
    cpu: tuple[float, ...]

    @property
    def median(self) -> float:
        """Median wall time."""
        return statistics.median(self.wall)

    @property
    def cpu_median(self) -> float:
        """Median processor time."""
        return statistics.median(self.cpu)

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles of the wall time."""
        if len(self.wall) < 2:
            return 0.0
        first, _, third = statistics.quantiles(self.wall, n=4, method="inclusive")
        return (third - first) / 2

    def __str__(self) -> str:
        return f"{1e3 * self.median:.1f} ± {1e3 * self.spread:.1f} ms"


def measure(
    contenders: Mapping[str, Callable[[], Any]], *, runs: int = 7, warm_up: int = 1
) -> dict[str, Timing]:
    """Time functions in turn, so that a busy moment of the machine hits all of them alike.

    Parameters
    ----------
    contenders : mapping of name to function
        Called without arguments.
    runs : int
        Timed calls of each.
    warm_up : int
        Calls of each before (compilation, caches).
    """
    for _ in range(warm_up):
        for function in contenders.values():
            function()
    laps: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    gc.collect()
    for _ in range(runs):
        for name, function in contenders.items():
            wall, cpu = time.perf_counter(), time.process_time()
            function()
            laps[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    return {
        name: Timing(tuple(w for w, _ in times), tuple(c for _, c in times))
        for name, times in laps.items()
    }


def conditions() -> dict[str, Any]:
    """Versions, machine and time, as a file of results keeps them."""
    installed = {package.metadata["Name"] for package in importlib.metadata.distributions()}
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "command": " ".join(["python", *_relative_arguments()]),
        "python": platform.python_version(),
        "versions": {n: importlib.metadata.version(n) for n in PACKAGES if n in installed},
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "threads": _threads(),
        "system": platform.system(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }


def _threads() -> int:
    """Most threads that a kernel may use."""
    given = os.environ.get("NUMBA_NUM_THREADS", "")
    return int(given) if given.isdigit() else os.cpu_count() or 0


def print_conditions(title: str, *, seed: int, **settings: object) -> None:
    """Print what a reader needs to repeat the figures: versions, machine, seed, settings."""
    print(f"## {title}\n")
    print(f"- facestyle {_commit()}, Python {platform.python_version()}, {_versions()}")
    print(f"- {_processor()}, {os.cpu_count()} cores, {platform.system()}")
    details = "".join(f", {name} {value}" for name, value in settings.items())
    print(f"- seed {seed}{details}")
    print(f"- `{' '.join(['python', *_relative_arguments()])}`\n", flush=True)


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a Markdown table; the first column is text, the others are numbers."""
    cells = [list(header), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    for row in [cells[0], rule, *cells[1:]]:
        first, *others = zip(row, widths, strict=True)
        line = [first[0].ljust(first[1]), *(value.rjust(width) for value, width in others)]
        print("| " + " | ".join(line) + " |")
    print(flush=True)


def run_script(main: Callable[[], None]) -> None:
    """Run a script's main function; what is wrong with its files is one line, not a traceback."""
    try:
        main()
    except (FacestyleError, OSError) as error:
        raise SystemExit(f"{Path(sys.argv[0]).name}: {error}") from error


def progress(message: str) -> None:
    """Show on a terminal what is being done."""
    if sys.stderr.isatty():
        print(f"\r\033[K{message}", end="", file=sys.stderr, flush=True)


def _cell(value: object) -> str:
    """A number to four significant digits, anything else as it is."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _commit() -> str:
    """Commit of the checkout, marked where files were changed since."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=8"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return result.stdout.strip() or "(no git checkout)"


def _versions() -> str:
    installed = {package.metadata["Name"] for package in importlib.metadata.distributions()}
    found = [name for name in PACKAGES if name in installed]
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in found)


def _processor() -> str:
    """Model name of the processor."""
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _relative_arguments() -> list[str]:
    """The command line, with the script's path as seen from the repository."""
    script = Path(sys.argv[0]).resolve()
    if script.name == "__main__.py":  # other folders of this machine tell a reader nothing
        short = [Path(word).name if Path(word).is_absolute() else word for word in sys.argv[1:]]
        return ["-m", script.parent.name, *short]
    name = str(script.relative_to(ROOT)) if script.is_relative_to(ROOT) else script.name
    return [name, *sys.argv[1:]]
