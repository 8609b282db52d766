"""`facestyle evaluate`: judge a folder of results, of any method, against true pictures."""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facestyle.cli import exit_codes

if TYPE_CHECKING:
    from facestyle.metrics.evaluation import Row

USAGE = "RESULTS --truth DIR [--photos DIR] [--metrics NAME ...] [--json]"
DESCRIPTION = """\
Judge a folder of results against the true pictures, by any method: pictures belong together by
name. With the photographs also identity, landmarks and skin tone. docs/metrics.md says what each
metric means and what it does not see.

  facestyle evaluate results/ --truth drawings/
  facestyle evaluate results/ --truth drawings/ --photos photos/ --json"""
_ARROWS = {"higher": "↑", "lower": "↓", "nearest 1": "→1"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("results", type=Path, metavar="RESULTS", help="folder of results")
    parser.add_argument(
        "--truth", type=Path, required=True, metavar="DIR", help="folder of the true pictures"
    )
    parser.add_argument("--photos", type=Path, metavar="DIR", help="folder of the photographs")
    parser.add_argument(
        "--metrics", nargs="+", metavar="NAME", help="names of metrics (all that are possible)"
    )
    parser.add_argument("--mean", action="store_true", help="print the last line, the mean, only")


def run(arguments: argparse.Namespace) -> int:
    """Print the table; return the exit code."""
    from facestyle.cli.messages import print_result, report_note, to_json
    from facestyle.metrics import evaluate_folders

    rows = evaluate_folders(arguments.results, arguments.truth, arguments.photos, arguments.metrics)
    shown = rows[-1:] if arguments.mean else rows
    lines = [to_json(_record(row)) for row in shown] if arguments.json else _table(shown)
    for line in lines:
        print_result(line)
    if not arguments.json:
        for row in rows:
            for problem in row.problems:
                report_note(f"{row.name}: {problem}", quiet=arguments.quiet)
    failed = sum(not row.scores for row in rows if not row.is_mean and row.problems)
    return exit_codes.SOME_FAILED if failed else exit_codes.ALL_DONE


def _record(row: "Row") -> dict[str, Any]:
    """A row for JSON, which has no infinity: PSNR of equal pictures is null."""
    scores = {name: v if math.isfinite(v) else None for name, v in row.scores.items()}
    return {
        "name": row.name,
        "mean": row.is_mean,
        "scores": scores,
        "problems": list(row.problems),
    }


def _table(rows: Sequence["Row"]) -> list[str]:
    """Lines of a table: pictures downwards, metrics across, arrows towards the better values."""
    from facestyle.metrics.registry import METRICS

    used = [name for name in METRICS if any(name in row.scores for row in rows)]
    head = ["", *(f"{METRICS[name].title} {_ARROWS[METRICS[name].better]}" for name in used)]
    cells = [
        [row.name, *(f"{row.scores[n]:.4g}" if n in row.scores else "-" for n in used)]
        for row in rows
    ]
    widths = [max(len(line[column]) for line in [head, *cells]) for column in range(len(head))]
    return [
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip()
        for line in [head, *cells]
    ]
