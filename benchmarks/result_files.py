"""Reads files of results back: what `protocol.Recorder` writes."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from benchmarks.protocol import SCHEMA, Results, Row


def read_results(path: Path) -> Results:
    """Read a file of results, or all files of a folder.

    Raises
    ------
    ValueError
        If there is none, or it is of another schema; the message names file and line.
    """
    if not path.exists():
        raise ValueError(f"{path}: there is no such file or folder")
    results = Results()
    paths = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not paths:
        raise ValueError(f"{path}: holds no *.jsonl; expected results of `python -m benchmarks`")
    for file in paths:
        benchmark = ""
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                benchmark = _take(results, json.loads(line), benchmark)
            except (ValueError, TypeError, KeyError) as error:
                raise ValueError(f"{file}, line {number}: no line of results: {error}") from error
    return results


def _take(results: Results, entry: dict[str, Any], benchmark: str) -> str:
    """Put one line's object in its place; return the name of the run that it belongs to."""
    kind = entry.pop("kind")
    if kind == "run":
        if entry["schema"] != SCHEMA:
            raise ValueError(f"schema {entry['schema']}, expected {SCHEMA}")
        results.runs.append(entry)
        return str(entry["benchmark"])
    if not benchmark:
        raise ValueError("no run line stands before it")
    if kind == "row":
        known = {f.name for f in fields(Row)}
        values = {name: value for name, value in entry.items() if name in known}
        values["size"] = tuple(values["size"]) if values.get("size") else None
        results.rows.append(Row(benchmark=benchmark, **values))
    elif kind == "skip":
        results.skips.append(entry | {"benchmark": benchmark})
    elif kind == "picture":
        results.pictures.append(entry | {"benchmark": benchmark})
    else:
        raise ValueError(f"kind {kind!r}, expected run, row, skip or picture")
    return benchmark
