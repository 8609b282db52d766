"""How a result came about: pictures of every stage, and a page that shows them together."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from facestyle.errors import UsageError
from facestyle.faces import Portrait
from facestyle.faces.regions import segment_regions
from facestyle.io.images import write_image
from facestyle.pipeline.drawings import (
    draw_gains,
    draw_labels,
    draw_landmarks,
    draw_map,
    draw_matte,
    draw_quilt,
    draw_regions,
    draw_sheet,
)
from facestyle.pipeline.pages.explanation_page import write_explanation_page
from facestyle.pipeline.result import Result

PAGE = "index.html"
MASK = "mask.png"  # of one channel
# shown as quilts of the exemplars, not as maps
_WEIGHTS = {"weights_unfiltered": "seams_before", "weights": "seams_after"}


def write_explanation(folder: str | Path, image: np.ndarray, result: Result) -> list[Path]:
    """Write what explains a result; files of an earlier run are replaced.

    Parameters
    ----------
    folder : path-like
        Made if missing. Receives a page, ``index.html``, and the pictures that it shows:
        ``input.png``, ``result.png``, ``landmarks.png``, ``matte.png`` (all but the person
        tinted), ``mask.png`` (everybody white on black, as `read_matte` takes it),
        ``regions.png``, ``exemplars.png`` (aligned), ``labels.png``, ``seams_before.png`` and
        ``seams_after.png`` where the method filters seams, and a file for each of the method's
        further maps.
    image : (H, W, 3) float32
        The input, sRGB in [0, 1].
    result : Result

    Returns
    -------
    list of Path
        The files written; the page is the last.

    Raises
    ------
    UsageError
        If the method chooses no exemplars by place.
    """
    if result.face is None or result.matte is None or result.labels is None:
        raise UsageError(f"method {result.method} has nothing to explain; leave explain out")
    paths = []
    aligned = result.aligned
    for name, drawn in _draw_all(image, result, aligned).items():
        paths.append(Path(folder) / f"{name}.png")
        write_image(paths[-1], drawn, alpha=result.alpha if name == "result" else None)
    paths.append(Path(folder) / MASK)
    write_image(paths[-1], result.matte if result.people is None else result.people)
    page = Path(folder) / PAGE
    write_explanation_page(page, result, aligned, [path.name for path in paths])
    return [*paths, page]


def _draw_all(image: np.ndarray, result: Result, aligned: np.ndarray) -> dict[str, np.ndarray]:
    """Every picture, by its file's name without the suffix."""
    outcome, face, matte = result.outcome, result.face, result.matte
    assert face is not None
    assert matte is not None
    assert outcome.labels is not None
    regions = segment_regions(Portrait(image, face, matte, "the picture")).region_map
    drawn = {
        "input": image,
        "result": np.clip(outcome.image, 0, 1),
        "landmarks": draw_landmarks(image, face),
        "matte": draw_matte(image, matte),
        "regions": draw_regions(regions, image),
        "labels": draw_labels(outcome.labels, image, matte, outcome.names),
        "exemplars": draw_sheet(
            [image, outcome.image, *aligned], ["input", "result", *outcome.names]
        ),
    }
    for name, values in outcome.maps.items():
        if name in _WEIGHTS:
            drawn[_WEIGHTS[name]] = draw_quilt(aligned, values)
            continue
        shown = draw_gains(values) if name.startswith("gain") else draw_map(values)
        drawn[name] = cv2.resize(shown, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return drawn
