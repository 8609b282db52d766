"""Which benchmarks of two runs may be compared: quick with quick, and with the same settings."""

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmarks.protocol import Results, say

Runs = Sequence[Mapping[str, Any]]


def of_one_kind(old: Results, new: Results) -> tuple[Results, Results]:
    """Without the benchmarks that cannot be compared; these are named, with why."""
    mixed = differences(old.runs, new.runs)
    for name, why in mixed.items():
        say(f"compare: {name}: {why}; they are not compared")
    for line in remarks(old.runs, new.runs, without=mixed.keys()):
        say(f"compare: {line}")
    old, new = (
        replace(results, rows=[row for row in results.rows if row.benchmark not in mixed])
        for results in (old, new)
    )
    return old, new


def differences(old: Runs, new: Runs) -> dict[str, str]:
    """Why the runs of a benchmark cannot be compared, by the benchmark's name.

    Parameters
    ----------
    old, new : sequence of mapping
        `run` lines of files of results. A setting that one of them lacks is unknown, and tells
        nothing.
    """
    found = {}
    for name in _shared(old, new):
        first, second = _of(old, name), _of(new, name)
        if _values(first, "quick") != _values(second, "quick"):
            found[name] = "one run is quick and the other is not"
            continue
        other = _differing(first, second, "settings")
        if other:
            found[name] = f"the runs have other settings: {', '.join(other)}"
    return found


def remarks(old: Runs, new: Runs, without: Container[str] = ()) -> list[str]:
    """What a reader must know of runs that are compared."""
    lines = []
    for name in (name for name in _shared(old, new) if name not in without):
        first, second = _of(old, name), _of(new, name)
        for which, runs, others in (("old", first, second), ("new", second, first)):
            unknown = sorted(_names(others, "settings") - _told(runs, "settings"))
            if unknown:
                lines.append(
                    f"{name}: the {which} run does not tell its {', '.join(unknown)}; "
                    "taken to be the other's"
                )
        other = _differing(first, second, "chosen")
        if other:
            lines.append(
                f"{name}: the runs were asked for other rows: {', '.join(other)}; what both have "
                "is compared"
            )
    if {run.get("seed") for run in old} != {run.get("seed") for run in new}:
        lines.append("the runs have other seeds: what differs may be chance")
    return lines


def _shared(old: Runs, new: Runs) -> list[str]:
    names = [{str(run.get("benchmark")) for run in runs} for runs in (old, new)]
    return sorted(names[0] & names[1])


def _of(runs: Runs, name: str) -> Runs:
    return [run for run in runs if str(run.get("benchmark")) == name]


def _names(runs: Runs, kind: str) -> set[str]:
    """Options that a run tells."""
    return {option for run in runs for option in run.get(kind) or {}}


def _told(runs: Runs, kind: str) -> set[str]:
    """Options that every run tells."""
    return set.intersection(*(set(run.get(kind) or {}) for run in runs))


def _differing(old: Runs, new: Runs, kind: str) -> list[str]:
    """Options that all runs tell and that differ, with both values."""
    lines = []
    for option in sorted(_told(old, kind) & _told(new, kind)):
        before, after = (_values([run[kind] for run in runs], option) for runs in (old, new))
        if before != after:
            lines.append(f"{option} {' or '.join(before)}, now {' or '.join(after)}")
    return lines


def _values(runs: Runs, name: str) -> list[str]:
    """The values that runs have of a field, as text; those of several runs in one order."""
    return sorted({json.dumps(run.get(name)) for run in runs})
