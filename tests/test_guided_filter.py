"""The guided filter against a plain NumPy twin, and its three properties."""

import numpy as np
import pytest
from scipy import ndimage

from facestyle.imaging.guided_filter import box_filter, guided_filter, resize_channels


def plain_guided_filter(guide, source, radius, epsilon):
    """He, Sun and Tang 2010, algorithm 1, in float64."""

    def mean(values):
        return ndimage.uniform_filter(values.astype(np.float64), 2 * radius + 1, mode="mirror")

    mean_guide, mean_source = mean(guide), mean(source)
    covariance = mean(guide * source) - mean_guide * mean_source
    variance = mean(guide * guide) - mean_guide**2
    slope = covariance / (variance + epsilon)
    offset = mean_source - slope * mean_guide
    return mean(slope) * guide + mean(offset)


@pytest.fixture
def guide(astronaut):
    return np.ascontiguousarray(astronaut[50:150, 90:200, 1])


@pytest.mark.parametrize(("radius", "epsilon"), [(2, 1e-2), (7, 1e-3)])
def test_equals_the_plain_filter(guide, astronaut, radius, epsilon):
    source = np.ascontiguousarray(astronaut[50:150, 90:200, 0])
    expected = plain_guided_filter(guide.astype(float), source.astype(float), radius, epsilon)
    np.testing.assert_allclose(guided_filter(guide, source, radius, epsilon), expected, atol=2e-4)


def test_channels_are_filtered_alike(guide, astronaut):
    rng = np.random.default_rng(0)
    source = rng.random((*guide.shape, 6), dtype=np.float32)
    together = guided_filter(guide, source, 3, 1e-2)
    for channel in range(6):
        alone = guided_filter(guide, np.ascontiguousarray(source[..., channel]), 3, 1e-2)
        np.testing.assert_allclose(together[..., channel], alone, atol=1e-5)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("subsample", [1, 3])
def test_a_constant_stays(guide, weighted, subsample):
    weight = guide if weighted else None
    constant = np.full_like(guide, 0.7)
    filtered = guided_filter(guide, constant, 5, 1e-3, weight=weight, subsample=subsample)
    np.testing.assert_allclose(filtered, 0.7, atol=2e-4)


def test_edges_of_the_guide_are_kept_and_others_smoothed():
    guide = np.zeros((40, 60), np.float32)
    guide[:, 30:] = 1
    other = np.zeros_like(guide)
    other[20:] = 1
    kept = guided_filter(guide, guide, 6, 1e-4)
    assert kept[:, 29].max() < 0.01
    assert kept[:, 30].min() > 0.99
    smoothed = guided_filter(guide, other, 6, 1e-4)
    assert abs(smoothed[20, 5] - smoothed[19, 5]) < 0.15


def test_weight_zero_does_not_count(guide):
    weight = np.zeros_like(guide)
    weight[:, :60] = 1
    source = np.full_like(guide, 0.2)
    source[:, 60:] = 0.9
    filtered = guided_filter(guide, source, 8, 1e-2, weight=weight)
    # a few windows around the border see .9 with a weight of .001
    assert np.abs(filtered[:, :60] - 0.2).max() < 0.03
    assert guided_filter(guide, source, 8, 1e-2)[:, 58].mean() > 0.3


def test_a_subsampled_filter_is_close(guide):
    full = guided_filter(guide, guide, 8, 1e-2)
    fast = guided_filter(guide, guide, 8, 1e-2, subsample=4)
    assert np.abs(fast - full).mean() < 0.01
    assert np.abs(full - guide).mean() > 0.015


def test_many_channels_resize_and_blur_as_one_by_one():
    values = np.random.default_rng(1).random((20, 30, 7), dtype=np.float32)
    resized, blurred = resize_channels(values, 11, 9), box_filter(values, 5)
    assert resized.shape == (9, 11, 7)
    for channel in range(7):
        alone = np.ascontiguousarray(values[..., channel])
        np.testing.assert_array_equal(resized[..., channel], resize_channels(alone, 11, 9))
        np.testing.assert_array_equal(blurred[..., channel], box_filter(alone, 5))
    assert resize_channels(values[..., :1], 11, 9).shape == (9, 11, 1)
