"""Dark skin is drawn in the strokes that the medium has in its dark tones."""

import cv2
import numpy as np
import pytest

from facestyle.faces.regions import BACKGROUND, HAIR, SKIN
from facestyle.methods.patch_unpaired.exemplars_grain import exemplars_grain
from facestyle.methods.patch_unpaired.grain_by_tone import (
    factors_by_tone,
    grain_factors,
    strengths_by_tone,
)
from facestyle.methods.patch_unpaired.grain_distribution import grain_bands, with_grain_like

WIDTH = 150.0


def hatched(tone, size=(160, 160)):
    """A tone drawn by strokes that are stronger where it is darker."""
    y, x = np.mgrid[: size[0], : size[1]]
    return (tone + (1 - tone) * 0.4 * np.sign(np.sin((x + y) * 1.6))).astype(np.float32)


@pytest.fixture(scope="module")
def exemplar():
    """A fair face of tone .8 beside hair of tone .4, and their regions."""
    region_map = np.full((160, 160), SKIN, np.uint8)
    region_map[:, 100:] = HAIR
    region_map[:10] = BACKGROUND
    return np.where(region_map == HAIR, hatched(0.4), hatched(0.8)), region_map


@pytest.fixture(scope="module")
def by_tone(exemplar):
    light, region_map = exemplar
    return exemplars_grain([light], [region_map], WIDTH).by_tone


def test_dark_tones_have_more_grain_than_skins(by_tone):
    fine = by_tone[0]
    assert fine[12] == pytest.approx(1, abs=0.15)  # .8, the tone of skin
    # at .4 strokes are three times as strong, of which a power of .7 is taken, 2.2 at most
    assert 1.8 < fine[6] <= 2.2
    assert np.all(np.diff(fine[7:13]) <= 1e-6)


def test_tones_that_no_exemplar_has_are_as_the_nearest(by_tone):
    assert by_tone[0, 1] == pytest.approx(by_tone[0, 4])


def test_without_skin_nothing_is_known(exemplar):
    light, region_map = exemplar
    nothing = np.where(region_map == SKIN, BACKGROUND, region_map)
    strengths = strengths_by_tone(light, grain_bands(light, WIDTH), nothing)
    np.testing.assert_array_equal(factors_by_tone(strengths), 1)


def test_too_small_for_a_band_is_no_reason_for_factors():
    """At this width there is no middle band, and both are ratios of nothing."""
    light = np.full((100, 100), 0.6, np.float32)
    grain = exemplars_grain([light], [np.full((100, 100), SKIN, np.uint8)], 30.0)
    np.testing.assert_allclose(grain.by_tone, 1)


def test_a_dark_cheek_is_drawn_by_stronger_strokes_than_a_fair_one(exemplar, by_tone):
    light, region_map = exemplar
    grain = exemplars_grain([light], [region_map], WIDTH)

    def strokes(tone):
        skin = np.full((160, 160), SKIN, np.uint8)
        plain = np.full((160, 160), tone, np.float32)
        drawing = plain + 0.3 * (hatched(0.8) - 0.8)
        factors = grain_factors(drawing, plain, skin, by_tone, WIDTH)
        drawn = with_grain_like(drawing, skin, WIDTH, grain.quantiles, 0.5, factors)
        return float((drawn - cv2.GaussianBlur(drawn, (0, 0), 3)).std())

    assert strokes(0.4) > 1.7 * strokes(0.8)


def test_features_and_other_regions_are_left_alone(by_tone):
    light = np.full((200, 200), 0.4, np.float32)
    toned = light.copy()
    cv2.line(toned, (100, 40), (100, 160), 0.0, 6)  # a nostril, a lid
    region_map = np.full((200, 200), SKIN, np.uint8)
    region_map[:, :40] = HAIR
    fine = grain_factors(light, toned, region_map, by_tone, WIDTH)[0]
    assert fine[100, 160] > 1.8
    assert fine[100, 100] < 1.15
    assert fine[100, 5] == pytest.approx(1, abs=0.02)
