"""The page that shows how a result came about, beside its pictures."""

from __future__ import annotations

import html
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from facestyle.pipeline.drawings import GAIN_LIMIT, REGIONS, draw_gains, label_colors, label_shares
from facestyle.pipeline.pages.page import (
    bars,
    comparison,
    css_color,
    data_uri,
    facts,
    figure,
    grid,
    picture,
    section,
    write_page,
)
from facestyle.pipeline.result import Result

_THUMBNAIL = 240  # px, longer side of an aligned exemplar
_KNOWN = (
    *("input", "result", "landmarks", "matte", "mask", "regions", "labels", "exemplars"),
    *("seams_before", "seams_after"),
)


def write_explanation_page(
    path: Path, result: Result, aligned: np.ndarray, files: Collection[str]
) -> None:
    """Write the page.

    Parameters
    ----------
    path : Path
    result : Result
        With a face and labels.
    aligned : (K, h, w, 3) float32
        The exemplars, warped onto the face.
    files : collection of str
        Names of the pictures beside the page.

    Raises
    ------
    FacestyleError
        If it cannot be written.
    """
    name = "the picture" if result.source is None else Path(result.source.name).name
    thumbnails = [data_uri(exemplar, _THUMBNAIL) for exemplar in aligned]
    body = [
        f"<h1>How {html.escape(name)} was stylized</h1>",
        comparison("input.png", "result.png", name),
        _facts(result),
        _analysis(),
        _exemplars(result.outcome.names, thumbnails),
        _labels(result, thumbnails),
    ]
    if "seams_after.png" in files:
        body.append(_seams())
    gains = [file for file in files if file.startswith("gain")]
    if gains:
        body.append(_gains(gains))
    others = [f for f in files if f not in gains and f.removesuffix(".png") not in _KNOWN]
    if others:
        figures = (figure(f, f"map {Path(f).stem}", html.escape(Path(f).stem)) for f in others)
        body.append(section("Further maps", grid(figures, "wide")))
    body.append(section("Time", bars(_timings(result), "s")))
    write_page(path, f"{name}: explanation", body)


def _facts(result: Result) -> str:
    height, width = result.image.shape[:2]
    assert result.face is not None
    x0, y0, x1, y1 = result.face.box
    return facts(
        [
            ("method", result.method.replace("_", "-")),
            ("picture", f"{width} x {height} px"),
            ("face", f"{x1 - x0:.0f} x {y1 - y0:.0f} px, found by {result.face.source}"),
            ("exemplars", str(len(result.outcome.names))),
        ]
    )


def _analysis() -> str:
    items = "".join(
        f'<li><span class="swatch" style="background:{css_color(color)}"></span>{name}</li>'
        for name, color in REGIONS
    )
    figures = (
        figure(
            "landmarks.png",
            "the picture with 68 landmarks and the face's outline",
            "<b>Landmarks</b>: 68 points and the outline; every exemplar is warped onto them",
        ),
        figure(
            "matte.png",
            "the person as in the picture, everything else tinted green",
            "<b>Matte</b>: what belongs to the person; the rest is tinted",
        ),
        figure(
            "mask.png",
            "the person in white on black",
            "<b>Mask</b>: the same matte as a file. Where it is wrong, correct it in a painting "
            "program and give it with <code>--matte mask.png</code>",
        ),
        figure(
            "regions.png",
            "the picture, its regions in colors",
            "<b>Regions</b>: what each pixel shows",
            below=f'<ul class="legend">{items}</ul>',
        ),
    )
    return section("What was found", grid(figures, "wide"))


def _exemplars(names: Sequence[str], thumbnails: Sequence[str]) -> str:
    figures = (
        figure(thumbnail, f"exemplar {name}, warped onto the face", html.escape(name))
        for name, thumbnail in zip(names, thumbnails, strict=True)
    )
    return section(
        "Exemplars, aligned",
        grid(figures, "small"),
        lead="Each exemplar, warped so that its landmarks lie on those of the picture.",
    )


def _labels(result: Result, thumbnails: Sequence[str]) -> str:
    names = result.outcome.names
    assert result.labels is not None
    assert result.matte is not None
    shares = label_shares(result.labels, result.matte, len(names))
    colors = label_colors(len(names))
    items = "".join(
        f'<li><span class="swatch" style="background:{css_color(colors[index])}"></span>'
        f"{picture(thumbnails[index], '')}<span>{html.escape(names[index])}, "
        f"{shares[index]:.0%}</span></li>"
        for index in np.argsort(-shares)
    )
    return section(
        "Which exemplar where",
        grid([figure("labels.png", "the person, colored by the exemplar used", "")], "wide"),
        f'<ul class="legend">{items}</ul>',
        lead="The label map that the Markov random field chose, and each exemplar's share of the "
        "person.",
    )


def _seams() -> str:
    figures = (
        figure(
            "seams_before.png",
            "the aligned exemplars, put together as labeled; steps between them show",
            "<b>Before</b> the filter",
        ),
        figure(
            "seams_after.png",
            "the aligned exemplars, put together with smooth weights",
            "<b>After</b> the guided filter on the label weights",
        ),
    )
    return section(
        "Seams",
        grid(figures, "wide"),
        lead="The exemplars themselves, put together by the labels: where two meet, a step would "
        "show. The result takes tone and local contrast from them, not their pixels.",
    )


def _gains(files: Sequence[str]) -> str:
    stops = ", ".join(
        css_color(color)
        for color in draw_gains(
            np.geomspace(1 / GAIN_LIMIT, GAIN_LIMIT, 9, dtype=np.float32)[None]
        )[0]
    )
    ramp = (
        '<div class="ticks" role="img" aria-label="Legend: blue is less contrast, white is '
        'unchanged, red is more">'
        f"<span>1/{GAIN_LIMIT:g}</span><span>1</span><span>{GAIN_LIMIT:g}</span></div>"
        f'<div class="ramp" style="background:linear-gradient(90deg, {stops})"></div>'
    )
    figures = (
        figure(file, f"gains of level {number}", f"level {number} of {len(files)}")
        for number, file in enumerate(files, start=1)
    )
    return section(
        "Gains",
        ramp,
        grid(figures),
        lead="By how much the local contrast of luminance was multiplied, from fine detail to "
        "broad light.",
    )


def _timings(result: Result) -> list[tuple[str, float]]:
    return [(stage, seconds) for stage, seconds in result.timings.items() if stage != "total"] + [
        ("total", result.timings["total"])
    ]
