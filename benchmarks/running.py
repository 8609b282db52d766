"""Runs one benchmark of the front door: common options, files of results, what is skipped."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks import compare
from benchmarks.argument_types import at_least_zero
from benchmarks.comparable import differences
from benchmarks.options import recorded
from benchmarks.outputs import prepare_file, prepare_folder
from benchmarks.protocol import MissingDataError, Recorder, Results, say
from benchmarks.report import print_conditions, progress
from benchmarks.result_files import read_results
from benchmarks.summary import print_rows
from facestyle.errors import FacestyleError

NOTHING_MEASURED = 3  # exit code; `all` goes on and names the benchmark


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that every benchmark has."""
    group = parser.add_argument_group("every benchmark")
    group.add_argument("--quick", action="store_true", help="minutes at most")
    group.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="your own or public data, laid out as docs/measuring.md says",
    )
    group.add_argument("--json", type=Path, metavar="FILE", help="write results as JSON Lines")
    group.add_argument(
        "--against", type=Path, metavar="FILE", help="earlier results; exit code 1 where worse"
    )
    group.add_argument("--seed", type=at_least_zero, default=1, metavar="N", help="(1)")
    group.add_argument(
        "--pictures", action="store_true", help="keep small pictures of --data in FILE, too"
    )


def skip_benchmark(name: str, package: str, words: Sequence[str]) -> int:
    """Say that a benchmark lacks a package, in its file of results, too; return the exit code.

    Raises
    ------
    ModuleNotFoundError
        If it is a part of the project: that is a fault of ours.
    """
    if package.partition(".")[0] in ("benchmarks", "facestyle"):
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks {name}", allow_abbrev=False)
    add_common_arguments(parser)
    arguments, _ = parser.parse_known_args(words)
    with Recorder(name, seed=arguments.seed, quick=arguments.quick, path=arguments.json) as kept:
        extra = "neural" if package == "torch" else "benchmarks"
        kept.skip(name, f"needs {package}: pip install 'facestyle[{extra}]'")
    say(f"skipped: {name}: {kept.results.skips[0]['why']}")
    return _nothing(name)


def _nothing(name: str) -> int:
    say(f"{name}: nothing was measured")
    return NOTHING_MEASURED


def _prepare_outputs(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """See that all that is to be written can be: better said now than after an hour."""
    prepare = {"json": prepare_file, "save": prepare_folder, "export": prepare_folder}
    for option, function in prepare.items():
        path = getattr(arguments, option, None)
        try:
            if path is not None:
                function(path)
        except ValueError as error:
            parser.error(f"--{option} {error}")


def _read_old(parser: argparse.ArgumentParser, path: Path, run: dict[str, Any]) -> Results:
    """Earlier results of one benchmark; see that the run that is to be made can be compared."""
    name = run["benchmark"]
    try:
        found = read_results(path)
    except (OSError, ValueError) as error:
        parser.error(f"--against {error}")
    old = Results(
        runs=[old for old in found.runs if old["benchmark"] == name],
        rows=[row for row in found.rows if row.benchmark == name],
    )
    if not old.runs:
        parser.error(f"--against {path}: holds no run of {name}")
    why = differences(old.runs, [run]).get(name)
    if why is not None:
        parser.error(f"--against {path}: {why}; they cannot be compared")
    return old


def run_benchmark(
    name: str, module: ModuleType, parser: argparse.ArgumentParser, words: Sequence[str]
) -> int:
    """Parse, run, print, write and compare; return the exit code.

    With no row nothing is compared: what was skipped, and why, has been said.
    """
    module.add_arguments(parser)
    add_common_arguments(parser)
    arguments = parser.parse_args(words)
    if arguments.data is not None and not arguments.data.is_dir():
        parser.error(f"--data {arguments.data}: there is no such folder")
    if hasattr(module, "set_defaults"):
        module.set_defaults(arguments)
    options = recorded(module, arguments)
    _prepare_outputs(parser, arguments)
    old = None
    if arguments.against is not None:
        run = {"benchmark": name, "quick": arguments.quick, **options}
        old = _read_old(parser, arguments.against, run)
    print_conditions(name, seed=arguments.seed, quick=arguments.quick)
    with Recorder(
        name,
        seed=arguments.seed,
        quick=arguments.quick,
        path=arguments.json,
        options=options,
        show_given=arguments.pictures,
    ) as recorder:
        try:
            module.run(arguments, recorder)
        except MissingDataError as error:
            recorder.skip(error.what, error.why)
        except FacestyleError as error:
            recorder.skip(name, str(error))
    progress("")
    print_rows(recorder.results.rows)
    for entry in recorder.results.skips:
        say(f"skipped: {entry['what']}: {entry['why']}")
    if not recorder.results.rows:
        return _nothing(name)
    return compare.judge(old, recorder.results) if old is not None else 0
