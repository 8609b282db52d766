"""A portrait redrawn with patches of exemplars that have no photographs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from facestyle.errors import UsageError
from facestyle.faces.contours import face_width
from facestyle.faces.face import Portrait
from facestyle.faces.regions import segment_regions
from facestyle.methods.engine import Outcome, Rendering
from facestyle.methods.patch_unpaired.finish import finish
from facestyle.methods.patch_unpaired.prepared import PreparedExemplar, resize_portrait
from facestyle.methods.patch_unpaired.recipe import WORKING_FACE_WIDTHS
from facestyle.methods.patch_unpaired.settings import UnpairedSettings
from facestyle.methods.patch_unpaired.sitters_palette import with_sitters_colors
from facestyle.methods.patch_unpaired.sources import PatchSources, make_sources
from facestyle.methods.patch_unpaired.surroundings import set_before
from facestyle.methods.patch_unpaired.synthesis import synthesize
from facestyle.methods.patch_unpaired.target import make_target, origins
from facestyle.spare_memory import give_back
from facestyle.stopwatch import Stopwatch


def transfer_patches(
    portrait: Portrait,
    exemplars: Sequence[PreparedExemplar],
    settings: UnpairedSettings | None = None,
    rendering: Rendering | None = None,
    *,
    seed: int = 0,
    sources_at: Callable[[float], PatchSources] | None = None,
) -> Outcome:
    """Redraw a portrait in the strokes of its exemplars.

    Parameters
    ----------
    portrait : Portrait
    exemplars : sequence of PreparedExemplar
        One or more; the first one leads: its palette and its background are used.
    settings : UnpairedSettings, optional
    rendering : Rendering, optional
        Strength and background.
    seed : int
        Of the search's random numbers.
    sources_at : callable, optional
        Gives the patch sources of `exemplars` at a face width, where they are kept.

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
    settings, rendering = settings or UnpairedSettings(), rendering or Rendering()
    watch = Stopwatch()
    width = working_face_width(portrait)
    working = resize_portrait(portrait, width / face_width(portrait.face))
    regions = segment_regions(working)
    watch.lap("regions")
    sources = make_sources(exemplars, width) if sources_at is None else sources_at(width)
    sources = with_sitters_colors(working, regions.region_map, sources)
    watch.lap("exemplars")
    target = make_target(working, regions.region_map, sources, settings.pull, settings.labels)
    give_back(portrait.matte.size)
    watch.lap("target")
    match = synthesize(target, sources, seed)
    watch.lap("synthesis")
    picture = finish(portrait, target, match, sources, exemplars, settings)
    image, alpha = set_before(
        picture, portrait, [e.portrait for e in exemplars], rendering.background
    )
    if rendering.strength < 1:
        image = portrait.image + np.float32(rendering.strength) * (image - portrait.image)
    watch.lap("finish")
    return Outcome(
        image,
        alpha,
        origins(match.field, sources),
        tuple(exemplar.portrait.name for exemplar in exemplars),
        watch.laps,
    )


def working_face_width(portrait: Portrait) -> float:
    """The face width that a portrait is synthesized at: the nearest of a few, px."""
    width = face_width(portrait.face)
    return min(WORKING_FACE_WIDTHS, key=lambda candidate: abs(np.log(candidate / width)))
