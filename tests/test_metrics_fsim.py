"""FSIM against the public implementation of piq 0.8.0, and its basic properties."""

import numpy as np
import pytest

from facestyle.metrics.phase_congruency import fsim, phase_congruency


def waves(height: int, width: int, scale: float = 1) -> tuple[np.ndarray, np.ndarray]:
    """Two gray pictures with edges and gradients, the second a distortion of the first."""
    y, x = np.mgrid[:height, :width] / scale
    ripples = np.sin((x + 2 * y) / 3)
    first = 0.5 + 0.25 * np.sin(x / 5) * np.cos(y / 7) + 0.25 * ripples * (x > 40)
    second = 0.5 + 0.2 * np.sin(x / 5 + 0.6) * np.cos(y / 7) + 0.2 * ripples * (x > 44)
    return first, second


@pytest.mark.parametrize(
    ("shape", "scale", "stored"),
    [
        ((64, 96), 1, 0.9191776),
        ((63, 95), 1, 0.9187369),  # odd lengths: stretched frequencies
        ((520, 640), 8, 0.9560428),  # reduced by 2 first
    ],
)
def test_matches_piq(shape, scale, stored):
    assert fsim(*waves(*shape, scale=scale)) == pytest.approx(stored, abs=5e-6)


def test_equal_pictures_are_perfect():
    first, _ = waves(64, 96)
    assert fsim(first, first) == pytest.approx(1)


def test_is_symmetric():
    first, second = waves(64, 96)
    assert fsim(first, second) == pytest.approx(fsim(second, first))


def test_more_noise_scores_worse():
    first, _ = waves(64, 96)
    noise = np.random.default_rng(0).normal(size=first.shape)
    scores = [fsim(first, first + sigma * noise) for sigma in (0.02, 0.05, 0.1, 0.2)]
    assert np.all(np.diff(scores) < 0)


def test_flat_pictures_have_no_feature_and_are_alike():
    flat = np.full((64, 64), 0.5)
    assert np.all(phase_congruency(flat * 255) == 0)
    assert fsim(flat, flat) == 1


def test_phase_congruency_finds_an_edge_whatever_its_contrast():
    step = np.zeros((64, 64))
    step[:, 32:] = 1
    weak, strong = phase_congruency(step * 20), phase_congruency(step * 200)
    assert set(weak[32, 8:56].argsort()[-2:] + 8) == {31, 32}
    np.testing.assert_allclose(weak, strong, atol=0.01)
    assert strong.max() <= 1
