"""A sheet of results: as a page that needs nothing else, or as one picture."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np

from facestyle.pipeline.drawings import draw_sheet
from facestyle.pipeline.pages.page import (
    comparison,
    data_uri,
    figure,
    grid,
    picture,
    section,
    write_page,
)
from facestyle.pipeline.sheet import SheetEntry

_STRIP_SHOWN = 8  # exemplars below a result
_STRIP_GAP = 3  # px


def write_sheet_page(
    path: Path,
    title: str,
    portrait: np.ndarray,
    entries: Sequence[SheetEntry],
    *,
    overwrite: bool = True,
) -> None:
    """Write a sheet as one HTML file with its pictures inside.

    Parameters
    ----------
    path : Path
    title : str
        The heading; plain text.
    portrait : (H, W, 3) float32
        sRGB in [0, 1].
    entries : sequence of SheetEntry
        In the order of looks.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    FacestyleError
        If it cannot be written.
    """
    several = entry_parts(entries)
    longest = max(portrait.shape[:2])
    original = figure(data_uri(portrait, longest), "the portrait", "the portrait")
    original = f'<div id="portrait">{original}</div>'
    body = [f"<h1>{html.escape(title)}</h1>"]
    if several == ("look",):
        figures = [original, *(_figure(entry, several, longest, strip=True) for entry in entries)]
        body.append(grid(figures, "sheet"))
    else:
        body.append(grid([original], "sheet"))
        for look, group in groupby(entries, key=lambda entry: entry.look):
            own = list(group)
            figures = [_figure(entry, several[1:], longest) for entry in own]
            shown = next((entry for entry in own if entry.exemplars), None)
            lead = "" if shown is None else _strip(shown)
            body.append(section(look, grid(figures, "sheet"), lead))
    body.append(_dialog())
    write_page(path, title, body, overwrite=overwrite)


def draw_sheet_picture(
    portrait: np.ndarray, entries: Sequence[SheetEntry], side: int = 480
) -> np.ndarray:
    """Draw a sheet as one picture: each result under its name, above the look's exemplars.

    Parameters
    ----------
    portrait : (H, W, 3) float32
        sRGB in [0, 1].
    entries : sequence of SheetEntry
        Those that failed are left out.
    side : int
        Longest side of each result, px.

    Returns
    -------
    (H', W', 3) float32
    """
    done = [entry for entry in entries if entry.image is not None]
    several = entry_parts(entries)
    titles = ["the portrait", *(entry_title(entry, several) for entry in done)]
    cells = [_cell(portrait, (), side)]
    cells += [_cell(e.image, e.exemplars, side) for e in done if e.image is not None]
    longest = max(max(cell.shape[:2]) for cell in cells)
    return draw_sheet(cells, titles, longest, _columns(len(cells)))


def entry_parts(entries: Sequence[SheetEntry]) -> tuple[str, ...]:
    """In what the entries differ beside their look: "method", "strength"; the look is first."""
    parts = ["look"]
    if any(
        len({entry.method for entry in group}) > 1
        for _, group in groupby(entries, key=lambda entry: entry.look)
    ):
        parts.append("method")
    if len({entry.strength for entry in entries}) > 1:
        parts.append("strength")
    return tuple(parts)


def entry_title(entry: SheetEntry, parts: Iterable[str]) -> str:
    """What an entry is called where entries differ in these parts."""
    words = {"look": entry.look, "method": entry.method, "strength": f"strength {entry.strength:g}"}
    return ", ".join(words[part] for part in parts)


def _figure(entry: SheetEntry, several: Sequence[str], longest: int, *, strip: bool = False) -> str:
    name, full = entry_title(entry, several), entry_title(entry, dict.fromkeys(("look", *several)))
    if entry.image is None:
        return (
            f'<figure><div class="failed">{html.escape(entry.error)}</div>'
            f"<figcaption><b>{html.escape(name)}</b></figcaption></figure>"
        )
    shown = picture(data_uri(entry.image, longest), f"the portrait in the look {full}")
    opener = (
        f'<button class="open" type="button" data-title="{html.escape(full)}" '
        f'aria-label="{html.escape(full)}: compare with the portrait">{shown}</button>'
    )
    below = _strip(entry) if strip else ""
    method = "" if "method" in several else f" {html.escape(entry.method)}"
    caption = f"<figcaption><b>{html.escape(name)}</b>{method}</figcaption>"
    return f"<figure>{opener}{below}{caption}</figure>"


def _strip(entry: SheetEntry) -> str:
    """The look's exemplars in a row; they say nothing that the caption does not."""
    images = "".join(
        f'<img src="{data_uri(image, 120, 80)}" alt="">' for image in entry.exemplars[:_STRIP_SHOWN]
    )
    return f'<div class="strip">{images}</div>' if images else ""


def _dialog() -> str:
    """What opens when a result is chosen: it and the portrait, with a slider between."""
    return (
        '<dialog aria-labelledby="opened"><h2 id="opened"></h2>'
        + comparison("data:,", "data:,", "the portrait")
        + '<form method="dialog"><button>close</button></form></dialog>'
    )


def _cell(image: np.ndarray, exemplars: Sequence[np.ndarray], side: int) -> np.ndarray:
    """A result with a row of exemplars below, (h, w, 3) float32."""
    factor = side / max(image.shape[:2])
    size = max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))
    shown = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    # of one size however many there are: all cells of a sheet are alike
    width = max(1, (size[0] - _STRIP_GAP * (_STRIP_SHOWN - 1)) // _STRIP_SHOWN)
    strip = np.ones((round(1.25 * width) + _STRIP_GAP, size[0], 3), np.float32)
    for index, exemplar in enumerate(exemplars[:_STRIP_SHOWN]):
        small = _filled(exemplar, width, strip.shape[0] - _STRIP_GAP)
        left = index * (width + _STRIP_GAP)
        strip[_STRIP_GAP:, left : left + width] = small
    return np.vstack([shown, strip])


def _columns(count: int) -> int:
    """Of about a square, those that leave the fewest places empty."""
    least = int(np.ceil(np.sqrt(count)))
    return min(range(least, least + 3), key=lambda columns: -count % columns)


def _filled(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """A picture's middle, reduced to an exact size."""
    factor = max(width / image.shape[1], height / image.shape[0])
    size = max(width, round(image.shape[1] * factor)), max(height, round(image.shape[0] * factor))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    top, left = (size[1] - height) // 2, (size[0] - width) // 2
    return small[top : top + height, left : left + width]
