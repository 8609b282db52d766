"""Tables of rows: means over cases, one table for each kind of data and split."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from benchmarks.measures import title
from benchmarks.protocol import Row
from benchmarks.report import print_table


def print_rows(rows: list[Row]) -> None:
    """Print the mean of every series; then, where cases have groups, those of each group."""
    for part in parts(rows):
        print(f"### {heading(part)}\n")
        measures = list(dict.fromkeys(row.measure for row in part))
        header = ["method", "cases", *(title(measure) for measure in measures)]
        print_table(header, means(part, measures))
        for name, head, lines in by_group(part):
            print(f"{name}:\n")
            print_table(head, [[n, *map(_mean, cells)] for n, *cells in lines])


def parts(rows: Iterable[Row]) -> list[list[Row]]:
    """Rows that make one table: of one benchmark, data, split, set of factors.

    Methods that share no measure with the others have a table of their own.
    """
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        key = (row.benchmark, row.data, row.split, tuple(sorted(row.factors)))
        found.setdefault(key, []).append(row)
    return [part for whole in found.values() for part in _connected(whole)]


def _connected(rows: list[Row]) -> list[list[Row]]:
    """Rows whose methods have measures in common, directly or through other methods."""
    kinds: list[set[str]] = []
    for method in dict.fromkeys(row.method for row in rows):
        own = {row.measure for row in rows if row.method == method}
        shared = [kind for kind in kinds if kind & own]
        kinds = [kind for kind in kinds if not kind & own] + [own.union(*shared)]
    return [[row for row in rows if row.measure in kind] for kind in kinds]


def by_group(part: list[Row]) -> list[tuple[str, list[str], list[list[Any]]]]:
    """Tables of groups: name, header, lines of a name and lists of values.

    One method has one table, groups downwards and measures across; several methods have a table
    of the first measure, methods downwards and groups across.
    """
    names = list(dict.fromkeys(label(row) for row in part))
    measures = list(dict.fromkeys(row.measure for row in part))
    if len(names) > 1:
        part = [row for row in part if row.measure == measures[0]]
        names = list(dict.fromkeys(label(row) for row in part))
    groups = list(dict.fromkeys(row.group for row in part if row.group))
    if len(groups) < 2:
        return []
    values: dict[tuple[str, str, str], list[float]] = {}
    for row in part:
        values.setdefault((label(row), row.group, row.measure), []).append(row.value)
    if len(names) == 1:
        lines = [[g, *(values.get((names[0], g, m), []) for m in measures)] for g in groups]
        return [(f"{names[0]}, by group", ["group", *map(title, measures)], lines)]
    first = measures[0]
    lines = [[n, *(values.get((n, g, first), []) for g in groups)] for n in names]
    return [(f"{title(first)}, by group", ["method", *groups], lines)]


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
