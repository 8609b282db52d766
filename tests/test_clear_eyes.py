"""Eyes of dim portraits keep their contrast in a drawing's tones, and no other eye changes."""

import cv2
import numpy as np
import pytest

from facestyle.faces.regions import EYE, SKIN
from facestyle.methods.patch_unpaired.clear_eyes import clear_eyes

WIDTH = 100.0
LIMITS = (0.1, 0.95)
PLACES = ((40, 40), (40, 90))


def face(skin, white, iris):
    """Luminance of two eyes on skin, and the regions."""
    light = np.full((90, 130), skin, np.float32)
    region_map = np.full(light.shape, SKIN, np.uint8)
    for row, column in PLACES:
        cv2.ellipse(region_map, (column, row), (12, 6), 0, 0, 360, EYE, -1)
        cv2.ellipse(light, (column, row), (11, 5), 0, 0, 360, white, -1)
        cv2.circle(light, (column, row), 4, iris, -1)
    return cv2.GaussianBlur(light, (0, 0), 0.7), region_map


def contrast(light, place=PLACES[0]):
    """White beside the iris, over the iris."""
    row, column = place
    return float(light[row, column + 7] - light[row, column])


def test_the_eyes_of_a_dim_face_get_the_contrast_of_a_lit_one():
    own, region_map = face(0.25, 0.33, 0.1)
    toned, _ = face(0.4, 0.42, 0.3)
    cleared = clear_eyes(toned, own, region_map, WIDTH, LIMITS)
    for place in PLACES:
        assert contrast(cleared, place) > 1.7 * contrast(toned, place)
        assert cleared[place] < toned[place]
        assert cleared[place[0], place[1] + 7] > toned[place[0], place[1] + 7]


def test_contrast_grows_by_the_light_that_the_face_lacks():
    photograph, region_map = face(0.25, 0.3, 0.2)
    toned = photograph + np.float32(0.3)
    cleared = clear_eyes(toned, photograph, region_map, WIDTH, LIMITS)
    assert contrast(cleared) == pytest.approx(0.45 / 0.25 * contrast(toned), rel=0.1)


def test_a_lit_face_whose_eyes_have_their_contrast_stays_as_it_is():
    own, region_map = face(0.65, 0.8, 0.2)
    assert np.allclose(clear_eyes(own, own, region_map, WIDTH, LIMITS), own, atol=1e-6)


def test_an_eye_without_contrast_in_the_photograph_gets_none():
    own, region_map = face(0.6, 0.62, 0.55)
    toned, _ = face(0.7, 0.72, 0.6)
    assert np.allclose(clear_eyes(toned, own, region_map, WIDTH, LIMITS), toned, atol=1e-6)


def test_no_more_contrast_than_the_medium_has_tones_for():
    own, region_map = face(0.25, 0.45, 0.05)
    toned, _ = face(0.5, 0.56, 0.4)
    wide = clear_eyes(toned, own, region_map, WIDTH, LIMITS)
    narrow = clear_eyes(toned, own, region_map, WIDTH, (0.4, 0.55))
    assert contrast(wide) > 1.7 * contrast(toned)
    assert contrast(narrow) == pytest.approx(contrast(toned), rel=0.05)


def test_one_dim_eye_does_not_change_the_other():
    own, region_map = face(0.25, 0.33, 0.1)
    toned, _ = face(0.4, 0.42, 0.3)
    lit, _ = face(0.4, 0.8, 0.1)
    toned[:, 65:] = lit[:, 65:]
    cleared = clear_eyes(toned, own, region_map, WIDTH, LIMITS)
    both = clear_eyes(face(0.4, 0.42, 0.3)[0], own, region_map, WIDTH, LIMITS)
    assert contrast(cleared) == pytest.approx(contrast(both), rel=0.02)
    assert contrast(cleared, PLACES[1]) == pytest.approx(contrast(toned, PLACES[1]), abs=0.01)


def test_nothing_changes_away_from_the_eyes_or_without_any():
    own, region_map = face(0.25, 0.33, 0.1)
    toned, _ = face(0.4, 0.42, 0.3)
    far = np.hypot(*(np.indices(toned.shape) - np.array(PLACES[0])[:, None, None])) > 30
    far &= np.hypot(*(np.indices(toned.shape) - np.array(PLACES[1])[:, None, None])) > 30
    cleared = clear_eyes(toned, own, region_map, WIDTH, LIMITS)
    assert np.allclose(cleared[far], toned[far], atol=1e-4)
    bare = np.full_like(region_map, SKIN)
    assert np.array_equal(clear_eyes(toned, own, bare, WIDTH, LIMITS), toned)
