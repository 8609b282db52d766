"""A sheet of a set of exemplars: each with what is to be known of it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from facestyle.faces import Portrait
from facestyle.pipeline.drawings import draw_landmarks, draw_sheet
from facestyle.pipeline.exemplar_advice import ExemplarReport, SetReport
from facestyle.pipeline.pages.page import data_uri, facts, figure, grid, write_page

_LONGEST = 420  # px, of each exemplar on the page


def write_exemplar_page(
    path: Path,
    title: str,
    portraits: Sequence[Portrait],
    report: SetReport,
    *,
    overwrite: bool = True,
) -> None:
    """Write a set of exemplars as one HTML file with its pictures inside.

    Parameters
    ----------
    path : Path
    title : str
        The heading; plain text.
    portraits : sequence of Portrait
    report : SetReport
        Of these portraits.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    FacestyleError
        If it cannot be written.
    """
    figures = [
        figure(
            data_uri(draw_landmarks(portrait.image, portrait.face), _LONGEST, 80),
            f"exemplar {portrait.name} with its landmarks",
            _caption(own),
        )
        for portrait, own in zip(portraits, report.exemplars, strict=True)
    ]
    together = [] if report.together is None else [("used together", report.together.words)]
    lead = facts([("method", report.method), ("more", report.more), *together])
    write_page(
        path, title, [f"<h1>{html.escape(title)}</h1>", lead, grid(figures)], overwrite=overwrite
    )


def draw_exemplars(portraits: Sequence[Portrait], report: SetReport, side: int = 320) -> np.ndarray:
    """Draw a set of exemplars as one picture; those with a remark are marked by an asterisk.

    Parameters
    ----------
    portraits : sequence of Portrait
    report : SetReport
        Of these portraits.
    side : int
        Longest side of each, px.

    Returns
    -------
    (H, W, 3) float32
    """
    titles = [f"{'* ' if own.remarks else ''}{own.name}" for own in report.exemplars]
    drawn = [draw_landmarks(portrait.image, portrait.face) for portrait in portraits]
    return draw_sheet(drawn, titles, side, int(np.ceil(np.sqrt(len(portraits)))))


def _caption(report: ExemplarReport) -> str:
    remarks = "".join(f"<br><b>{html.escape(remark)}</b>" for remark in report.remarks)
    width, height = report.size
    return (
        f"<b>{html.escape(report.name)}</b><br>{width} x {height} px, face "
        f"{report.face_height:.0f} px, {report.pose}, {report.medium}{remarks}"
    )
