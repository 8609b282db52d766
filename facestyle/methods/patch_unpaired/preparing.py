"""Exemplars are prepared once for all targets; what was found out about them is kept on disk."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from facestyle.exemplars import ExemplarSet
from facestyle.faces.contours import face_width, feature_contours
from facestyle.faces.face import Portrait
from facestyle.faces.face_coordinates import face_coordinates
from facestyle.faces.matte import person_matte
from facestyle.faces.regions import segment_regions
from facestyle.imaging.color import to_lab
from facestyle.methods.engine import prepare_all
from facestyle.methods.patch_unpaired.flat_colors import flat_colors
from facestyle.methods.patch_unpaired.lead import tone_contrast
from facestyle.methods.patch_unpaired.media import medium_traits
from facestyle.methods.patch_unpaired.palette import palette_of
from facestyle.methods.patch_unpaired.prepared import (
    ExemplarAnalysis,
    PreparedExemplar,
    resize_portrait,
    working_factor,
)
from facestyle.methods.patch_unpaired.recipe import WORKING_FACE_WIDTHS

# In face widths: the blur that makes hatching a shade, and how far to either side of a face what is
# above its brows stays (white hats are paper when blurred). Chosen by eye on the bundled drawings
_BLUR, _HAT = 0.03, 0.8


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


def _without_strokes_beside(portrait: Portrait) -> Portrait:
    """The portrait with a matte in which strokes beside a head are not the person.

    The network sees one in hatching, and less so where it is blurred to a shade.
    """
    blurred = cv2.GaussianBlur(portrait.image, (0, 0), _BLUR * face_width(portrait.face))
    place = face_coordinates(portrait, feature_contours(portrait.face))
    above = (np.abs(place.across) < _HAT) & (place.down < place.brow)
    less = np.minimum(portrait.matte, person_matte(blurred, portrait.face))
    return replace(portrait, matte=np.where(above, portrait.matte, less))


def _analyze(portrait: Portrait) -> ExemplarAnalysis:
    working = _without_strokes_beside(resize_portrait(portrait, working_factor(portrait)))
    region_map = segment_regions(working).region_map
    lab = to_lab(working.image)
    return ExemplarAnalysis(
        region_map,
        palette_of(lab, region_map),
        tone_contrast(working, region_map)[0],
        medium_traits(working, region_map),
        flat_colors(lab, region_map),
    )
