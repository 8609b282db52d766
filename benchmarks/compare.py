"""Is a run worse than an earlier one, outside noise? Paired bootstrap over cases.

    python -m benchmarks compare OLD.jsonl NEW.jsonl [--all]

Rows belong together by benchmark, data, split, method, measure and factors; cases are paired by
name. A series is worse where the mean worsening of its cases, at its lower bound, is above what
counts: .5 % of the old mean for pictures, 15 % for seconds and memory, and the spread of repeated
runs. The bounds together have a chance of 5 % to call noise a change (Bonferroni). One or two cases
tell nothing of others: they are judged by themselves, all of them must have changed, and that is
said. Costs on another machine, and wall times on a busy one, are shown, but decide nothing; quick
runs and full ones are not compared, nor runs with other settings.
"""

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.bootstrap import cautious_bounds
from benchmarks.comparable import of_one_kind
from benchmarks.protocol import Results, Row, say
from benchmarks.report import print_table
from benchmarks.result_files import read_results

Verdict = Literal["worse", "better", "same", "other machine", "busy machine", "no direction"]
Series = tuple[Any, ...]
WALL_TIMES = {"seconds", "first frame, s"}
ERROR_RATE = 0.05  # of all series together
_LISTED = 3  # missing series that are named
FEW = 3  # cases that tell something of others
LEAST_EFFECT = 0.005  # of the old mean: pictures of two machines differ by less
LEAST_COST_EFFECT = 0.15  # two runs of speed on one idle machine differed by up to 12 %
COSTS = {
    "seconds",
    "CPU seconds",
    "first frame, s",
    "first frame, CPU s",
    "peak MiB",
    "resident MiB",
}


@dataclass(frozen=True)
class Change:
    """What became of one series.

    Attributes
    ----------
    series : tuple
    cases : int
        How many both runs have.
    before, after : float
        Means over these cases.
    low, high : float
        Interval of the mean worsening; negative is better.
    verdict : str
    """

    series: Series
    cases: int
    before: float
    after: float
    low: float
    high: float
    verdict: Verdict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", type=Path, metavar="OLD", help="results, or a folder of them")
    parser.add_argument("new", type=Path, metavar="NEW")
    parser.add_argument("--all", action="store_true", help="print what did not change, too")


def main(arguments: argparse.Namespace) -> int:
    """Compare two files; 1 where something is worse, 2 where nothing can be compared."""
    try:
        old, new = read_results(arguments.old), read_results(arguments.new)
    except (OSError, ValueError) as error:
        say(f"compare: {error}")
        return 2
    return judge(old, new, show_all=arguments.all)


def judge(old: Results, new: Results, *, show_all: bool = False) -> int:
    """Print what changed; return the exit code."""
    old, new = of_one_kind(old, new)
    changes = compare(old, new)
    missing = {row.series for row in old.rows} - {row.series for row in new.rows}
    if len(missing) > _LISTED and not show_all:
        say(f"compare: not in the new run: {len(missing)} series (--all names them)")
    else:
        for series in sorted(missing, key=str):
            say(f"compare: not in the new run: {name_of(series)}")
    if not changes:
        say("compare: the two runs share no row; nothing was compared")
        return 2
    shown = [c for c in changes if show_all or c.verdict in ("worse", "better")]
    if shown:
        print_table(["series", "cases", "before", "after", "worse by", "verdict"], _lines(shown))
    counts = {v: sum(c.verdict == v for c in changes) for v in dict.fromkeys(_VERDICTS)}
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count))
    few = sum(c.cases < FEW and c.verdict in ("worse", "better", "same") for c in changes)
    if few:
        print(f"{few} of {len(changes)} series have one or two cases: judged by these alone")
    return 1 if counts["worse"] else 0


_VERDICTS: tuple[Verdict, ...] = (
    "worse",
    "better",
    "same",
    "other machine",
    "busy machine",
    "no direction",
)


def compare(old: Results, new: Results) -> list[Change]:
    """Judge every series that both runs have, in the order of the new run.

    Parameters
    ----------
    old, new : Results
    """
    before, after = _by_series(old.rows), _by_series(new.rows)
    shared = [
        series for series in after if series in before and after[series].keys() & before[series]
    ]
    level = ERROR_RATE / max(len(shared), 1)
    undecided: dict[str, Verdict] = {}
    if _machines(old) != _machines(new):
        undecided = dict.fromkeys(COSTS, "other machine")
    elif _is_busy(old) or _is_busy(new):
        undecided = dict.fromkeys(WALL_TIMES, "busy machine")
    return [_change(s, before[s], after[s], level, undecided.get(s[4])) for s in shared]


def worsening(
    before: NDArray[np.floating], after: NDArray[np.floating], better: str
) -> NDArray[np.float64]:
    """By how much each case became worse; negative where it became better."""
    if better == "nearest 1":
        return np.asarray(np.abs(after - 1) - np.abs(before - 1), np.float64)
    return np.asarray(before - after if better == "higher" else after - before, np.float64)


def _change(
    series: Series,
    before: Mapping[str, Row],
    after: Mapping[str, Row],
    level: float,
    undecided: Verdict | None,
) -> Change:
    cases = [case for case in after if case in before]
    old = np.array([before[case].value for case in cases])
    new = np.array([after[case].value for case in cases])
    better = after[cases[0]].better
    differences = worsening(old, new, better)
    few = len(differences) < FEW
    low, high = (
        (differences.min(), differences.max()) if few else cautious_bounds(differences, level)
    )
    is_cost = series[4] in COSTS
    least = (LEAST_COST_EFFECT if is_cost else LEAST_EFFECT) * abs(float(old.mean()))
    # half the quartiles' distance of a normal spread is .674 of its deviation; 3 deviations
    spreads = [before[c].spread or 0 for c in cases] + [after[c].spread or 0 for c in cases]
    least = max(least, 3 / 0.674 * float(np.linalg.norm(spreads)) / len(cases))
    verdict: Verdict = "same"
    if not better:
        verdict = "no direction"
    elif undecided is not None:
        verdict = undecided
    elif low > least:
        verdict = "worse"
    elif high < -least:
        verdict = "better"
    return Change(series, len(cases), old.mean(), new.mean(), float(low), float(high), verdict)


def _by_series(rows: Iterable[Row]) -> dict[Series, dict[str, Row]]:
    found: dict[Series, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(row.series, {})[row.case] = row
    return found


def _machines(results: Results) -> set[tuple[Any, Any]]:
    return {(run.get("processor"), run.get("threads")) for run in results.runs}


def _is_busy(results: Results) -> bool:
    """Whether more was running than there are cores when a run began."""
    return any((run.get("load") or 0) > (run.get("cores") or np.inf) for run in results.runs)


def name_of(series: Series) -> str:
    """A series in words."""
    benchmark, data, split, method, measure, factors = series
    varied = "".join(f", {name} {value}" for name, value in factors)
    part = "" if split == "none" else f", {split}"
    return f"{benchmark} ({data}{part}): {method}{varied}: {measure}"


def _lines(changes: list[Change]) -> list[list[object]]:
    return [
        [
            name_of(c.series),
            c.cases,
            float(c.before),
            float(c.after),
            f"{c.low:.3g} to {c.high:.3g}",
            c.verdict,
        ]
        for c in changes
    ]
