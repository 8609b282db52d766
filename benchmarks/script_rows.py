"""Rows from benchmarks that print tables themselves: each number of each table is a row.

A stopgap with a price: such rows are means, so a comparison has one case a series.
"""

import importlib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

from benchmarks.protocol import MissingDataError, Recorder, Split
from benchmarks.report import ROOT
from facestyle.errors import FacestyleError

_NUMBER = re.compile(r"^[<>~]?\s*(-?\d*\.?\d+(?:e-?\d+)?)")


def run_script(
    name: str,
    words: Sequence[str],
    recorder: Recorder,
    *,
    split: Split,
    data: str,
    paths: Mapping[str, Mapping[str, object]] | None = None,
) -> None:
    """Run a script of this folder, and record what its tables say.

    Parameters
    ----------
    name : str
        Its file's stem.
    words : sequence of str
        Its arguments.
    recorder : Recorder
    split, data
        What the rows say.
    paths : mapping of module to names and values, optional
        Constants of its files that stand for other data.

    Raises
    ------
    MissingDataError
        If the script is not here, or stops because of what it lacks.
    """
    if not (ROOT / "benchmarks" / f"{name}.py").is_file():
        raise MissingDataError(name, "this checkout does not have that benchmark yet")
    script = importlib.import_module(name)
    with _tables_to_rows(name, recorder, split, data), _constants(paths or {}):
        try:
            with mock.patch.object(sys, "argv", [f"{name}.py", *words]):
                script.main()
        except SystemExit as stop:
            if stop.code:
                raise MissingDataError(name, str(stop.code)) from stop
        except (FacestyleError, OSError, IndexError) as error:
            raise MissingDataError(name, f"stopped: {error!r}") from error


@contextmanager
def _tables_to_rows(name: str, recorder: Recorder, split: Split, data: str) -> Iterator[None]:
    """Record tables wherever the script's files took the function from."""
    seen: dict[str, int] = {}

    def record(header: Sequence[object], rows: Iterable[Sequence[object]]) -> None:
        table = str(header[0])
        seen[table] = seen.get(table, 0) + 1
        if seen[table] > 1:
            table = f"{table} ({seen[table]})"
        for row in rows:
            scores = {
                str(h): v
                for h, c in zip(header[1:], row[1:], strict=False)
                if (v := _number(c)) is not None
            }
            recorder.add(table, str(row[0]), scores, split=split, data=data)

    folder = Path(__file__).parent
    patches = [
        mock.patch.object(module, "print_table", record)
        for module in list(sys.modules.values())
        if getattr(module, "__file__", None)
        and Path(str(module.__file__)).parent == folder
        and hasattr(module, "print_table")
        and not module.__name__.startswith("benchmarks.")
    ]
    with ExitStack() as patched:
        for patch in patches:
            patched.enter_context(patch)
        yield


@contextmanager
def _constants(paths: Mapping[str, Mapping[str, object]]) -> Iterator[None]:
    patches = []
    for module, values in paths.items():
        loaded = importlib.import_module(module)
        patches += [
            mock.patch.object(loaded, name, value)
            for name, value in values.items()
            if hasattr(loaded, name)
        ]
    with ExitStack() as patched:
        for patch in patches:
            patched.enter_context(patch)
        yield


def _number(cell: object) -> float | None:
    """The number that a cell begins with."""
    if isinstance(cell, int | float):
        return float(cell)
    match = _NUMBER.match(str(cell))
    return float(match.group(1)) if match else None
