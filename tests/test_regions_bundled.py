"""Regions of bundled portraits: bald heads, coats and necks where colors tell little."""

from pathlib import Path

import numpy as np
import pytest

from facestyle.faces import portrait_from_image
from facestyle.faces.contours import feature_contours
from facestyle.faces.face_coordinates import face_coordinates
from facestyle.faces.regions import CLOTHES, HAIR, segment_regions
from facestyle.imaging.color import luminance
from facestyle.io.images import read_image

EXEMPLARS = Path(__file__).parents[1] / "exemplars"


@pytest.fixture(scope="module")
def shares():
    """Share of a region in a part of a bundled portrait: crown, coat or jaw."""
    found = {}

    def share(name, part, region):
        if name not in found:
            portrait = portrait_from_image(np.asarray(read_image(EXEMPLARS / f"{name}.jpg").rgb))
            place = face_coordinates(portrait, feature_contours(portrait.face))
            dark = luminance(portrait.image) < 0.4
            found[name] = segment_regions(portrait).region_map, place, portrait.matte > 0.9, dark
        labels, place, person, dark = found[name]
        u, v = place.across, place.down
        chosen = {
            "crown": (v < place.brow - 0.1) & (np.abs(u) < 0.35),
            "coat": (v > place.chin + 0.45) & dark,  # not the white beard or shirt before it
            "jaw": (np.abs(v - place.chin) < 0.2) & (u > 0.1) & (u < 0.5),
        }[part]
        return (labels[chosen & person] == region).mean()

    return share


@pytest.mark.parametrize("look", ["noir", "pencil_photos"])
@pytest.mark.parametrize("name", ["aksel_andersson", "erik_dahlgren"])
def test_a_bald_head_in_one_tint_is_bald_above_a_coat(shares, look, name):
    assert shares(f"{look}/{name}", "crown", HAIR) < 0.2
    assert shares(f"{look}/{name}", "coat", CLOTHES) > 0.95


def test_a_black_cap_and_coat_before_black_are_no_background(shares):
    assert shares("noir/grace_hopper", "crown", HAIR) > 0.75
    assert shares("noir/grace_hopper", "coat", CLOTHES) > 0.9


def test_a_jaw_in_shadow_is_no_hair(shares):
    assert shares("sources/jacob_fugger", "jaw", HAIR) < 0.05
