"""Red lips of posters: too small a place to be one of their few colors, and yet painted."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from moving_faces import moving_clip

from facestyle import ExemplarSet, Stylizer
from facestyle.faces.regions import BACKGROUND, LIP, SKIN
from facestyle.imaging.color import from_lab, luminance, to_lab
from facestyle.imaging.levels import to_float
from facestyle.methods.patch_unpaired.lip_color import (
    common_lip_color,
    lip_color,
    with_lip_color,
)

POSTER = np.array([[0.2, 0.02, -0.1], [0.6, 0.2, 0.15], [0.9, 0.0, 0.1]])  # Lab of 1
RED = np.array([0.48, 0.55, 0.3])


def mouth(landmarks, shape):
    """Where the lips are, without what is between them, (h, w) bool."""
    mask = np.zeros(shape, np.uint8)
    for points, value in ((landmarks[48:60], 1), (landmarks[60:68], 0)):
        cv2.fillPoly(mask, [np.round(points).astype(np.int32)], value)
    return mask > 0


def poster(portrait):
    """A portrait cut out of three papers, with red lips."""
    light = cv2.GaussianBlur(luminance(portrait.image), (0, 0), 2)
    lab = POSTER.astype(np.float32)[np.digitize(light, [0.25, 0.6])]
    lab[mouth(portrait.face.landmarks, light.shape)] = RED
    return replace(portrait, image=np.clip(from_lab(lab), 0, 1))


def is_red(image):
    return np.linalg.norm(to_lab(image) - RED, axis=-1) < 0.1


@pytest.fixture(scope="module")
def stylizer(sitters):
    return Stylizer(ExemplarSet([poster(sitter) for sitter in sitters[:3]]), method="patch")


def test_lips_are_red_and_nothing_else(stylizer, portrait, astronaut):
    lips = mouth(portrait.face.landmarks, astronaut.shape[:2])
    near = cv2.dilate(lips.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    for image in (stylizer(astronaut).image, *(r.image for r in stylizer.video([astronaut] * 2))):
        red = is_red(to_float(image))
        assert red[lips].mean() > 0.4
        assert red[~near].mean() < 1e-3
        assert (to_lab(to_float(image))[lips][:, 0] > 0.8).mean() > 0.1  # teeth


def test_lips_move_with_the_person(stylizer, astronaut, portrait):
    frames, matrices = moving_clip(astronaut, 3, noise=0.004)
    for result, matrix in zip(stylizer.video(frames), matrices, strict=True):
        points = cv2.transform(portrait.face.landmarks[None], matrix[:2])[0]
        lips = mouth(points, astronaut.shape[:2])
        assert is_red(to_float(result.image))[lips].mean() > 0.4


def lips_on_skin(color, share=1.0):
    """A face with lips of a color, as far as they are not of skin: Lab of 1, and its regions."""
    lab = np.full((80, 80, 3), POSTER[1], np.float32)
    region_map = np.full((80, 80), SKIN, np.uint8)
    region_map[:10] = BACKGROUND
    region_map[50:60, 20:60] = LIP
    lab[50:60, 20 : 20 + round(40 * share)] = color
    return lab, region_map


def test_a_color_of_the_lips_alone_is_found():
    np.testing.assert_allclose(lip_color(*lips_on_skin(RED), POSTER)[0], RED, atol=0.02)
    assert len(lip_color(*lips_on_skin(RED, 0.5), POSTER)) == 1
    assert len(lip_color(*lips_on_skin(RED, 0.1), POSTER)) == 0  # a spot
    assert len(lip_color(*lips_on_skin(POSTER[0]), POSTER)) == 0  # one of the colors
    assert len(lip_color(*lips_on_skin(RED), np.empty((0, 3)))) == 0  # many colors
    lab, region_map = lips_on_skin(RED)
    lab[20:30, 10:40] = RED  # cheeks, too
    assert len(lip_color(lab, region_map, POSTER)) == 0


def test_a_set_shares_the_color_of_its_lips_or_has_none():
    own, none = RED[None], np.empty((0, 3))
    assert len(common_lip_color([none, none])) == 0
    assert len(common_lip_color([own, none, none])) == 0
    np.testing.assert_allclose(common_lip_color([own, none, own])[0], RED)
    np.testing.assert_allclose(common_lip_color([own, own + 0.02, own - 0.02])[0], RED)
    assert len(common_lip_color([own, own + 0.3, own - 0.3])) == 0


def test_the_line_between_lips_stays_and_lips_in_shade_are_painted():
    lab, region_map = lips_on_skin(POSTER[1])
    four = np.vstack([POSTER, [0.3, 0.05, 0.0]])
    lab[55] = four[3]  # a line, not in the darkest color
    lab[57:60, 40:60] = four[0]
    painted = with_lip_color(lab, region_map, four, RED[None], 60)
    np.testing.assert_allclose(painted[52, 25:55], np.tile(RED, (30, 1)), atol=0.02)
    assert painted[55, 25:35, 1].max() < 0.3
    np.testing.assert_allclose(painted[58, 45:55], lab[58, 45:55], atol=0.02)
    np.testing.assert_allclose(painted[:45], lab[:45])
    shade = lab.copy()
    shade[50:60, 20:60] = four[3]
    painted = with_lip_color(shade, region_map, four, RED[None], 60)
    np.testing.assert_allclose(painted[53:57, 25:55].mean((0, 1)), RED, atol=0.02)
    assert with_lip_color(lab, region_map, four, np.empty((0, 3)), 60) is lab
