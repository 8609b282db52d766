"""Regions of a portrait: hair, skin and clothes where they are, whatever the size."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy.stats import multivariate_normal
from synthetic_faces import photograph

from facestyle.faces import Portrait
from facestyle.faces.color_mixture import fit_color_mixture, monomials
from facestyle.faces.contours import corresponding_points, face_width, feature_contours
from facestyle.faces.face_coordinates import face_coordinates, polygon_mask, signed_distance
from facestyle.faces.missed_crown import missed_crown
from facestyle.faces.one_tint import colors_tell
from facestyle.faces.person_cut import cut_person, without_far_bars
from facestyle.faces.regions import (
    BACKGROUND,
    BROW,
    CLOTHES,
    EYE,
    HAIR,
    LIP,
    NOSE,
    SKIN,
    segment_regions,
)
from facestyle.faces.skin_likeness import looks_like_skin, skin_as_a_whole

SKIN_COLOR = (0.85, 0.65, 0.55)
HAIR_COLOR = (0.12, 0.09, 0.08)


def at(labels, point):
    x, y = np.round(point).astype(int)
    return labels[y, x]


@pytest.fixture(scope="module")
def sitter():
    """A made-up person, with a neck."""
    person = photograph((300, 240), seed=3)
    x, y = np.round(person.face.landmarks[8]).astype(int)
    image, matte = person.image.copy(), person.matte.copy()
    for picture, value in ((image, SKIN_COLOR), (matte, 1.0)):
        picture[y - 12 : y + 24, x - 30 : x + 30] = value
    return Portrait(image, person.face, matte)


@pytest.fixture(scope="module")
def regions(sitter):
    return segment_regions(sitter)


def test_every_region_is_where_it_belongs(sitter, regions):
    points = sitter.face.landmarks
    unit = sitter.face.inter_ocular
    assert at(regions.region_map, points[36:42].mean(axis=0)) == EYE
    assert at(regions.region_map, points[19]) in (BROW, HAIR)
    assert at(regions.region_map, points[30]) == NOSE
    assert at(regions.region_map, points[62]) == LIP
    assert at(regions.region_map, points[36:48].mean(axis=0) + np.array([0.45, 0.5]) * unit) == SKIN
    assert at(regions.region_map, points[36:48].mean(axis=0) - [0, 1.6 * unit]) == HAIR
    assert at(regions.region_map, [120, 296]) == CLOTHES
    assert at(regions.region_map, [5, 5]) == BACKGROUND


def test_weights_are_probabilities(regions):
    assert regions.weights.shape == (4, 300, 240)
    np.testing.assert_allclose(regions.weights.sum(axis=0), 1, atol=1e-5)


def test_a_larger_copy_has_the_same_regions(sitter, regions):
    large = Portrait(
        cv2.resize(sitter.image, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR),
        sitter.face.scaled(2),
        cv2.resize(sitter.matte, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR),
    )
    labels = segment_regions(large).region_map[::2, ::2]
    assert (labels == regions.region_map).mean() > 0.95


def test_a_coat_of_the_hairs_color_is_no_hair(sitter):
    image = sitter.image.copy()
    coat = (sitter.matte > 0.5) & (np.arange(300)[:, None] > sitter.face.landmarks[8, 1] + 6)
    image[coat] = (0.12, 0.09, 0.08)
    labels = segment_regions(Portrait(image, sitter.face, sitter.matte)).region_map
    assert (labels[290:][coat[290:]] == CLOTHES).mean() > 0.9


def dark(image):
    """Pixels of the made-up person's hair, (H, W) bool."""
    return np.abs(image - np.float32(HAIR_COLOR)).max(axis=2) < 0.08


def test_a_bald_head_has_no_hair(sitter):
    image = sitter.image.copy()
    head = dark(image) & (np.arange(300)[:, None] < sitter.face.landmarks[30, 1])
    grain = np.random.default_rng(0).normal(0, 0.01, (*head.shape, 3))
    image[head] = (SKIN_COLOR + grain)[head]
    labels = segment_regions(Portrait(image, sitter.face, sitter.matte)).region_map
    assert (labels[head] == HAIR).mean() < 0.1
    assert (labels[head] == SKIN).mean() > 0.8


def test_a_fringe_is_hair(sitter):
    face, image = sitter.face, sitter.image.copy()
    fringe = polygon_mask((300, 240), face.outline) > 0
    fringe &= np.arange(300)[:, None] < face.landmarks[17:27, 1].min() - 4
    image[fringe] = HAIR_COLOR
    labels = segment_regions(Portrait(image, face, sitter.matte)).region_map
    assert (labels[fringe] == HAIR).mean() > 0.9


def test_hair_that_the_matte_misses_beside_the_neck_is_hair(sitter):
    image, (x, y) = sitter.image.copy(), np.round(sitter.face.landmarks[8]).astype(int)
    strand = np.zeros((300, 240), bool)
    strand[y - 110 : y + 30, x - 80 : x - 45] = True
    strand &= sitter.matte < 0.5
    image[strand] = HAIR_COLOR
    labels = segment_regions(Portrait(image, sitter.face, sitter.matte)).region_map
    away = cv2.distanceTransform((sitter.matte < 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    unit = face_width(sitter.face)
    assert (labels[strand & (away < 0.03 * unit)] == HAIR).mean() > 0.8
    # what the matte leaves out by far is a dark window
    window = strand & (away > 0.1 * unit)
    assert window.sum() > 100
    assert not (labels[window] == HAIR).any()


def with_arm(sitter, color):
    """The sitter with an arm that is raised beside the head."""
    image, matte = sitter.image.copy(), sitter.matte.copy()
    arm = np.zeros(matte.shape, bool)
    arm[60:230, 20:60] = True
    image[arm], matte[arm] = color, 1
    return replace(sitter, image=image, matte=matte), arm & (sitter.matte < 0.5)


def test_an_arm_beside_the_head_is_skin(sitter):
    raised, arm = with_arm(sitter, SKIN_COLOR)
    assert (segment_regions(raised).region_map[arm] == SKIN).mean() > 0.9


def test_a_sleeve_is_no_skin_in_a_gray_picture(sitter):
    raised, sleeve = with_arm(sitter, np.full(3, np.mean(SKIN_COLOR)))
    gray = np.repeat(raised.image.mean(axis=2, keepdims=True), 3, axis=2)
    labels = segment_regions(replace(raised, image=gray)).region_map
    assert not (labels[sleeve] == SKIN).any()


def test_a_collar_like_the_wall_behind_leaves_the_coat_to_its_wearer(sitter):
    low = np.arange(300)[:, None] - round(sitter.face.landmarks[8, 1])
    collar = (low >= 24) & (low < 34) & (sitter.matte > 0.5)
    image = sitter.image + np.random.default_rng(0).normal(0, 0.004, sitter.image.shape)
    image[collar | (sitter.matte < 0.5)] = 0.96
    labels = segment_regions(replace(sitter, image=image.astype(np.float32))).region_map
    coat = (low >= 34) & (sitter.matte > 0.9)
    assert coat.sum() > 1000
    assert (labels[coat] == CLOTHES).mean() > 0.95
    assert (labels[collar] == CLOTHES).mean() > 0.7


def test_a_bystander_s_coat_is_background(sitter):
    clothes = segment_regions(sitter).region_map == CLOTHES
    nobody = np.where(clothes, 0, sitter.matte).astype(np.float32)
    labels = segment_regions(replace(sitter, matte=nobody)).region_map
    assert clothes.sum() > 1000
    assert not (labels[clothes] == CLOTHES).any()
    coat = np.zeros_like(clothes)
    coat[230:290, 20:60] = True  # beside the shoulder, of the same cloth
    coat &= ~clothes & (sitter.matte < 0.05)
    image = sitter.image.copy()
    image[coat] = np.median(image[clothes], axis=0)
    assert coat.sum() > 1000
    both = segment_regions(replace(sitter, image=image)).region_map
    assert not (both[coat] == CLOTHES).any()
    joined = np.maximum(sitter.matte, coat).astype(np.float32)  # worn by the sitter
    own = segment_regions(replace(sitter, image=image, matte=joined)).region_map
    assert (own[coat] == CLOTHES).mean() > 0.9


def test_a_bar_far_from_the_person_is_left_out():
    person, probability = np.zeros((100, 200), bool), np.zeros((100, 200), np.float32)
    person[20:80, 20:80], probability[20:80, 20:80] = True, 1
    person[48:51, 80:190] = True  # an edge of the background, dark as the hair
    person[55:80, 80:110] = True  # a shoulder that the network misses
    kept = without_far_bars(person, probability, 100.0)
    assert kept[20:80, 20:80].all()
    assert kept[57:78, 80:108].mean() > 0.95
    assert kept[48:51, 80:88].all()  # a loose strand
    assert not kept[48:51, 93:].any()


def test_colors_correct_the_network(sitter):
    inside = polygon_mask((300, 240), sitter.face.outline).astype(np.float32)
    wrong = cv2.GaussianBlur(sitter.matte, (0, 0), 2)
    x, y = np.round(sitter.face.outline[0]).astype(int)
    wrong[y - 30 : y, x - 60 : x] *= 0.3  # a bite out of the hair
    wrong[y : y + 60, 200:230] = 0.6  # a wedge of background
    person = cut_person(sitter.image, sitter.face, wrong, inside)
    assert np.abs(person - sitter.matte).mean() < 0.3 * np.abs(wrong - sitter.matte).mean()


def test_hair_above_a_face_is_found_by_its_color(sitter):
    inside = polygon_mask((300, 240), sitter.face.outline).astype(np.float32)
    above = np.arange(300)[:, None] < sitter.face.landmarks[27, 1]
    hair = above & (sitter.matte > 0.9) & (inside < 0.1)
    image = sitter.image.copy()
    image[hair] = (0.1, 0.15, 0.5)
    image += np.random.default_rng(0).normal(0, 0.01, image.shape).astype(np.float32)
    person = cut_person(image, sitter.face, sitter.matte * ~hair, inside) > 0.5
    assert person[hair].mean() > 0.9
    assert person[sitter.matte < 0.1].mean() < 0.02


def test_a_crown_in_the_colors_of_the_background_is_not_looked_for(sitter):
    place = face_coordinates(sitter, feature_contours(sitter.face))
    behind, seen = sitter.matte < 0.1, (sitter.matte > 0.5) & (place.down > place.top)
    gray = np.zeros((*behind.shape, 3), np.float32)
    gray[sitter.matte > 0.5, 0] = 200  # another tone, as of hatching, is no other color
    assert missed_crown(seen, behind, gray, place) is None
    blue = gray.copy()
    blue[place.down < place.top, 2] = -30
    blue[behind] = gray[behind]
    assert missed_crown(sitter.matte > 0.5, behind, blue, place) is None
    crown, hair = missed_crown(seen, behind, blue, place)
    assert hair[crown].all()
    assert not seen[crown].any()


def test_mixture_is_the_density_of_its_gaussian():
    colors = np.random.default_rng(0).normal([120, 10, 20], [20, 5, 8], (900, 3))
    mixture = fit_color_mixture(colors.astype(np.float32), 1)
    truth = multivariate_normal(colors.mean(axis=0), np.cov(colors.T) + 16 * np.eye(3))
    ours = mixture.log_likelihood(monomials(colors[:50].astype(np.float32)))
    constant = 1.5 * np.log(2 * np.pi)
    np.testing.assert_allclose(ours - constant, truth.logpdf(colors[:50]), atol=2e-2)


def test_signed_distance_changes_sign_at_the_edge():
    distance = signed_distance(
        polygon_mask((40, 40), np.array([[10, 10], [30, 10], [30, 30], [10, 30]]))
    )
    assert distance[20, 20] > 9
    assert distance[20, 10] > 0 > distance[20, 9]
    assert distance[20, 0] < -9


def test_faces_without_a_mesh_still_have_contours(sitter):
    contours = feature_contours(sitter.face)
    assert contours.lips.shape == (12, 2)
    assert contours.right_brow[:, 1].max() > contours.right_brow[0, 1]
    ours, theirs = corresponding_points(sitter.face, sitter.face.scaled(2))
    assert len(ours) == len(theirs) == 68 + 36
    assert face_width(sitter.face.scaled(2)) == pytest.approx(2 * face_width(sitter.face))


def test_skin_in_another_light_is_reached_where_no_edge_lies_between():
    rows = np.arange(120)[:, None] + np.zeros(80)
    # from below: cheeks, a forehead in yellower light, and behind an edge hair of that very color
    light = np.clip((80 - rows) / 30, 0, 1)
    colors = np.dstack([180 + 20 * light, 18 - 9 * light, 16 + 10 * light]).astype(np.float32)
    colors[29:31] = (60, 5, 5)
    known = rows >= 100
    colors += np.random.default_rng(0).normal(0, 0.5, colors.shape).astype(np.float32)
    near, reached = looks_like_skin(colors, np.zeros(known.shape, np.float32), known)
    assert near[85:].all()
    assert not near[35:50].any()
    assert reached[32:].all()
    assert not reached[:29].any()


@pytest.mark.parametrize("tint", [(-0.1, 0.0, 0.1), (-0.12, -0.06, 0.0)])
def test_a_high_forehead_in_another_light_is_skin(tint):
    sitter = photograph((300, 250), seed=2, inter_ocular=60.0)
    place = face_coordinates(sitter, feature_contours(sitter.face))
    skin = np.median(sitter.image[segment_regions(sitter).region_map == SKIN], axis=0)
    above = np.clip((place.brow - place.down) / 0.15, 0, 1)[..., None]
    noise = np.random.default_rng(0).normal(0, 0.003, sitter.image.shape)
    high = (place.down < place.brow) & (np.abs(place.across) < 0.4) & (place.inside > -0.25)
    lit = np.where(high[..., None], skin + above * np.array(tint) + noise, sitter.image)
    found = segment_regions(replace(sitter, image=lit.clip(0, 1).astype(np.float32))).region_map
    forehead = high & (place.inside < -0.02)
    assert forehead.sum() > 2000
    assert (found[forehead] == SKIN).mean() > 0.9


def test_colors_tell_nothing_in_pictures_of_one_tint():
    light = np.linspace(20, 240, 3600).reshape(60, 60)
    noise = np.random.default_rng(0).normal(0, 0.3, (60, 60, 2))
    gray = np.dstack([light, noise])
    sepia = np.dstack([light, noise + np.dstack([0.02 * light, 20 - 0.04 * light])])
    several = sepia.copy()
    several[:30, :, 1:] = (15, 5)
    assert colors_tell(gray.astype(np.float32)) == 0
    assert colors_tell(sepia.astype(np.float32)) == 0
    assert colors_tell(several.astype(np.float32)) == 1


def test_parts_are_skin_by_their_mean_color():
    known = np.zeros((100, 200), bool)
    known[10:50, 20:60] = True
    arm, coat = (np.roll(known, shift, axis=1) for shift in (60, 120))
    colors = np.full((100, 200, 3), (40, 0, 0), np.float32)
    colors[known], colors[arm], colors[coat] = (170, 14, 12), (185, 11, 13), (160, 5, 18)
    colors += np.random.default_rng(0).normal(0, 2, colors.shape).astype(np.float32)
    like, _ = looks_like_skin(colors, np.zeros(known.shape, np.float32), known)
    assert like[coat].mean() > 0.5  # pixel by pixel it may be skin
    whole = skin_as_a_whole(like & ~known, colors, known, 100.0)
    assert whole[arm].mean() > 0.6  # all but its rim
    assert not whole[coat].any()
