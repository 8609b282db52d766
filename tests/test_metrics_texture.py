"""Texture distance and high-frequency ratio on textures whose distance is known."""

import numpy as np
import pytest

from facestyle.errors import UsageError
from facestyle.metrics.inputs import lightness
from facestyle.metrics.texture import high_frequency_ratio, texture_distance


def grain(contrast: float, seed: int = 0, shape: tuple[int, int] = (96, 80)) -> np.ndarray:
    return 0.5 + contrast * np.random.default_rng(seed).uniform(-1, 1, shape)


def test_equal_textures_are_at_distance_zero():
    assert texture_distance(grain(0.2), grain(0.2), sigma=2) == 0


def test_two_samples_of_one_texture_are_near():
    same = texture_distance(grain(0.2), grain(0.2, seed=5, shape=(70, 110)), sigma=2)
    other = texture_distance(grain(0.2), grain(0.1, seed=5, shape=(70, 110)), sigma=2)
    assert same < 0.05 * other


def test_a_smooth_picture_is_as_far_as_the_texture_is_strong():
    # The distance to a flat picture is the mean |projection| of the texture's patches. Projections
    # of independent pixels on unit vectors are near normal: deviation * sqrt(2 / pi).
    texture, flat = grain(0.02), np.full((96, 80), 0.5)
    above, below = lightness(flat + 0.02)[0, 0], lightness(flat - 0.02)[0, 0]
    deviation = (above - below) / 2 / np.sqrt(3)  # of uniform grain, in levels of 255
    sigma = 2  # the blur takes 2 g(0) - sum(g^2) of white noise's variance
    kept = 1 - 2 / (2 * np.pi * sigma**2) + 1 / (4 * np.pi * sigma**2)
    expected = deviation * np.sqrt(kept) * np.sqrt(2 / np.pi)
    assert texture_distance(texture, flat, sigma) == pytest.approx(expected, rel=0.03)


def test_distance_grows_with_blur():
    texture = grain(0.2)
    blurred = [texture]
    for _ in range(3):
        previous = blurred[-1]
        blurred.append((previous + np.roll(previous, 1, axis=1)) / 2)
    distances = [texture_distance(image, texture, sigma=2) for image in blurred]
    assert np.all(np.diff(distances) > 0)


def test_only_masked_patches_count():
    half = grain(0.2)
    half[:, 40:] = 0.5
    mask = np.zeros(half.shape)
    mask[:, :30] = 1
    arguments = {"result_mask": mask, "exemplar_mask": mask}
    assert texture_distance(half, grain(0.2), sigma=2, **arguments) < 1e-4
    assert texture_distance(half, grain(0.2), sigma=2) > 5


def test_many_patches_are_sampled_alike_for_a_seed():
    large = grain(0.2, shape=(200, 200))
    first = texture_distance(large, grain(0.1), sigma=2, seed=3)
    assert first == texture_distance(large, grain(0.1), sigma=2, seed=3)
    assert first == pytest.approx(texture_distance(large, grain(0.1), sigma=2, seed=4), rel=0.05)


def test_ratio_of_energies_is_the_square_of_the_contrast():
    assert high_frequency_ratio(grain(0.01), grain(0.02)) == pytest.approx(0.25, rel=0.01)
    assert high_frequency_ratio(grain(0.2), grain(0.2)) == 1


def test_ratio_of_flat_pictures():
    flat = np.full((16, 16), 0.5)
    assert high_frequency_ratio(flat, flat) == 1
    assert high_frequency_ratio(grain(0.1, shape=(16, 16)), flat) == float("inf")


def test_unusable_arguments_are_named():
    with pytest.raises(UsageError, match="sigma"):
        texture_distance(grain(0.1), grain(0.1), sigma=0)
    with pytest.raises(UsageError, match="7 px"):
        texture_distance(np.zeros((6, 20)), grain(0.1), sigma=2)
    corner = np.zeros((96, 80))
    corner[0, 0] = 1
    with pytest.raises(UsageError, match="no whole patch"):
        texture_distance(grain(0.1), grain(0.1), sigma=2, result_mask=corner)
