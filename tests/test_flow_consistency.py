"""Which vectors are trusted, on scenes whose occlusions are known."""

import numpy as np
import pytest
from moving_scenes import moving_disc

from facestyle.errors import UsageError
from facestyle.flow import (
    METHODS,
    estimate_flows,
    find_disocclusions,
    find_motion_boundaries,
    flow_reliability,
    long_term_weights,
)


def f_score(found: np.ndarray, truth: np.ndarray) -> float:
    return float(2 * (found & truth).sum() / (found.sum() + truth.sum()))


def numpy_reliability(flow: np.ndarray, opposite: np.ndarray, boundaries: bool) -> np.ndarray:
    """The same tests, an array operation at a time."""
    flow, opposite = flow.astype(np.float64), opposite.astype(np.float64)
    height, width = flow.shape[:2]
    x = np.arange(width) + flow[..., 0]
    y = np.arange(height)[:, None] + flow[..., 1]
    inside = (x >= -0.5) & (y >= -0.5) & (x <= width - 0.5) & (y <= height - 0.5)
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left, top = np.minimum(x.astype(int), width - 2), np.minimum(y.astype(int), height - 2)
    fx, fy = (x - left)[..., None], (y - top)[..., None]
    upper = opposite[top, left] * (1 - fx) + opposite[top, left + 1] * fx
    lower = opposite[top + 1, left] * (1 - fx) + opposite[top + 1, left + 1] * fx
    back = upper * (1 - fy) + lower * fy
    square, back_square = (flow**2).sum(2), (back**2).sum(2)
    loop = ((flow + back) ** 2).sum(2)
    reliable = inside & (loop <= 0.01 * (square + back_square) + 0.5)
    if boundaries:
        padded = np.pad(flow, ((1, 1), (1, 1), (0, 0)), mode="edge")
        ux, uy = padded[1:-1, 2:] - padded[1:-1, :-2], padded[2:, 1:-1] - padded[:-2, 1:-1]
        reliable &= (ux**2 + uy**2).sum(2) / 4 <= 0.01 * square + 0.002
    return reliable


@pytest.mark.parametrize("boundaries", [True, False])
def test_the_kernel_agrees_with_numpy(boundaries):
    random = np.random.default_rng(0)
    smooth = np.cumsum(random.normal(scale=0.04, size=(60, 80, 2)), axis=1).astype(np.float32)
    flow = smooth + np.float32([2, -3])
    opposite = (-flow + random.normal(scale=0.4, size=flow.shape)).astype(np.float32)
    expected = numpy_reliability(flow, opposite, boundaries)
    weights = flow_reliability(flow, opposite, boundaries=boundaries)
    assert 0.1 < expected.mean() < 0.9
    assert set(np.unique(weights)) == {0, 1}
    assert (weights.astype(bool) != expected).mean() < 1e-3  # rounding at the thresholds


def test_true_flow_finds_exactly_what_was_hidden():
    scene = moving_disc(160, (9, -4), (3, 2))
    assert 0.03 < scene.hidden.mean() < 0.08
    assert f_score(find_disocclusions(scene.backward, scene.forward), scene.hidden) == 1
    assert f_score(find_disocclusions(scene.forward, scene.backward), scene.hidden) < 0.5


@pytest.mark.parametrize(
    ("move", "pan", "bounds"),
    # measured: .75 .82 .79; .63 .42 .70; .79 .81 .78; .86 .91 .87
    [
        ((9, -4), (3, 2), (0.73, 0.79, 0.76)),
        ((12, 0), (0, 0), (0.60, 0.39, 0.67)),
        ((5, 3), (-4, 1), (0.76, 0.78, 0.75)),
        ((0, 0), (6, 3), (0.83, 0.88, 0.84)),
    ],
)
def test_estimated_flow_finds_most_of_what_was_hidden(move, pan, bounds):
    scene = moving_disc(160, move, pan)
    for method, bound in zip(METHODS, bounds, strict=True):
        forward, backward = estimate_flows(scene.first, scene.second, method=method)
        found = find_disocclusions(backward, forward)
        assert f_score(found, scene.hidden) > bound, method


def test_motion_boundaries_follow_the_disc():
    scene = moving_disc(160, (9, -4), (3, 2))
    found = find_motion_boundaries(scene.backward)
    jump = np.abs(np.diff(scene.backward[..., 0], axis=1)) > 0
    assert found[:, 1:][jump].all()
    assert found[:, :-1][jump].all()
    assert found.mean() < 0.03


def test_the_steepness_that_is_still_smooth():
    slope = np.zeros((5, 9, 2), np.float32)
    slope[..., 0] = np.arange(9) - 4  # |grad|^2 is 1 where it is not at the border
    assert find_motion_boundaries(0.04 * slope)[2, 4] == (0.04**2 > 0.002)
    assert find_motion_boundaries(0.05 * slope)[2, 4] == (0.05**2 > 0.002)
    fast = 0.05 * slope + np.float32([0, 5])  # fast motion may change more
    assert not find_motion_boundaries(fast)[2, 4]


def test_the_gap_between_there_and_back_that_is_allowed():
    still = np.zeros((6, 6, 2), np.float32)
    assert not find_disocclusions(still, still + np.float32([0.7, 0])).any()
    assert find_disocclusions(still, still + np.float32([0.72, 0])).all()
    moving = np.zeros((40, 40, 2), np.float32) + np.float32([6, 0])
    assert not find_disocclusions(moving, -moving + np.float32([0, 1]))[:, :33].any()


def test_leaving_the_picture_and_unknown_vectors_count_as_hidden():
    flow = np.zeros((20, 30, 2), np.float32) + np.float32([4, 0])
    hidden = find_disocclusions(flow, -flow)
    assert hidden[:, 26:].all()
    assert not hidden[:, :26].any()
    flow[5, 5], back = np.nan, -np.nan_to_num(flow, nan=4)
    assert find_disocclusions(flow, back)[5, 5]
    assert find_disocclusions(back, flow)[5, 9]  # points at the unknown vector
    assert find_motion_boundaries(flow)[5, 5]


def test_long_term_weights_bind_to_the_nearest_frame_that_shows_a_point():
    near = np.array([[1, 0, 0, 0.25]], np.float32)
    middle = np.array([[1, 1, 0, 0.5]], np.float32)
    far = np.array([[1, 1, 1, 1]], np.float32)
    weights = long_term_weights({4: far, 1: near, 2: middle})
    assert list(weights) == [1, 2, 4]
    np.testing.assert_array_equal(weights[1], near)
    np.testing.assert_array_equal(weights[2], [[0, 1, 0, 0.25]])
    np.testing.assert_array_equal(weights[4], [[0, 0, 1, 0.25]])
    with pytest.raises(UsageError, match="shape"):
        long_term_weights({1: near, 2: middle[:, 1:]})


def test_flows_that_do_not_fit_are_named():
    flow = np.zeros((4, 5, 2), np.float32)
    with pytest.raises(UsageError, match=r"\(4, 5, 2\) and \(4, 4, 2\)"):
        flow_reliability(flow, flow[:, 1:])
    with pytest.raises(UsageError, match=r"\(4, 5\)"):
        find_motion_boundaries(flow[..., 0])
    with pytest.raises(UsageError, match="too small"):
        find_motion_boundaries(flow[:1])
