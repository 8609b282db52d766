"""What counts as the person on drawn exemplars: no hatching beside the head, and the hat."""

from pathlib import Path

import pytest

from facestyle.exemplars import read_exemplar
from facestyle.faces.contours import feature_contours
from facestyle.faces.face_coordinates import face_coordinates
from facestyle.faces.regions import BACKGROUND
from facestyle.methods.patch_unpaired import prepare_exemplar
from facestyle.methods.patch_unpaired.prepared import resize_portrait, working_factor

EXEMPLARS = Path(__file__).parents[1] / "exemplars"


def regions_and_place(style, sitter):
    portrait = read_exemplar(EXEMPLARS / style / f"{sitter}.jpg").portrait
    working = resize_portrait(portrait, working_factor(portrait))
    place = face_coordinates(working, feature_contours(working.face))
    return prepare_exemplar(portrait).analysis.region_map, place


@pytest.mark.parametrize(
    ("style", "sitter"), [("pencil", "aksel_andersson"), ("charcoal", "grace_hopper")]
)
def test_strokes_beside_a_head_are_background(style, sitter):
    """They were hair, or skin: a fifth of the picture."""
    region_map, place = regions_and_place(style, sitter)
    beside = (place.across < -0.85) & (place.down > place.brow) & (place.down < place.chin)
    assert beside.sum() > 500
    assert (region_map[beside] == BACKGROUND).mean() > 0.8


def test_a_white_hat_is_no_background():
    """Blurred, it is paper; it came back as a white mark beside other heads."""
    region_map, place = regions_and_place("charcoal", "grace_hopper")
    across, up = abs(place.across), place.brow - place.down
    brim = (across > 0.4) & (across < 0.6) & (up > 0.45) & (up < 0.6)
    assert (region_map[brim] == BACKGROUND).mean() < 0.5  # .91 with it
