"""The parts of a page: what is shared by everything that is written as HTML.

Pages need nothing from the network: style and script are inside, pictures inside or beside.
"""

from __future__ import annotations

import base64
import html
import io
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from facestyle.assets import asset_path
from facestyle.errors import OutputExistsError, UsageError
from facestyle.files import write_whole
from facestyle.imaging.levels import to_bytes

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="facestyle">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' data: file:;
 style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}
</main>
<script>
{script}</script>
</body>
</html>
"""


def write_page(path: Path, title: str, body: Iterable[str], *, overwrite: bool = True) -> None:
    """Write a page: all of it or nothing.

    Parameters
    ----------
    path : Path
        Its folder is made where it is missing.
    title : str
        Plain text.
    body : iterable of str
        HTML.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    OutputExistsError
        If the file exists and `overwrite` is false.
    UsageError
        If it cannot be written.
    """
    if not overwrite and os.path.lexists(path):
        raise OutputExistsError(
            f"{path}: exists already. Allow overwriting (--overwrite) or choose another name."
        )
    text = _PAGE.format(
        title=html.escape(title), style=_asset("css"), script=_asset("js"), body="\n".join(body)
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, lambda file: file.write(text.encode()))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror or error})") from error


def data_uri(image: np.ndarray, longest: int, quality: int = 88) -> str:
    """A picture as text to be put into a page.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    longest : int
        It is reduced to so many px on its longer side.
    quality : int
        Of the JPEG, 1 to 100.
    """
    picture = Image.fromarray(to_bytes(image))
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    picture.save(stream, "jpeg", quality=quality, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()


def figure(source: str, alternative: str, caption: str, *, below: str = "") -> str:
    """A picture with its caption.

    Parameters
    ----------
    source : str
        Where the picture is: a file's name or a `data_uri`.
    alternative : str
        What it shows, for those who do not see it; plain text.
    caption, below : str
        HTML.
    """
    return (
        f"<figure>{picture(source, alternative)}{below}<figcaption>{caption}</figcaption></figure>"
    )


def picture(source: str, alternative: str) -> str:
    """A picture; see `figure`."""
    return f'<img src="{html.escape(source)}" alt="{html.escape(alternative)}">'


def comparison(before: str, after: str, name: str) -> str:
    """Two pictures of one size, one over the other, and a slider between them.

    Parameters
    ----------
    before, after : str
        Where the pictures are; see `figure`.
    name : str
        What they show; plain text.
    """
    return (
        '<div class="compare"><div class="stage">'
        f"{picture(before, f'{name}, before')}"
        f'<div class="over">{picture(after, f"{name}, after")}</div><div class="rule"></div></div>'
        "<label><span>before</span>"
        '<input type="range" min="0" max="100" value="50" step="1" '
        'aria-label="Where the picture before ends and the result begins, in percent">'
        "<span>after</span></label></div>"
    )


def section(title: str, *parts: str, lead: str = "") -> str:
    """A part of a page under a heading; `title` is plain text, the rest HTML."""
    lead = f"<p>{lead}</p>" if lead else ""
    return f"<section><h2>{html.escape(title)}</h2>{lead}{''.join(parts)}</section>"


def grid(figures: Iterable[str], kind: str = "") -> str:
    """Figures side by side, as many as fit; kind is "", "small" or "wide"."""
    return f'<div class="grid {kind}">{"".join(figures)}</div>'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of names and values, plain text."""
    items = (f"<dt>{html.escape(n)}</dt><dd>{html.escape(v)}</dd>" for n, v in pairs)
    return f"<dl>{''.join(items)}</dl>"


def bars(values: Iterable[tuple[str, float]], unit: str) -> str:
    """A table of names, values and bars."""
    values = list(values)
    most = max((value for _, value in values), default=0) or 1
    rows = (
        f'<tr><th scope="row">{html.escape(name)}</th><td class="number">{value:.2f} {unit}</td>'
        f'<td><span class="bar" style="width:{10 * value / most:.2f}rem"></span></td></tr>'
        for name, value in values
    )
    return f'<div class="scroll"><table><tbody>{"".join(rows)}</tbody></table></div>'


def css_color(color: np.ndarray) -> str:
    """A color in [0, 1] as CSS has it."""
    red, green, blue = (int(value) for value in np.rint(255 * np.asarray(color)))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _asset(suffix: str) -> str:
    return asset_path(f"page/page.{suffix}").read_text(encoding="utf-8")
