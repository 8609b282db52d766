"""Drawings that explain a result."""

import numpy as np
import pytest

from facestyle.faces import Face
from facestyle.pipeline.drawings import (
    REGIONS,
    draw_gains,
    draw_labels,
    draw_landmarks,
    draw_matte,
    draw_quilt,
    draw_regions,
    draw_sheet,
    label_colors,
)


@pytest.fixture
def gray():
    return np.full((120, 160, 3), 0.5, np.float32)


def test_landmarks_are_drawn_where_they_are(gray):
    rng = np.random.default_rng(0)
    points = rng.uniform((60, 40), (100, 80), (68, 2))
    outline = np.array([(50, 30), (110, 30), (110, 90), (50, 90)] * 9, float)
    drawn = draw_landmarks(gray, Face(points, None, outline, "file"))
    changed = np.argwhere(np.abs(drawn - gray).max(axis=2) > 0.1)
    assert changed.min(axis=0) == pytest.approx((30, 50), abs=3)
    assert changed.max(axis=0) == pytest.approx((90, 110), abs=3)
    rows, columns = np.round(points).astype(int)[:, ::-1].T
    assert np.abs(drawn[rows, columns] - np.array([255, 40, 90]) / 255).max() < 0.01


def test_matte_leaves_the_person_and_tints_the_rest(gray):
    matte = np.zeros((120, 160), np.float32)
    matte[:, :80] = 1
    drawn = draw_matte(gray, matte)
    np.testing.assert_array_equal(drawn[:, :80], gray[:, :80])
    assert (drawn[:, 80:, 1] > drawn[:, 80:, 0] + 0.3).all()


def test_labels_color_the_person_only(gray):
    labels = np.array([[0, 1], [2, 2]])
    matte = np.ones((120, 160), np.float32)
    matte[:, 150:] = 0
    drawn = draw_labels(labels, gray, matte, ["a.png", "b.png", "c.png"])
    assert drawn.shape[0] > 120
    np.testing.assert_allclose(drawn[:120, 150:], 0.5, atol=1e-6)
    expected = 0.45 * 0.5 + 0.55 * label_colors(3)
    np.testing.assert_allclose(drawn[30, 40], expected[0], atol=1e-5)
    np.testing.assert_allclose(drawn[30, 120], expected[1], atol=1e-5)
    np.testing.assert_allclose(drawn[90, 40], expected[2], atol=1e-5)


def test_a_quilt_takes_from_each_exemplar_what_its_weight_says(gray):
    aligned = np.stack([gray * 0.4, gray * 1.6])
    weights = np.stack([np.full((12, 16), 0.25), np.full((12, 16), 0.75)]).astype(np.float32)
    np.testing.assert_allclose(draw_quilt(aligned, weights), 0.65, atol=1e-5)


def test_regions_are_tinted_in_their_colors(gray):
    region_map = np.repeat(np.arange(8, dtype=np.uint8), 20)[None].repeat(120, axis=0)
    drawn = draw_regions(region_map, gray)
    for number, (_, color) in enumerate(REGIONS):
        np.testing.assert_allclose(drawn[60, 20 * number + 10], 0.2 + 0.6 * color, atol=1e-5)


def test_label_colors_differ():
    colors = label_colors(12)
    distances = np.linalg.norm(colors[:, None] - colors[None], axis=-1)
    assert distances[~np.eye(12, dtype=bool)].min() > 0.1


def test_sheet_shows_every_picture():
    pictures = [np.full((50, 80, 3), level, np.float32) for level in (0.2, 0.4, 0.6, 0.8, 0.3)]
    sheet = draw_sheet(pictures, list("abcde"), side=160)
    assert sheet.shape[1] == 4 * 168 + 8
    for level in (0.2, 0.4, 0.6, 0.8, 0.3):
        area = (np.abs(sheet - level).max(axis=2) < 0.5 / 255 + 1e-6).sum()
        assert area >= 160 * 100


def test_gains_are_white_at_one_blue_below_and_red_above():
    low, one, high = draw_gains(np.array([[1 / 3, 1.0, 3.0]], np.float32))[0]
    np.testing.assert_allclose(one, 1, atol=1e-6)
    assert low[2] > low[0] + 0.5
    assert high[0] > high[2] + 0.5
