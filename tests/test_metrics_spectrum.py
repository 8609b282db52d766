"""Local-energy spectra whose distance is known."""

import numpy as np
import pytest
from scipy import ndimage

from facestyle.errors import UsageError
from facestyle.metrics import spectrum_distance


def grain(contrast: float, seed: int = 0, shape: tuple[int, int] = (128, 144)) -> np.ndarray:
    return 0.5 + contrast * np.random.default_rng(seed).normal(0, 1, shape)


def test_equal_pictures_are_at_distance_zero():
    assert spectrum_distance(grain(0.1), grain(0.1)) == 0


def test_half_the_contrast_is_six_decibels():
    # small contrasts, so that L* is linear in them; detail well above rounding
    ours, theirs = grain(0.02), grain(0.01)
    assert spectrum_distance(ours, theirs, levels=1) == pytest.approx(6.02, abs=0.1)


def test_two_samples_of_one_texture_are_near_wherever_they_come_from():
    same = spectrum_distance(grain(0.1), grain(0.1, seed=5, shape=(100, 200)))
    assert same < 0.15 * spectrum_distance(grain(0.1), grain(0.05, seed=5))


def test_the_distance_grows_with_blur_and_with_noise():
    texture = grain(0.1)
    blurred = [spectrum_distance(ndimage.gaussian_filter(texture, s), texture) for s in (0, 1, 2)]
    noisy = [spectrum_distance(texture + grain(s, 3) - 0.5, texture) for s in (0, 0.05, 0.15)]
    assert np.all(np.diff(blurred) > 0)
    assert np.all(np.diff(noisy) > 0)


def test_energy_gathered_in_strokes_differs_from_the_same_energy_spread():
    spread = grain(0.02)
    gathered = np.full_like(spread, 0.5)
    gathered[:, :36] = 0.5 + 2 * (spread[:, :36] - 0.5)  # a quarter of the area, twice the contrast
    half = spectrum_distance(grain(0.02, seed=8), spread)
    assert spectrum_distance(gathered, spread) > 10 * half


def test_only_masked_places_count():
    half = grain(0.1)
    half[:, 72:] = 0.5
    mask = np.zeros(half.shape)
    mask[:, :40] = 1
    masks = {"result_mask": mask, "exemplar_mask": mask}
    assert spectrum_distance(half, grain(0.1), levels=2, **masks) < 0.01
    assert spectrum_distance(half, grain(0.1), levels=2) > 5


def test_small_pictures_are_compared_at_fewer_octaves():
    small = grain(0.1, shape=(20, 30))
    assert spectrum_distance(small, grain(0.1)) < 3
    with pytest.raises(UsageError, match="8 px"):
        spectrum_distance(small[:7], small)


def test_unusable_arguments_are_named():
    with pytest.raises(UsageError, match="levels"):
        spectrum_distance(grain(0.1), grain(0.1), levels=0)
    with pytest.raises(UsageError, match="mask"):
        spectrum_distance(grain(0.1), grain(0.1), result_mask=np.ones((3, 3)))
    with pytest.raises(UsageError, match="selects no pixel"):
        spectrum_distance(grain(0.1), grain(0.1), result_mask=np.zeros((128, 144)))
