"""Warping error of motions that are known."""

import numpy as np
import pytest

from facestyle.errors import UsageError
from facestyle.metrics.temporal import warping_error


@pytest.fixture
def scene() -> np.ndarray:
    return np.random.default_rng(0).uniform(size=(40, 50, 3)).astype(np.float32)


def shift(dx: float, dy: float) -> np.ndarray:
    return np.broadcast_to(np.array([dx, dy], np.float32), (30, 40, 2))


def test_a_moving_scene_does_not_flicker(scene):
    frame, following = scene[4:34, 6:46], scene[1:31, 4:44]  # contents move by (2, 3)
    assert warping_error(frame, following, shift(2, 3)) == pytest.approx(0, abs=1e-12)
    assert warping_error(frame, following, shift(-2, -3)) > 0.1


def test_a_flash_is_its_square(scene):
    frame = scene[:30, :40]
    assert warping_error(frame, frame + 0.1, shift(0, 0)) == pytest.approx(0.01, rel=1e-4)


def test_half_a_pixel_is_interpolated():
    ramp = np.broadcast_to(np.arange(40, dtype=np.float32) / 40, (30, 40))
    assert warping_error(ramp + 0.5 / 40, ramp, shift(0.5, 0)) == pytest.approx(0, abs=1e-10)


def test_hidden_pixels_do_not_count(scene):
    frame, mask = scene[:30, :40], np.ones((30, 40))
    following = frame.copy()
    following[:10], mask[:10] = 0, 0
    assert warping_error(frame, following, shift(0, 0), mask) == 0


def test_everything_left_the_picture(scene):
    frame = scene[:30, :40]
    assert np.isnan(warping_error(frame, frame, shift(100, 0)))  # not the best there is


def test_unusable_arguments_are_named(scene):
    frame = scene[:30, :40]
    with pytest.raises(UsageError, match=r"flow.*\(30, 40, 2\)"):
        warping_error(frame, frame, shift(0, 0)[1:])
    with pytest.raises(UsageError, match="mask"):
        warping_error(frame, frame, shift(0, 0), np.ones((3, 3)))
