"""Tables of rows: means over cases, one table for each kind of data and split."""

from collections.abc import Iterable

import numpy as np

from benchmarks.measures import title
from benchmarks.protocol import Row
from benchmarks.report import print_table


def print_rows(rows: list[Row]) -> None:
    """Print the mean of every series; then, where cases have groups, the first measure of each."""
    for part in parts(rows):
        print(f"### {heading(part)}\n")
        measures = list(dict.fromkeys(row.measure for row in part))
        header = ["method", "cases", *(title(measure) for measure in measures)]
        print_table(header, means(part, measures))
        groups = list(dict.fromkeys(row.group for row in part))
        if len(groups) > 1:
            first = [row for row in part if row.measure == measures[0]]
            print(f"{title(measures[0])}, by group:\n")
            print_table(["method", *groups], _by_group(first, groups))


def parts(rows: Iterable[Row]) -> list[list[Row]]:
    """Rows that make one table: of one benchmark, data, split and set of factors."""
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        key = (row.benchmark, row.data, row.split, tuple(sorted(row.factors)))
        found.setdefault(key, []).append(row)
    return list(found.values())


def heading(part: list[Row]) -> str:
    """What a table is about."""
    row = part[0]
    words = [row.benchmark, f"data: {row.data}"]
    if row.split != "none":
        words.append(f"split: {row.split}")
    if row.factors:
        words.append(f"by {', '.join(sorted(row.factors))}")
    return ", ".join(words)


def means(part: list[Row], measures: list[str]) -> list[list[object]]:
    """Lines of a table: method with its factors, number of cases, mean of each measure."""
    values: dict[str, dict[str, list[float]]] = {}
    cases: dict[str, set[str]] = {}
    for row in part:
        name = label(row)
        values.setdefault(name, {}).setdefault(row.measure, []).append(row.value)
        cases.setdefault(name, set()).add(row.case)
    return [
        [name, len(cases[name]), *(_mean(scores.get(measure)) for measure in measures)]
        for name, scores in values.items()
    ]


def label(row: Row) -> str:
    """Method, and the values of what is varied."""
    return ", ".join([row.method, *(f"{name} {value}" for name, value in row.factors.items())])


def _mean(values: list[float] | None) -> object:
    return "-" if not values else float(np.mean(values))


def _by_group(rows: list[Row], groups: list[str]) -> list[list[object]]:
    names = list(dict.fromkeys(label(row) for row in rows))
    return [
        [
            name,
            *(_mean([r.value for r in rows if label(r) == name and r.group == g]) for g in groups),
        ]
        for name in names
    ]
