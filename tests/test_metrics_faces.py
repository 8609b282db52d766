"""Landmark drift and skin tone of faces whose change is known."""

import numpy as np
import pytest

from facestyle.errors import LandmarksError, UsageError
from facestyle.faces import Portrait
from facestyle.metrics import landmark_drift, skin_lightness, skin_tone_rank, skin_tone_slope
from facestyle.metrics.inputs import lab

INPUTS = np.array([30.0, 45, 52, 61, 70, 78])


def test_a_face_moved_by_a_tenth_of_its_eyes_drifts_a_tenth(portrait: Portrait):
    points = portrait.face.landmarks
    eyes = np.linalg.norm(points[36] - points[45])
    assert landmark_drift(points, points) == 0
    assert landmark_drift(points + eyes * np.array([0.06, 0.08]), points) == pytest.approx(0.1)


def test_drift_is_the_same_at_any_size(portrait: Portrait):
    points = portrait.face.landmarks
    other = points + np.random.default_rng(0).normal(0, 3, points.shape)
    assert landmark_drift(3 * other, 3 * points) == pytest.approx(landmark_drift(other, points))


def test_drift_names_the_face_that_is_no_face(portrait: Portrait):
    with pytest.raises(LandmarksError, match=r"result.*\(5, 2\)"):
        landmark_drift(np.zeros((5, 2)), portrait.face.landmarks)
    with pytest.raises(LandmarksError, match="photograph"):
        landmark_drift(portrait.face.landmarks, np.zeros((5, 2)))


def test_skin_lightness_is_that_of_the_skin(portrait: Portrait):
    points = portrait.face.landmarks
    skin = skin_lightness(portrait.image, points)
    assert 55 < skin < 90
    flat = np.full_like(portrait.image, 0.3)
    assert skin_lightness(flat, points) == pytest.approx(float(lab(flat)[0, 0, 0]))
    darker = (portrait.image * 0.5).astype(np.float32)
    assert skin_lightness(darker, points) < skin - 15


def test_neither_eyes_nor_lips_nor_surroundings_are_skin(portrait: Portrait):
    points = portrait.face.landmarks
    painted = portrait.image.copy()
    y, x = np.mgrid[: painted.shape[0], : painted.shape[1]]
    (left, top), (right, bottom) = points[:27].min(axis=0), points[:27].max(axis=0)
    painted[(x < left) | (x > right) | (y < top) | (y > bottom)] = 0
    for group in (slice(36, 42), slice(42, 48), slice(48, 60)):
        (x0, y0), (x1, y1) = points[group].min(axis=0), points[group].max(axis=0)
        painted[int(y0) : int(y1), int(x0) : int(x1)] = 0
    assert skin_lightness(painted, points) == pytest.approx(
        skin_lightness(portrait.image, points), abs=1.5
    )


def test_a_face_outside_the_picture_is_refused(portrait: Portrait):
    with pytest.raises(LandmarksError, match="inside the picture"):
        skin_lightness(portrait.image, portrait.face.landmarks + 1000)


def test_slope_and_rank_of_known_lines():
    outputs = 60 + 0.25 * INPUTS
    assert skin_tone_slope(INPUTS, outputs) == pytest.approx(0.25)
    assert skin_tone_rank(INPUTS, outputs) == pytest.approx(1)
    assert skin_tone_slope(INPUTS, -INPUTS) == pytest.approx(-1)
    assert skin_tone_rank(INPUTS, -INPUTS) == pytest.approx(-1)


def test_one_skin_for_everyone_has_neither_slope_nor_order():
    same = np.full(len(INPUTS), 70.0)
    assert skin_tone_slope(INPUTS, same) == 0
    assert skin_tone_rank(INPUTS, same) == 0


def test_they_are_gamed_by_an_offset_and_by_tiny_differences():
    assert skin_tone_slope(INPUTS, INPUTS + 20) == pytest.approx(1)
    assert skin_tone_rank(INPUTS, 70 + 0.001 * INPUTS) == pytest.approx(1)


def test_rank_of_a_published_example():
    # Kendall and Gibbons, Rank Correlation Methods, 5th edition, section 1.1 and 1.14: ten boys
    # ranked in mathematics and in music.
    mathematics = [7, 4, 3, 10, 6, 2, 9, 8, 1, 5]
    music = [5, 7, 3, 10, 1, 9, 6, 2, 8, 4]
    squares = sum((a - b) ** 2 for a, b in zip(mathematics, music, strict=True))
    assert skin_tone_rank(mathematics, music) == pytest.approx(1 - 6 * squares / (10 * 99))


@pytest.mark.parametrize("metric", [skin_tone_slope, skin_tone_rank])
def test_sitters_that_tell_nothing_are_refused(metric):
    with pytest.raises(UsageError, match="3 sitters at least; found 2"):
        metric([1, 2], [1, 2])
    with pytest.raises(UsageError, match="same sitters"):
        metric([1, 2, 3], [1, 2])
    with pytest.raises(UsageError, match="one skin"):
        metric([5, 5, 5], [1, 2, 3])
    with pytest.raises(UsageError, match="NaN"):
        metric([1, 2, np.nan], [1, 2, 3])
