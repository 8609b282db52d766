"""Portraits in black and white, sepia, faded: person and regions are found nearly as in color."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from synthetic_faces import photograph

from benchmarks import bundled
from benchmarks.old_photographs import OLD_PHOTOGRAPHS, black_and_white, faded_scan, sepia
from facestyle.faces import portrait_from_image
from facestyle.faces.one_tint import has_one_tint, in_usual_tones, is_gray, without_tint
from facestyle.faces.person_cut import cut_person
from facestyle.faces.regions import CLOTHES, segment_regions
from facestyle.faces.skin_likeness import of_the_face, without_dark_lenses
from facestyle.io.images import read_image

BEARDED = bundled.STILLS / "aksel_andersson.jpg"  # himself an old photograph, in a light sepia


@pytest.fixture(scope="module")
def sitter():
    return photograph((300, 240), seed=3)


@pytest.fixture(scope="module")
def bearded():
    return portrait_from_image(read_image(BEARDED).rgb)


@pytest.mark.parametrize("copied", OLD_PHOTOGRAPHS.values())
def test_old_copies_have_one_tint_and_lose_it(sitter, copied):
    assert not has_one_tint(sitter.image)
    copy = copied(sitter.image)
    assert copy.shape == sitter.image.shape
    assert has_one_tint(copy)
    assert is_gray(without_tint(copy))


def test_pictures_with_colors_stay_what_they_are(sitter):
    assert without_tint(sitter.image) is sitter.image
    assert in_usual_tones(sitter.image, sitter.face) is sitter.image


def test_a_faded_or_dark_copy_gets_the_tones_of_a_sharp_one(sitter):
    gray = 0.9 * black_and_white(sitter.image)
    gray[:12] = 1  # a window
    usual = in_usual_tones(gray, sitter.face)
    x, y = np.round(sitter.face.landmarks[30]).astype(int)
    assert usual.min() == 0
    assert usual.max() == 1
    assert usual[y + 14, x - 25].mean() == pytest.approx(0.75, abs=0.03)  # a cheek
    for copy in (0.3 + 0.4 * gray, gray**1.2):
        again = in_usual_tones(copy.astype(np.float32), sitter.face)
        np.testing.assert_allclose(again, usual, atol=0.03)


def test_a_flat_picture_is_not_divided_by_nothing(sitter):
    flat = np.full_like(sitter.image, 0.5)
    assert np.isfinite(in_usual_tones(flat, sitter.face)).all()


def test_regions_do_not_depend_on_the_tint(bearded):
    plain = segment_regions(bearded).groups
    toned = segment_regions(replace(bearded, image=sepia(bearded.image))).groups
    assert (plain == toned).mean() > 0.985


@pytest.mark.parametrize("copied", [sepia, faded_scan])
def test_person_and_regions_of_an_old_print_are_those_of_a_good_one(bearded, copied):
    plain, old = bearded, portrait_from_image(copied(bearded.image))
    assert np.abs(plain.matte - old.matte).sum() < 0.1 * plain.matte.sum()
    groups = [segment_regions(portrait).groups for portrait in (plain, old)]
    assert (groups[0] == groups[1]).mean() > 0.94


def test_texture_tells_a_person_from_a_background_as_light(sitter):
    """Coat and trees of one mean lightness; the network is wrong about some trees."""
    height, width = sitter.matte.shape
    random = np.random.default_rng(0)
    gray = black_and_white(sitter.image)[..., 1]
    coat = (sitter.matte > 0.5) & (np.arange(height)[:, None] > sitter.face.landmarks[8, 1] + 12)
    gray[coat] = 0.5
    leaves = 0.5 + 0.1 * random.standard_normal((height, width)).astype(np.float32)
    gray = np.where(sitter.matte > 0.5, gray, leaves).clip(0, 1).astype(np.float32)
    trees = np.zeros_like(coat)
    trees[225:] = sitter.matte[225:] < 0.5
    likely = np.where(trees, np.float32(0.7), 0.98 * sitter.matte)
    inside = np.zeros_like(gray)
    x, y = np.round(sitter.face.landmarks[30]).astype(int)
    inside[y - 20 : y + 20, x - 20 : x + 20] = 1
    image = cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB)
    person = cut_person(image, sitter.face, likely, inside) > 0.5
    away = cv2.distanceTransform((sitter.matte < 0.5).astype(np.uint8), cv2.DIST_L2, 3) > 8
    assert person[coat].mean() > 0.95
    assert person[trees & away].mean() < 0.1


def test_dark_lenses_teach_no_skin_in_gray_pictures():
    colors = np.zeros((60, 60, 3), np.float32)
    colors[..., 0] = 180 + 6 * np.random.default_rng(0).standard_normal((60, 60))
    colors[10:24, :, 0] = 25
    cheeks, low = np.zeros((2, 60, 60), bool)
    cheeks[10:50], low[24:] = True, True
    bare = without_dark_lenses(cheeks, colors, low)
    assert not bare[10:24].any()
    assert bare[24:50].all()
    colors[10:24, :, 0] = 130  # shade of a brim, or skin above a white mask
    np.testing.assert_array_equal(without_dark_lenses(cheeks, colors, low), cheeks)


def test_a_dark_coat_below_sunglasses_is_no_skin(bearded):
    face, image = bearded.face, bearded.image.copy()
    axes = round(0.42 * face.inter_ocular), round(0.33 * face.inter_ocular)
    for eye in (slice(36, 42), slice(42, 48)):
        x, y = np.round(face.landmarks[eye].mean(axis=0)).astype(int)
        cv2.ellipse(image, (int(x), int(y)), axes, 0, 0, 360, (0.07, 0.07, 0.07), -1)
    coat = segment_regions(bearded).region_map == CLOTHES
    assert coat.mean() > 0.08
    groups = segment_regions(replace(bearded, image=sepia(image))).groups
    assert (groups[coat] == 0).mean() < 0.05


def test_a_bald_head_hangs_together_with_its_face_and_lights_on_hair_do_not():
    face, skin = np.zeros((2, 60, 60), bool)
    face[30:, 10:50] = True
    skin[10:, 10:30] = True  # a bald half
    skin[12:20, 40:48] = True  # a light
    skin[20:31, 44] = True  # a hair's width of skin below it
    found = of_the_face(skin, face)
    assert found[10:, 10:30].all()
    assert not found[:25, 35:].any()
