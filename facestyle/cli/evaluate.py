"""`facestyle evaluate`: judge a folder of results, of any method, against true pictures."""

import argparse
import math
from collections.abc import Sequence
from dataclasses import replace
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
        "--metrics", nargs="+", metavar="NAME", help="as the table heads them, or psnr, ms_ssim ..."
    )
    parser.add_argument("--mean", action="store_true", help="print the last line, the mean, only")


def run(arguments: argparse.Namespace) -> int:
    """Print the table; return the exit code."""
    from facestyle.cli.messages import print_result, report_note, to_json
    from facestyle.metrics import evaluate_folders

    metrics = None if arguments.metrics is None else [_metric_name(n) for n in arguments.metrics]
    *pictures, mean = evaluate_folders(
        arguments.results, arguments.truth, arguments.photos, metrics
    )
    rows = [*pictures, _finite_mean(mean, pictures)]
    shown = rows[-1:] if arguments.mean else rows
    compared = sum(bool(row.scores) for row in pictures)
    if arguments.json:
        lines = [to_json(_record(row, compared)) for row in shown]
    else:
        lines = _table(shown, f"mean of {compared}")
    for line in lines:
        print_result(line)
    if not arguments.json:
        for row in rows:
            for problem in row.problems:
                report_note(f"{row.name}: {problem}", quiet=arguments.quiet)
    failed = sum(not row.scores for row in rows if not row.is_mean and row.problems)
    return exit_codes.SOME_FAILED if failed else exit_codes.ALL_DONE


def _metric_name(text: str) -> str:
    """A metric's option name, from that or from the heading of its column."""
    from facestyle.metrics.registry import METRICS

    plain = text.rstrip("".join(_ARROWS.values()) + " ").casefold()
    titles = {metric.title.casefold(): name for name, metric in METRICS.items()}
    return titles.get(plain, plain if plain in METRICS else text)


def _finite_mean(mean: "Row", pictures: Sequence["Row"]) -> "Row":
    """The mean without infinite values, which equal pictures have, and a note of how many."""
    from facestyle.metrics.registry import METRICS

    scores, notes = dict(mean.scores), list(mean.problems)
    for name, value in mean.scores.items():
        if math.isfinite(value):
            continue
        values = [row.scores[name] for row in pictures if name in row.scores]
        finite = [v for v in values if math.isfinite(v)]
        equal = len(values) - len(finite)
        left = f"the mean is that of the other {len(finite)}"
        if finite:
            scores[name] = sum(finite) / len(finite)
        else:
            left = "there is no finite mean"
        many = "picture equals its true one" if equal == 1 else "pictures equal their true ones"
        notes.append(f"{METRICS[name].title}: {equal} {many}, which is infinite; {left}")
    return replace(mean, scores=scores, problems=tuple(notes))


def _record(row: "Row", compared: int) -> dict[str, Any]:
    """A row for JSON, which has no infinity: PSNR of equal pictures is null."""
    scores = {name: v if math.isfinite(v) else None for name, v in row.scores.items()}
    record = {
        "name": row.name,
        "mean": row.is_mean,
        "scores": scores,
        "problems": list(row.problems),
    }
    return record | ({"compared": compared} if row.is_mean else {})


def _table(rows: Sequence["Row"], mean: str) -> list[str]:
    """Lines of a table: pictures downwards, metrics across, arrows towards the better values."""
    from facestyle.metrics.registry import METRICS

    used = [name for name in METRICS if any(name in row.scores for row in rows)]
    head = ["", *(f"{METRICS[name].title} {_ARROWS[METRICS[name].better]}" for name in used)]
    cells = [
        [
            mean if row.is_mean else row.name,
            *(f"{row.scores[n]:.4g}" if n in row.scores else "-" for n in used),
        ]
        for row in rows
    ]
    widths = [max(len(line[column]) for line in [head, *cells]) for column in range(len(head))]
    return [
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip()
        for line in [head, *cells]
    ]
