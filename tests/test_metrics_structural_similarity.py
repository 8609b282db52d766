"""MS-SSIM beside SSIM, and what both refuse."""

import numpy as np
import pytest
from scipy import ndimage

from facestyle.errors import UsageError
from facestyle.metrics import ms_ssim, ssim


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    y, x = np.mgrid[:176, :180]
    return 0.5 + 0.2 * np.sin(x / 9) * np.cos(y / 11) + 0.2 * np.sin((x + y) / 2)


def test_equal_pictures_are_perfect_and_the_order_does_not_matter(picture):
    noisy = picture + 0.1 * np.random.default_rng(0).normal(size=picture.shape)
    assert ms_ssim(picture, picture) == pytest.approx(1)
    assert ms_ssim(picture, noisy) == pytest.approx(ms_ssim(noisy, picture))


def test_more_noise_and_more_blur_score_worse(picture):
    noise = np.random.default_rng(0).normal(size=picture.shape)
    noisy = [ms_ssim(picture + s * noise, picture) for s in (0, 0.05, 0.1, 0.2)]
    blurred = [ms_ssim(ndimage.gaussian_filter(picture, s), picture) for s in (0, 1, 2, 4)]
    assert np.all(np.diff(noisy) < 0)
    assert np.all(np.diff(blurred) < 0)


def test_fine_detail_lost_costs_less_at_five_scales_than_at_one(picture):
    blurred = ndimage.gaussian_filter(picture, 2)
    assert ms_ssim(blurred, picture) > ssim(blurred, picture)


def test_an_inverted_picture_is_worth_nothing(picture):
    assert ms_ssim(1 - picture, picture) == 0


def test_too_small_pictures_are_refused():
    assert ms_ssim(np.ones((161, 161)), np.ones((161, 161))) == pytest.approx(1)
    with pytest.raises(UsageError, match=r"161 px.*160"):
        ms_ssim(np.ones((160, 200)), np.ones((160, 200)))
    with pytest.raises(UsageError, match="11 px"):
        ssim(np.ones((10, 20)), np.ones((10, 20)))
