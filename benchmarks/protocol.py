"""What every benchmark writes: rows, what was skipped and why, and the conditions they hold for.

A file of results is JSON Lines, one object a line, described in docs/measuring.md. A `run` line
opens each run; `row`, `skip` and `picture` lines below it belong to it, so that files can be joined
with `cat`. A row is one value: of one case, by one method, in one measure.
"""

import json
import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np

from benchmarks.measures import Better, direction, unit
from benchmarks.outputs import prepare_file
from benchmarks.report import Timing, conditions
from facestyle.errors import FacestyleError

SCHEMA = 1
Split = Literal["development", "test", "none"]
Factor = str | float | int
BUNDLED = "bundled"  # data of the repository or made by it: pictures of it may be shown


class MissingDataError(Exception):
    """Something that a benchmark needs is not here.

    Parameters
    ----------
    what : str
        What is left out.
    why : str
        What was looked for, and what to give.
    """

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what}: {why}")
        self.what, self.why = what, why


@dataclass(frozen=True)
class Row:
    """One measured value.

    Attributes
    ----------
    benchmark, case, method, measure : str
        A case is what is paired when two runs are compared; "GROUP/NAME" puts it in a group.
    value : float
        In `unit`; of repeated timings the median.
    better : {"higher", "lower", "nearest 1", ""}
        Direction; "" where neither is better.
    unit : str
    split : {"development", "test", "none"}
        Whether anything was tuned on this case; "none" where nothing can be (speed).
    data : str
        "bundled", or the name of the folder that was given.
    factors : dict
        What is varied on purpose: exemplars, pixels, iterations, threads.
    size : (int, int), optional
        Width and height of the picture in px.
    seed : int, optional
    runs, warm_up : int
        How often it was measured, and run before that.
    spread : float, optional
        Half the distance between the quartiles of the runs.
    """

    benchmark: str
    case: str
    method: str
    measure: str
    value: float
    better: Better
    unit: str = ""
    split: Split = "none"
    data: str = BUNDLED
    factors: Mapping[str, Factor] = field(default_factory=dict)
    size: tuple[int, int] | None = None
    seed: int | None = None
    runs: int = 1
    warm_up: int = 0
    spread: float | None = None

    @property
    def series(self) -> tuple[Any, ...]:
        """What all cases of one mean share."""
        factors = tuple(sorted(self.factors.items(), key=lambda item: item[0]))
        return (self.benchmark, self.data, self.split, self.method, self.measure, factors)

    @property
    def group(self) -> str:
        """The part of the case before its last slash; "" where there is none."""
        return self.case.rpartition("/")[0]


@dataclass(frozen=True)
class Results:
    """What is in a file of results."""

    runs: list[dict[str, Any]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    skips: list[dict[str, str]] = field(default_factory=list)
    pictures: list[dict[str, str]] = field(default_factory=list)


class Recorder:
    """Collects what a benchmark measures, and writes it as it comes.

    Parameters
    ----------
    benchmark : str
    seed : int
    quick : bool
    path : Path, optional
        The file of results; it has its name only once everything is in it.
    options : mapping of str to mapping, optional
        `settings` and `chosen`, of `benchmarks.options.recorded`.
    show_given : bool
        Keep pictures of data that was given, too; without it only of bundled data.
    """

    def __init__(
        self,
        benchmark: str,
        *,
        seed: int = 0,
        quick: bool = False,
        path: Path | None = None,
        options: Mapping[str, Mapping[str, Any]] | None = None,
        show_given: bool = False,
    ) -> None:
        self.benchmark, self.seed, self.quick = benchmark, seed, quick
        self.results = Results()
        self._show_given = show_given
        self._shown: dict[str, str] = {}  # of each group the case that has pictures
        self._path, self._file = path, None
        if path is not None:
            prepare_file(path)
            self._file = self._partial.open("w", encoding="utf-8")
        run = {
            "schema": SCHEMA,
            "benchmark": benchmark,
            "quick": quick,
            "seed": seed,
            **(options or {"settings": {}, "chosen": {}}),
            **conditions(),
        }
        self.results.runs.append(run)
        self._write("run", run)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._file is None or self._path is None:
            return
        self._file.close()
        if kind is None:
            self._partial.replace(self._path)

    @property
    def _partial(self) -> Path:
        assert self._path is not None
        return self._path.with_name(f"{self._path.name}.partial")

    def add(
        self,
        case: str,
        method: str,
        scores: Mapping[str, float],
        *,
        split: Split,
        data: str = BUNDLED,
        size: tuple[int, int] | None = None,
        **factors: Factor,
    ) -> None:
        """Add the values of several measures of one result.

        A value that is no finite number is skipped by name.
        """
        for measure, value in scores.items():
            if not math.isfinite(value):
                self.skip(f"{case}, {method}, {measure}", f"its value is {value}")
                continue
            known = direction(measure), unit(measure), split, data, factors, size, self.seed
            self._add(Row(self.benchmark, case, method, measure, float(value), *known))

    def add_timing(
        self,
        case: str,
        method: str,
        timing: Timing,
        *,
        warm_up: int = 1,
        data: str = BUNDLED,
        size: tuple[int, int] | None = None,
        **factors: Factor,
    ) -> None:
        """Add wall and processor time of repeated runs."""
        known = direction("seconds"), unit("seconds"), "none", data, factors, size, self.seed
        for measure, laps in (("seconds", timing.wall), ("CPU seconds", timing.cpu)):
            lap = Timing(laps, laps)
            repeats = len(laps), warm_up, lap.spread
            self._add(
                Row(self.benchmark, case, method, measure, lap.median, *known, *repeats)  # type: ignore[arg-type]
            )

    def skip(self, what: str, why: str) -> None:
        """Note what is left out, and why."""
        entry = {"what": what, "why": " ".join(str(why).split())}
        if entry in self.results.skips:  # a package that is missing is missing in every case
            return
        self.results.skips.append(entry)
        self._write("skip", entry)

    @contextmanager
    def skipping(self, what: str) -> Iterator[None]:
        """Go on where one case cannot be measured: its reason is noted."""
        try:
            yield
        except MissingDataError as error:
            self.skip(error.what, error.why)
        except FacestyleError as error:
            self.skip(what, str(error))

    def picture(self, case: str, method: str, image: np.ndarray, *, data: str = BUNDLED) -> None:
        """Keep a small copy for the report; of data that was given only where that is wanted.

        A quick run keeps one case of each group.
        """
        if data != BUNDLED and not self._show_given:
            return
        group = case.rpartition("/")[0]
        if self.quick and self._shown.setdefault(group, case) != case:
            return
        from benchmarks.thumbnails import jpeg_text

        entry = {"case": case, "method": method, "jpeg": jpeg_text(image)}
        self.results.pictures.append(entry | {"benchmark": self.benchmark})
        self._write("picture", entry)

    def _add(self, row: Row) -> None:
        self.results.rows.append(row)
        self._write("row", {k: v for k, v in asdict(row).items() if k != "benchmark"})

    def _write(self, kind: str, entry: Mapping[str, Any]) -> None:
        if self._file is not None:
            line = json.dumps({"kind": kind, **entry}, ensure_ascii=False, allow_nan=False)
            self._file.write(line + "\n")
            self._file.flush()


def say(message: str) -> None:
    """Print a line to stderr."""
    print(message, file=sys.stderr, flush=True)
