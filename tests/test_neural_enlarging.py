"""Results that were redrawn small, at the size of the picture."""

import cv2
import numpy as np
import pytest

from facestyle.methods.neural.enlarging import enlarged_like


def steepest(image):
    return np.abs(np.diff(image.mean(axis=2), axis=1)).max()


@pytest.fixture
def edge():
    """A picture of one edge, (96, 96, 3)."""
    picture = np.full((96, 96, 3), 0.2, np.float32)
    picture[:, 50:] = 0.8
    return picture


def test_a_result_of_the_same_size_is_left_alone(astronaut):
    result = astronaut[::-1]
    assert enlarged_like(result, astronaut) is result


def test_edges_are_those_of_the_picture(edge):
    inverted = 1 - cv2.resize(edge, (24, 24), interpolation=cv2.INTER_AREA)
    enlarged = enlarged_like(inverted, edge)
    assert enlarged.shape == edge.shape
    assert enlarged.dtype == np.float32
    plain = cv2.resize(inverted, (96, 96), interpolation=cv2.INTER_CUBIC)
    assert steepest(plain) < 0.5 * steepest(edge)
    assert steepest(enlarged) > 0.8 * steepest(edge)
    row = enlarged[48].mean(axis=1)
    assert int(np.abs(np.diff(row)).argmax()) == 49
    np.testing.assert_allclose(enlarged[:, :40], 0.8, atol=0.02)
    np.testing.assert_allclose(enlarged[:, 60:], 0.2, atol=0.02)


def test_a_change_of_tones_comes_out_as_at_full_size(astronaut):
    gray = np.repeat(cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    curve = np.float32([0.5, 0.4, 0.3]), np.float32([0.2, 0.3, 0.1])
    small = cv2.resize(gray, (85, 85), interpolation=cv2.INTER_AREA)
    enlarged = enlarged_like(small * curve[0] + curve[1], gray)
    expected = gray * curve[0] + curve[1]
    plain = cv2.resize(small * curve[0] + curve[1], (340, 340), interpolation=cv2.INTER_CUBIC)
    error = np.abs(enlarged - expected).mean()
    assert error < 0.002
    assert error < 0.2 * np.abs(plain - expected).mean()


@pytest.mark.parametrize("size", [(113, 113), (170, 85), (60, 200)])
def test_mean_color_is_kept(astronaut, size):
    rows, columns = size
    colors = np.random.default_rng(0).random((rows, columns, 3)).astype(np.float32)
    result = cv2.GaussianBlur(colors, (0, 0), 2)
    enlarged = enlarged_like(result, astronaut)
    assert enlarged.shape == astronaut.shape
    np.testing.assert_allclose(enlarged.mean(axis=(0, 1)), result.mean(axis=(0, 1)), atol=0.005)
    again = cv2.resize(enlarged, (columns, rows), interpolation=cv2.INTER_AREA)
    assert np.abs(again - result).mean() < 0.02


def test_strokes_that_the_picture_does_not_have_are_kept():
    flat = np.full((96, 120, 3), 0.5, np.float32)
    strokes = np.full((24, 30, 3), 0.3, np.float32)
    strokes[:, 8:12] = strokes[:, 20:24] = 0.7
    enlarged = enlarged_like(strokes, flat)
    plain = cv2.resize(strokes, (120, 96), interpolation=cv2.INTER_CUBIC)
    np.testing.assert_allclose(enlarged, plain, atol=0.1)
    again = cv2.resize(enlarged, (30, 24), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(again, strokes, atol=0.04)
    assert steepest(enlarged) > 1.3 * steepest(plain)
    assert 0.27 < enlarged.min() < enlarged.max() < 0.73  # without halos


def test_values_stay_in_range(edge):
    extreme = np.zeros((24, 24, 3), np.float32)
    extreme[::2, ::2] = 1
    enlarged = enlarged_like(extreme, edge)
    assert enlarged.min() >= 0
    assert enlarged.max() <= 1


def test_a_larger_result_is_reduced(edge):
    large = np.repeat(np.repeat(edge, 2, axis=0), 2, axis=1)
    np.testing.assert_allclose(enlarged_like(large, edge), edge, atol=1e-6)
