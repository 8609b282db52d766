"""Paired drawings keep how light or dark a sitter's skin is, whatever the camera."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from synthetic_faces import drawing_of, photograph

from facestyle.methods.patch_paired import draft, prepare_exemplar, render_draft
from facestyle.methods.patch_paired.own_skin import lost_tones, skin_change
from facestyle.methods.patch_paired.tone_matching import PhotoStatistics

FACE = np.zeros((24, 20, 4), np.uint8)
FACE[..., 3] = 255
FACE[4:20, 4:16] = (255, 0, 0, 0)


def statistics(white):
    return PhotoStatistics(np.zeros((12, 3)), None, white)


@pytest.fixture(scope="module")
def exemplars():
    return [prepare_exemplar(drawing_of(photograph(seed=seed))) for seed in range(1, 5)]


def in_white_collar(portrait):
    image = portrait.image.copy()
    image[-25:, 80:120] = 0.75
    return replace(portrait, image=image)


def cheek(image, portrait):
    """Mean of one cheek."""
    x, y = portrait.face.landmarks[[2, 31]].mean(axis=0).round().astype(int)
    return float(image[y - 6 : y + 7, x - 6 : x + 7].mean())


def drawn(portrait, exemplars):
    return render_draft(draft(portrait, exemplars), portrait.matte, exemplars)


def test_dark_skin_is_drawn_darker(exemplars):
    fair = in_white_collar(photograph(seed=0))
    dark = in_white_collar(photograph(seed=0, skin=(0.5, 0.36, 0.28)))
    change = cheek(drawn(dark, exemplars), dark) - cheek(drawn(fair, exemplars), fair)
    photos = cheek(dark.image, dark) - cheek(fair.image, fair)
    assert 1.1 * photos < change < 0.5 * photos


def test_a_dark_exposure_is_no_dark_skin(exemplars):
    fair = photograph(seed=0)
    dim = replace(fair, image=fair.image * np.float32(0.7))
    change = cheek(drawn(dim, exemplars), dim) - cheek(drawn(fair, exemplars), fair)
    photos = cheek(dim.image, dim) - cheek(fair.image, fair)
    assert photos < -0.15
    assert abs(change) < 0.25 * abs(photos)


@pytest.mark.parametrize(
    ("lost", "white", "expected"),
    [
        (-0.3, 0.9, -0.3),  # whites as usual: all is the skin's
        (-0.3, 0.69, -0.1),
        (-0.3, 0.3, 0.0),
        (0.2, 0.3, 0.2),  # lighter than usual though the picture is dark
        (0.2, 1.0, 0.2),
    ],
)
def test_as_much_as_whites_are_darker_is_the_cameras(lost, white, expected):
    photo = np.full((48, 40), 0.4, np.float32)
    others = [statistics(0.9 + offset) for offset in (-0.01, 0.01)]
    found = lost_tones(photo, photo - np.float32(lost), statistics(white), others)
    np.testing.assert_allclose(found, expected, atol=0.001)


def test_skin_alone_is_changed():
    base = np.full((48, 40, 1), 0.7, np.float32)
    change = skin_change(base, np.full((48, 40), -0.5, np.float32), FACE)[..., 0]
    assert change[24, 20] == pytest.approx(-0.4, abs=0.02)
    assert np.abs(change[:6]).max() < 0.02


def test_cheeks_are_lightened_half_the_way_to_white_at_most():
    base = np.full((48, 40, 1), 0.9, np.float32)
    change = skin_change(base, np.full((48, 40), 0.5, np.float32), FACE)[..., 0]
    assert change.max() == pytest.approx(0.05, abs=0.005)
    white = skin_change(base + 0.2, np.full((48, 40), 0.5, np.float32), FACE)
    assert np.abs(white).max() < 1e-4


def test_single_places_do_not_show():
    lost = np.zeros((48, 40), np.float32)
    lost[24, 20] = -1.0
    change = skin_change(np.full((48, 40, 1), 0.7, np.float32), lost, FACE)[..., 0]
    assert np.abs(change - cv2.GaussianBlur(change, (0, 0), 2)).max() < 0.01
