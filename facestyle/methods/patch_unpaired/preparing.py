"""Exemplars are prepared once for all targets; what was found out about them is kept on disk."""

from __future__ import annotations

from facestyle.exemplars import ExemplarSet
from facestyle.faces.contours import face_width
from facestyle.faces.face import Portrait
from facestyle.faces.regions import BACKGROUND, segment_regions
from facestyle.imaging.color import to_lab
from facestyle.methods.busy_ground import ground_spread
from facestyle.methods.engine import prepare_all
from facestyle.methods.medium import looks_drawn
from facestyle.methods.patch_unpaired.flat_colors import flat_colors
from facestyle.methods.patch_unpaired.inks import find_inks
from facestyle.methods.patch_unpaired.lead import tone_contrast
from facestyle.methods.patch_unpaired.lip_color import lip_color
from facestyle.methods.patch_unpaired.media import medium_traits
from facestyle.methods.patch_unpaired.missed_parts import with_missed_parts
from facestyle.methods.patch_unpaired.palette import palette_of
from facestyle.methods.patch_unpaired.prepared import (
    ExemplarAnalysis,
    PreparedExemplar,
    resize_portrait,
    working_factor,
)
from facestyle.methods.patch_unpaired.recipe import WORKING_FACE_WIDTHS


def prepare_exemplar(portrait: Portrait) -> PreparedExemplar:
    """Analyze an exemplar.

    Parameters
    ----------
    portrait : Portrait

    Returns
    -------
    PreparedExemplar
        Independent of any target; keep it for further pictures.
    """
    return PreparedExemplar(portrait, _analyze(portrait))


def prepare_exemplars(exemplars: ExemplarSet) -> list[PreparedExemplar]:
    """Prepare the exemplars of a set, by way of the disk cache.

    Parameters
    ----------
    exemplars : ExemplarSet

    Returns
    -------
    list of PreparedExemplar
        In the order of the exemplars.
    """
    name = f"patch_unpaired, analysis at {WORKING_FACE_WIDTHS[0]:g} px"
    analyses = prepare_all(exemplars, name, ExemplarAnalysis, _analyze)
    return [PreparedExemplar(*pair) for pair in zip(exemplars, analyses, strict=True)]


def _analyze(portrait: Portrait) -> ExemplarAnalysis:
    working = with_missed_parts(resize_portrait(portrait, working_factor(portrait)))
    region_map = segment_regions(working).region_map
    lab = to_lab(working.image)
    colors = flat_colors(lab, region_map)
    return ExemplarAnalysis(
        region_map,
        palette_of(lab, region_map),
        tone_contrast(working, region_map)[0],
        medium_traits(working, region_map),
        colors,
        lip_color(lab, region_map, colors),
        find_inks(to_lab(portrait.image)),
        ground_spread(lab, region_map == BACKGROUND, face_width(working.face)),
        looks_drawn(portrait)[0],
    )
