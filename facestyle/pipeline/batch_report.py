"""A page that shows what became of a batch: thumbnails, failures, seconds."""

from __future__ import annotations

import html
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from facestyle.errors import FacestyleError, ImageError
from facestyle.files import write_whole
from facestyle.io.images import read_image
from facestyle.io.videos import is_clip
from facestyle.pipeline.batch_records import BatchResult
from facestyle.pipeline.pages.page import data_uri

_THUMBNAIL = 200  # px, the longer side
_SLOWEST = 5  # stages that are named, longest first
_SHARE = 20  # times what writing a page took pass before it is written again: 5 % of the time

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>facestyle: {title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; --line: #8885; --bad: #b3261e; }}
@media (prefers-color-scheme: dark) {{ :root {{ --bad: #ff9a94; }} }}
body {{ font: 16px/1.45 system-ui, sans-serif; margin: 1rem auto; max-width: 70rem;
  padding: 0 1rem; }}
article {{ display: flex; flex-wrap: wrap; gap: .8rem; border-top: 1px solid var(--line);
  padding: .8rem 0; align-items: center;
  content-visibility: auto; contain-intrinsic-height: auto 190px; }}
article > div {{ flex: 1 1 16rem; overflow-wrap: anywhere; }}
img {{ max-width: 160px; height: auto; border-radius: 4px; }}
.failed strong {{ color: var(--bad); }}
p {{ margin: .2rem 0; }}
label {{ margin-right: 1rem; }}
body:has(#failures:checked) article:not(.failed) {{ display: none; }}
</style></head><body>
<h1>{title}</h1>
<p>{summary}</p>
<p><label><input type="checkbox" id="failures"> only what failed</label></p>
<main>
"""


class BatchReport:
    """The page of all results that pass through it; a context manager.

    What is kept of each result lies in a temporary file: memory does not grow with their number.

    Parameters
    ----------
    path : Path
        The page; replaced where it exists.
    title : str
    """

    def __init__(self, path: Path, title: str) -> None:
        self._path = path
        self._title = title
        self._counts = {"done": 0, "skipped": 0, "failed": 0}
        self._seconds = 0.0
        self._rows = tempfile.TemporaryFile(  # noqa: SIM115  closed by __exit__
            "w+", encoding="utf-8", errors="backslashreplace"
        )
        self._next_page = 0.0
        self._is_written = True

    def __enter__(self) -> BatchReport:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if not self._is_written:
                self._write()
        finally:
            self._rows.close()

    def passing(self, results: Iterable[BatchResult]) -> Iterator[BatchResult]:
        """Pass results on, and write the page at their end, whatever ends them.

        A page that was just written waits for the next results or the end of the report: a long
        one would else be written again for every picture of a watched folder.

        Parameters
        ----------
        results : iterable of BatchResult

        Yields
        ------
        BatchResult

        Raises
        ------
        ImageError
            If the page cannot be written.
        """
        try:
            for result in results:
                state = _state(result)
                self._counts[state] += 1
                self._seconds += result.seconds
                self._rows.write(_row(result, state))
                self._is_written = False
                yield result
        finally:
            if time.monotonic() >= self._next_page:
                self._write()

    def _write(self) -> None:
        begun = time.monotonic()
        counts = self._counts.items()
        said = ", ".join(f"{count} {state}" for state, count in counts if count or state == "done")
        work = f"{said}; {_duration(self._seconds)} of work"
        _write(self._path, self._title, work, self._rows)
        self._rows.seek(0, os.SEEK_END)
        self._is_written = True
        ended = time.monotonic()
        self._next_page = ended + _SHARE * (ended - begun)


def _duration(seconds: float) -> str:
    """Seconds for people: 12.3 s, 21 min, 5 h 20 min."""
    if seconds < 90:
        return f"{seconds:.1f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _state(result: BatchResult) -> str:
    if result.error is not None:
        return "failed"
    return "skipped" if result.skipped else "done"


def _write(path: Path, title: str, summary: str, rows: IO[str]) -> None:
    head = _HEAD.format(title=html.escape(title), summary=html.escape(summary))

    def write(file: IO[bytes]) -> None:
        file.write(head.encode())
        rows.seek(0)
        for line in rows:
            file.write(line.encode())
        file.write(b"</main></body></html>\n")

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, write)
    except OSError as error:
        raise ImageError(f"{path}: cannot be written ({error.strerror or error})") from error


def _row(result: BatchResult, state: str) -> str:
    """One result, on one line."""
    name = html.escape(str(result.source))
    # the name stands above
    why = result.message.removeprefix(f"{result.source}: ")
    words = f"<strong>{html.escape(why)}</strong>" if result.error else _facts(result)
    pictures = _thumbnail(result.source, "before")
    if result.output is not None:
        pictures += _thumbnail(result.output, "after")
    return (
        f'<article class="{state}">{pictures}<div><h2 style="font-size:1rem">{name}</h2>'
        f"<p>{state}{': ' if words else ''}{words}</p></div></article>\n"
    ).replace("\r", " ")


def _facts(result: BatchResult) -> str:
    if result.skipped:
        return html.escape(f"{result.output} existed")
    width, height = result.facts.get("size", (0, 0))
    timings = result.facts.get("timings", {})
    slowest = sorted((lap, name) for name, lap in timings.items() if name != "total")
    stages = ", ".join(f"{name} {lap:.2f} s" for lap, name in slowest[::-1][:_SLOWEST])
    return html.escape(f"{width} x {height}, {result.seconds:.2f} s ({stages}); {result.output}")


def _thumbnail(path: Path, what: str) -> str:
    """A small picture as part of the page; nothing where there is none."""
    if is_clip(path):
        return ""
    try:
        rgb = read_image(path).rgb
    except FacestyleError:
        return ""
    words = html.escape(f"{path.name}, {what}", quote=True)
    return f'<img src="{data_uri(rgb, _THUMBNAIL, 80)}" alt="{words}" loading="lazy">'
