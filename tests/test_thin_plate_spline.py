"""Thin-plate splines: what they interpolate, reproduce and smooth."""

import numpy as np
import pytest

from facestyle.alignment.thin_plate_spline import dense_map, fit_thin_plate_spline
from facestyle.errors import LandmarksError


@pytest.fixture
def points():
    return np.random.default_rng(3).random((30, 2)) * (200, 150)


@pytest.fixture
def moved(points):
    bend = np.stack([np.sin(points[:, 1] / 40), np.cos(points[:, 0] / 50)], axis=1)
    return points + 6 * bend


def test_interpolates(points, moved):
    spline = fit_thin_plate_spline(points, moved)
    np.testing.assert_allclose(spline(points), moved, atol=1e-6)
    assert spline(points.reshape(5, 6, 2)).shape == (5, 6, 2)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_an_affine_map_is_reproduced_everywhere(points, smoothing):
    matrix, shift = np.array([[1.2, 0.3], [-0.1, 0.8]]), np.array([40.0, -7.0])
    spline = fit_thin_plate_spline(points, points @ matrix.T + shift, smoothing)
    far = np.array([[-300.0, 500.0], [1000.0, 0.0], [12.3, 45.6]])
    np.testing.assert_allclose(spline(far), far @ matrix.T + shift, atol=1e-6)


def test_smoothing_trades_the_points_for_a_smaller_bend(points, moved):
    rng = np.random.default_rng(4)
    noisy = moved + rng.normal(0, 2, moved.shape)
    errors = [
        np.abs(fit_thin_plate_spline(points, noisy, smoothing)(points) - noisy).mean()
        for smoothing in (0.0, 1e-2, 1e-1, 10.0)
    ]
    assert errors == sorted(errors)
    matrix = np.linalg.lstsq(np.hstack([points, np.ones((30, 1))]), noisy, rcond=None)[0]
    stiff = fit_thin_plate_spline(points, noisy, 1e6)(points)
    np.testing.assert_allclose(stiff, np.hstack([points, np.ones((30, 1))]) @ matrix, atol=1e-2)


def test_smoothing_of_single_points(points, moved):
    wrong = moved.copy()
    wrong[7] += 30
    free = np.zeros(30)
    free[7] = 100.0
    spline = fit_thin_plate_spline(points, wrong, free)
    others = np.arange(30) != 7
    np.testing.assert_allclose(spline(points)[others], moved[others], atol=1e-6)
    assert np.abs(spline(points[7]) - moved[7]).max() < 10


def test_a_dense_map_equals_the_evaluation_at_each_pixel(points, moved):
    spline = fit_thin_plate_spline(points, moved, 1e-2)
    columns, rows = np.meshgrid(np.arange(203), np.arange(151))
    exact = spline(np.stack([columns, rows], axis=-1))
    mapping = dense_map(spline, 151, 203, step=4)
    assert mapping.shape == (151, 203, 2)
    assert mapping.dtype == np.float32
    assert np.abs(mapping - exact).max() < 0.1
    np.testing.assert_allclose(dense_map(spline, 151, 203, step=1), exact, atol=1e-3)


@pytest.mark.parametrize("step", [3, 8, 500])
def test_a_dense_map_of_the_identity_is_exact_up_to_the_border(points, step):
    mapping = dense_map(fit_thin_plate_spline(points, points), 100, 120, step=step)
    columns, rows = np.meshgrid(np.arange(120), np.arange(100))
    np.testing.assert_allclose(mapping, np.stack([columns, rows], axis=-1), atol=1e-2)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (np.zeros((2, 2)), np.zeros((2, 2))),
        (np.eye(4)[:, :2], np.zeros((3, 2))),
        (np.stack([np.arange(5) * 1.1, np.arange(5) * 0.7], axis=1), np.zeros((5, 2))),
    ],
    ids=["too few", "unequal", "on one line"],
)
def test_points_that_cannot_be_used(source, target):
    with pytest.raises(LandmarksError, match="thin-plate spline"):
        fit_thin_plate_spline(source, target)
