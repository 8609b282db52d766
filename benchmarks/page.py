"""One self-contained HTML page of files of results: tables, charts, pictures, conditions.

    python -m benchmarks report results/ -o report.html     # a folder of *.jsonl
    python -m benchmarks report a.jsonl b.jsonl -o report.html

Tables can be sorted; it is light or dark as its reader's screen is, and fits a phone. Needs Jinja2:
pip install "facestyle[benchmarks]".
"""

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bootstrap import mean_interval
from benchmarks.measures import direction, title
from benchmarks.outputs import prepare_file, write_whole
from benchmarks.plots import line_chart
from benchmarks.protocol import Results, Row, say
from benchmarks.result_files import read_results
from benchmarks.summary import by_group, heading, label, parts

TEMPLATES = Path(__file__).parent / "templates"
LEAST_CASES = 5  # for an interval
# factors that are drawn; the others name lines of a table
AXES = ("megapixels", "px", "exemplars", "iterations", "hidden frames", "threads", "frames")
RATIOS = ("megapixels", "px", "iterations")  # drawn in equal ratios


@dataclass
class Cell:
    """A value of a table: what is shown, what it is sorted by, whether it is the best."""

    text: str
    value: float | None = None
    best: bool = False


@dataclass
class Table:
    """A table of the page."""

    heading: str
    header: list[str]
    lines: list[list[Cell]]


@dataclass
class Section:
    """What one benchmark has on the page."""

    name: str
    about: str
    tables: list[Table] = field(default_factory=list)
    charts: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[dict[str, Any]] = field(default_factory=list)
    skips: list[dict[str, str]] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("results", type=Path, nargs="+", metavar="RESULTS", help="files, folders")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.html")
    parser.add_argument("--title", default="facestyle: benchmarks")


def main(arguments: argparse.Namespace) -> int:
    """Write the page; 2 where there are no results or no Jinja2."""
    results = Results()
    try:
        prepare_file(arguments.output)
        for path in arguments.results:
            found = read_results(path)
            for name in ("runs", "rows", "skips", "pictures"):
                getattr(results, name).extend(getattr(found, name))
        if not results.rows:
            skipped = "; ".join(f"{skip['what']}: {skip['why']}" for skip in results.skips)
            why = f"nothing was measured ({skipped})" if skipped else "they hold no row"
            raise ValueError(f"{', '.join(map(str, arguments.results))}: no results: {why}")
        text = render(results, arguments.title)
    except (OSError, ValueError) as error:
        say(f"report: {error}")
        return 2
    except ImportError:
        say('report: needs Jinja2: pip install "facestyle[benchmarks]"')
        return 2
    write_whole(arguments.output, text)
    print(f"{arguments.output}: {len(results.rows)} rows, {len(text) / 1e6:.1f} MB")
    return 0


def render(results: Results, name: str) -> str:
    """The page as text."""
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    template = environment.get_template("report.html")
    return template.render(title=name, sections=sections(results), runs=results.runs)


def sections(results: Results) -> list[Section]:
    """What each benchmark has, in the order of the runs."""
    from benchmarks.__main__ import BENCHMARKS

    made = []
    for name in dict.fromkeys(run["benchmark"] for run in results.runs):
        about = BENCHMARKS.get(name, ("", ""))[1]
        rows = [row for row in results.rows if row.benchmark == name]
        section = Section(name, about)
        for part in parts(rows):
            section.tables += tables(part)
            section.charts += charts(part)
        section.pictures = gallery([p for p in results.pictures if p["benchmark"] == name])
        section.skips = [s for s in results.skips if s["benchmark"] == name]
        made.append(section)
    return made


def tables(part: list[Row]) -> list[Table]:
    """Means of every method; and by group, where there are several."""
    measures = list(dict.fromkeys(row.measure for row in part))
    names = list(dict.fromkeys(label(row) for row in part))
    values: dict[tuple[str, str], list[float]] = {}
    for row in part:
        values.setdefault((label(row), row.measure), []).append(row.value)
    columns = {m: [_cell(values.get((n, m)), part, m) for n in names] for m in measures}
    for measure, column in columns.items():
        _mark_best(column, measure)
    cases = [Cell(str(c), c) for c in (len({r.case for r in part if label(r) == n}) for n in names)]
    lines = [
        [Cell(name), count, *(columns[m][n] for m in measures)]
        for n, (name, count) in enumerate(zip(names, cases, strict=True))
    ]
    header = ["method", "cases", *(title(measure) for measure in measures)]
    made = [Table(heading(part), header, lines)]
    return made + [_by_group(part, *table) for table in by_group(part)]


def _by_group(part: list[Row], name: str, header: list[str], lines: list[list[Any]]) -> Table:
    """A table of groups; groups downwards, each column is one measure."""
    measures = list(dict.fromkeys(row.measure for row in part))
    downwards = header[0] == "group"
    columns = []
    for place in range(1, len(header)):
        measure = measures[place - 1] if downwards else measures[0]
        column = [_cell(line[place] or None, part, measure) for line in lines]
        if not downwards:
            _mark_best(column, measure)
        columns.append(column)
    cells = [[Cell(line[0]), *(c[n] for c in columns)] for n, line in enumerate(lines)]
    return Table(name, header, cells)


def _cell(values: list[float] | None, part: list[Row], measure: str) -> Cell:
    """A mean with its interval; of one repeated timing its spread."""
    if not values:
        return Cell("-")
    mean = float(np.mean(values))
    text = f"{mean:.4g}"
    if len(values) >= LEAST_CASES:
        low, high = mean_interval(np.array(values))
        text += f" ± {(high - low) / 2:.2g}"
    elif len(values) == 1:
        spread = next((r.spread for r in part if r.measure == measure and r.value == mean), None)
        text += f" ± {spread:.2g}" if spread else ""
    return Cell(text, mean)


def _mark_best(column: list[Cell], measure: str) -> None:
    better = direction(measure)
    known = [cell for cell in column if cell.value is not None]
    if not better or len(known) < 2:
        return
    order = {"higher": lambda v: -v, "lower": lambda v: v, "nearest 1": lambda v: abs(v - 1)}
    best = min(order[better](cell.value) for cell in known)
    for cell in known:
        cell.best = order[better](cell.value) == best


def charts(part: list[Row]) -> list[tuple[str, str]]:
    """Every measure against every factor that has several values."""
    made = []
    for axis in (name for name in AXES if name in part[0].factors):
        for measure in dict.fromkeys(row.measure for row in part):
            points: dict[str, dict[float, list[float]]] = {}
            for row in part:
                if row.measure == measure and isinstance(row.factors[axis], int | float):
                    line = points.setdefault(_without(row, axis), {})
                    line.setdefault(float(row.factors[axis]), []).append(row.value)
            series = {
                name: [(x, float(np.mean(ys))) for x, ys in line.items()]
                for name, line in points.items()
                if len(line) > 1
            }
            if series:
                chart = line_chart(series, axis, title(measure), logarithmic=axis in RATIOS)
                made.append((f"{title(measure)} against {axis}", chart))
    return made


def _without(row: Row, axis: str) -> str:
    others = [f"{name} {value}" for name, value in row.factors.items() if name != axis]
    return ", ".join([row.method, *others])


def gallery(pictures: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Pictures by case."""
    cases: dict[str, list[dict[str, str]]] = {}
    for picture in pictures:
        cases.setdefault(picture["case"], []).append(picture)
    return [{"case": case, "pictures": of} for case, of in cases.items()]
