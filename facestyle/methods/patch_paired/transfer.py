"""A portrait redrawn by exemplars that come with their photographs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facestyle.errors import UsageError
from facestyle.faces import Portrait
from facestyle.frozen import FrozenRecord
from facestyle.methods.engine import Outcome, Rendering
from facestyle.methods.patch_paired.borders import fill_black_borders
from facestyle.methods.patch_paired.exemplar import PreparedExemplar, resize, working_scale
from facestyle.methods.patch_paired.groups import group_map
from facestyle.methods.patch_paired.own_skin import lost_tones
from facestyle.methods.patch_paired.preselection import preselect
from facestyle.methods.patch_paired.rendering import (
    clear_paper,
    luma,
    paper_color,
    render,
    set_on_background,
)
from facestyle.methods.patch_paired.settings import PairedSettings
from facestyle.methods.patch_paired.synthesis import Layers, synthesize
from facestyle.methods.patch_paired.tone_matching import match_tones, photo_statistics
from facestyle.methods.patch_paired.window import crop_to_window, place_on_paper
from facestyle.row_bands import row_bands
from facestyle.spare_memory import give_back
from facestyle.stopwatch import Stopwatch

_MOST_EXEMPLARS = 24  # aligned for a portrait; more are preselected by their photographs


def transfer_patches(
    portrait: Portrait,
    exemplars: Sequence[PreparedExemplar],
    settings: PairedSettings | None = None,
    rendering: Rendering | None = None,
) -> Outcome:
    """Redraw a portrait in the strokes of its exemplars.

    Parameters
    ----------
    portrait : Portrait
    exemplars : sequence of PreparedExemplar
        One or more.
    settings : PairedSettings, optional
    rendering : Rendering, optional
        Strength and background.

    Returns
    -------
    Outcome
        Its labels count `exemplars` as they are given here.

    Raises
    ------
    UsageError
        If there is no exemplar.
    """
    if not exemplars:
        raise UsageError("patch mode: found no exemplar, expected at least one")
    rendering = rendering or Rendering()
    give_back(portrait.matte.size)
    part, window = crop_to_window(portrait)
    drafted = draft(part, exemplars)
    give_back(portrait.matte.size)
    watch = Stopwatch()
    drawing = render_draft(drafted, part.matte, exemplars, settings)
    labels = np.asarray(drafted.exemplars, np.int32)[drafted.layers.labels]
    timings = dict(drafted.timings)
    del drafted
    paper = paper_color(exemplars, drawing.shape[2])
    unit = portrait.face.inter_ocular
    drawing = place_on_paper(drawing, window, portrait.matte.shape, paper, unit)
    give_back(portrait.matte.size)
    image, alpha = set_on_background(portrait, drawing, paper, rendering.background)
    image = _mixed(portrait.image, image, rendering.strength)
    watch.lap("finish")
    timings["finish"] = watch.laps["finish"]
    names = tuple(exemplar.name for exemplar in exemplars)
    return Outcome(image, alpha, labels, names, timings)


def _mixed(photo: np.ndarray, drawing: np.ndarray, strength: float) -> np.ndarray:
    """So much of the drawing, in place of the photo."""
    image = np.empty_like(photo)
    for rows in row_bands(*photo.shape[:2]):
        part = drawing[rows] - photo[rows]
        part *= np.float32(strength)
        np.add(photo[rows], part, out=image[rows])
    return image


@dataclass(frozen=True)
class Draft(FrozenRecord):
    """A portrait's drawing before its layers are composed.

    Attributes
    ----------
    gray : (H, W) float32
        Luma of the portrait, black borders filled.
    photo, matched : (h, w, 3) float32
        At the working scale: as it is, and in the tones of the exemplars' photographs.
    exemplars : list of int
        Those used, which the layers' labels count.
    layers : Layers
    timings : dict of str to float
    """

    gray: np.ndarray
    photo: np.ndarray
    matched: np.ndarray
    exemplars: list[int]
    layers: Layers
    timings: dict[str, float]


def draft(
    portrait: Portrait,
    exemplars: Sequence[PreparedExemplar],
    *,
    match: bool = True,
    smooth: bool = True,
) -> Draft:
    """Find the layers of a portrait's drawing.

    Parameters
    ----------
    portrait : Portrait
    exemplars : sequence of PreparedExemplar
    match : bool
        Match the portrait's tones to the exemplars' photographs first.
    smooth : bool
        Choose strokes that fit their neighbors.

    Returns
    -------
    Draft
    """
    watch = Stopwatch()
    original = fill_black_borders(portrait.image)
    scale = working_scale(portrait.face.inter_ocular)
    photo, matte = resize(original, scale), resize(portrait.matte, scale)
    gray = luma(original)
    del original  # where borders were filled it is the picture once more
    give_back(gray.size)
    face = portrait.face.scaled(scale)
    points = face.landmarks
    matched, lost = photo, np.zeros(matte.shape, np.float32)
    if match:
        own, others = photo_statistics(photo, matte, points), [e.statistics for e in exemplars]
        matched = match_tones(photo, matte, own, others)
        lost = lost_tones(luma(photo), luma(matched), own, others)
    watch.lap("tone")
    chosen = preselect(matched, points, exemplars, _MOST_EXEMPLARS)
    similar = [exemplars[n] for n in chosen]
    watch.lap("preselect")
    groups = group_map(Portrait(photo, face, matte))
    watch.lap("groups")
    zoom = _zoom(similar, scale)
    layers = synthesize(matched, points, groups, similar, lost, zoom=zoom, smooth=smooth)
    return Draft(gray, photo, matched, chosen, layers, {**watch.laps, **layers.timings})


def render_draft(
    drafted: Draft,
    matte: np.ndarray,
    exemplars: Sequence[PreparedExemplar],
    settings: PairedSettings | None = None,
) -> np.ndarray:
    """Compose a draft at the portrait's size; see `render` and `clear_paper`.

    Parameters
    ----------
    drafted : Draft
    matte : (H, W) float32
        Opacity of the person.
    exemplars : sequence of PreparedExemplar
    settings : PairedSettings, optional

    Returns
    -------
    (H, W, C) float32
        In [0, 1].
    """
    settings = settings or PairedSettings()
    drawing = render(
        drafted.gray,
        drafted.photo,
        drafted.matched,
        drafted.layers,
        identity=settings.identity,
        texture=settings.texture,
    )
    return clear_paper(drawing, drafted.matched, matte, exemplars)


def _zoom(exemplars: Sequence[PreparedExemplar], scale: float) -> int:
    """Enlarge drawings over the working scale as far as both input and exemplars are finer."""
    finest = int(np.median([e.zoom for e in exemplars]))
    return max(1, min(finest, round(1 / scale)))
