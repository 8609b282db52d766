"""Seam removal: smooth where the guide is flat, sharp where it has an edge."""

import numpy as np
import pytest

from facestyle.selection.seams import filter_output, filter_weights


@pytest.fixture
def step():
    """Two label weights that change places in the middle."""
    weights = np.zeros((2, 40, 80), np.float32)
    weights[0, :, :40] = 1
    weights[1, :, 40:] = 1
    return weights


@pytest.fixture
def edge():
    guide = np.full((40, 80), 0.2, np.float32)
    guide[:, 40:] = 0.8
    return guide


def test_a_seam_on_a_flat_guide_is_smoothed(step):
    flat = np.full((40, 80), 0.5, np.float32)
    filtered = filter_weights(step, flat, 32)
    assert np.abs(np.diff(filtered[0], axis=1)).max() < 0.1
    assert 0.3 < filtered[0, 20, 40] < 0.7
    assert filtered[0, 20, 5] > 0.99


def test_a_seam_at_an_edge_of_the_guide_stays(step, edge):
    filtered = filter_weights(step, edge, 32)
    assert filtered[0, :, 38].min() > 0.95
    assert filtered[0, :, 41].max() < 0.05


def test_filtered_weights_are_a_partition_of_unity(edge):
    weights = np.random.default_rng(0).dirichlet(np.ones(9) * 0.2, (40, 80))
    weights = np.ascontiguousarray(weights.transpose(2, 0, 1), dtype=np.float32)
    noisy = edge + np.random.default_rng(1).normal(0, 0.1, edge.shape).astype(np.float32)
    filtered = filter_weights(weights, noisy, 20)
    assert filtered.shape == weights.shape
    assert filtered.dtype == np.float32
    assert filtered.min() >= 0
    np.testing.assert_allclose(filtered.sum(axis=0), 1, atol=1e-4)


def test_weights_that_the_filter_drives_below_zero_still_sum_to_one():
    """A label used in the middle of a ramp only: a local line fits that badly."""
    ramp = np.tile(np.linspace(0, 1, 80, dtype=np.float32), (40, 1))
    weights = np.zeros((2, 40, 80), np.float32)
    weights[0, :, 30:36] = 1
    weights[1] = 1 - weights[0]
    filtered = filter_weights(weights, ramp, 30, epsilon=1e-5)
    assert filtered[0].min() == 0
    np.testing.assert_allclose(filtered.sum(axis=0), 1, atol=1e-4)


def test_the_radius_counts_in_inter_ocular_distances(step):
    flat = np.full((40, 80), 0.5, np.float32)
    widths = [
        int(((w := filter_weights(step, flat, unit)[0, 20]) > 0.05).sum() - (w > 0.95).sum())
        for unit in (10, 20, 40)
    ]
    assert widths[0] < widths[1] < widths[2]


def test_filtering_the_output_removes_a_seam_there(edge):
    flat = np.full((40, 80), 0.5, np.float32)
    output = np.repeat(edge[..., None], 3, axis=2)
    smooth = filter_output(output, flat, 40)
    assert smooth.shape == output.shape
    assert np.abs(np.diff(smooth, axis=1)).max() < 0.12
    kept = filter_output(output, edge, 40)
    np.testing.assert_allclose(kept, output, atol=0.02)
