"""PSNR, SSIM, color difference and GMSD against known truths and NumPy twins."""

import numpy as np
import pytest

from facestyle.errors import UsageError
from facestyle.metrics import delta_e_76, gmsd, psnr, ssim
from facestyle.metrics.fidelity import fidelity


@pytest.fixture
def picture() -> np.ndarray:
    y, x = np.mgrid[:48, :64].astype(np.float32)
    channels = [0.5 + 0.4 * np.sin(x / 5 + k) * np.cos(y / 7) for k in range(3)]
    return np.stack(channels, axis=-1)


def noisy(picture: np.ndarray, sigma: float) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, sigma, picture.shape)
    return (picture + noise).astype(np.float32)


def gmsd_twin(first: np.ndarray, second: np.ndarray) -> float:
    """GMSD of gray pictures with slices instead of filters, interior pixels only."""

    def gradient(image: np.ndarray) -> np.ndarray:
        h = image.reshape(image.shape[0] // 2, 2, image.shape[1] // 2, 2).mean(axis=(1, 3))
        across = h[:-2, :-2] + h[1:-1, :-2] + h[2:, :-2] - h[:-2, 2:] - h[1:-1, 2:] - h[2:, 2:]
        down = h[:-2, :-2] + h[:-2, 1:-1] + h[:-2, 2:] - h[2:, :-2] - h[2:, 1:-1] - h[2:, 2:]
        return np.hypot(across / 3, down / 3)

    a, b, c = gradient(first), gradient(second), 170 / 255**2
    return float(((2 * a * b + c) / (a**2 + b**2 + c)).std())


def ssim_twin(first: np.ndarray, second: np.ndarray, row: int, column: int) -> float:
    """SSIM at one pixel, with an 11x11 Gaussian window written out."""
    offsets = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    window = np.outer(offsets, offsets) / offsets.sum() ** 2
    a = first[row - 5 : row + 6, column - 5 : column + 6].astype(np.float64)
    b = second[row - 5 : row + 6, column - 5 : column + 6].astype(np.float64)
    mean_a, mean_b = (window * a).sum(), (window * b).sum()
    var_a, var_b = (window * (a - mean_a) ** 2).sum(), (window * (b - mean_b) ** 2).sum()
    covariance = (window * (a - mean_a) * (b - mean_b)).sum()
    c1, c2 = 0.01**2, 0.03**2
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    return luminance * (2 * covariance + c2) / (var_a + var_b + c2)


def test_equal_pictures_are_perfect(picture):
    scores = fidelity(picture, picture)
    assert scores["psnr"] == float("inf")
    assert scores["ssim"] == pytest.approx(1)
    assert scores["delta_e"] == 0
    assert scores["gmsd"] == pytest.approx(0, abs=1e-6)


def test_psnr_of_a_constant_difference_is_known(picture):
    assert psnr(picture + 0.1, picture) == pytest.approx(20, abs=1e-4)


def test_psnr_of_noise_is_known(picture):
    assert psnr(noisy(picture, 0.05), picture) == pytest.approx(-20 * np.log10(0.05), abs=0.1)


def test_psnr_counts_masked_pixels_by_weight(picture):
    result, mask = picture.copy(), np.zeros(picture.shape[:2], np.float32)
    result[:10] += 0.1
    mask[:10], mask[10:20] = 0.25, 0.75
    assert psnr(result, picture, mask) == pytest.approx(-10 * np.log10(0.25 * 0.01), abs=1e-4)
    assert psnr(result, picture, 1 - (mask == 0.25)) == float("inf")


def test_delta_e_between_white_and_black_is_100():
    white, black = np.ones((8, 8, 3), np.float32), np.zeros((8, 8, 3), np.float32)
    assert delta_e_76(white, black) == pytest.approx(100, abs=0.01)


def test_delta_e_of_primaries_matches_published_lab_values():
    red, green = np.zeros((2, 2, 3), np.float32), np.zeros((2, 2, 3), np.float32)
    red[..., 0], green[..., 1] = 1, 1
    # CIE Lab of sRGB red (53.24, 80.09, 67.20) and green (87.73, -86.18, 83.18).
    expected = np.linalg.norm(np.subtract((53.24, 80.09, 67.20), (87.73, -86.18, 83.18)))
    assert delta_e_76(red, green) == pytest.approx(expected, abs=0.1)


def test_ssim_matches_its_definition_at_a_pixel(picture):
    first, second = picture[..., 0], noisy(picture, 0.1)[..., 0]
    mask = np.zeros(first.shape)
    mask[20, 30] = 1
    assert ssim(first, second, mask) == pytest.approx(ssim_twin(first, second, 20, 30), abs=1e-4)


def test_gmsd_matches_its_definition(picture):
    first, second = picture[..., 0], noisy(picture, 0.1)[..., 0]
    inside = np.zeros(first.shape, np.float32)
    inside[2:-2, 2:-2] = 1
    assert gmsd(first, second, inside) == pytest.approx(gmsd_twin(first, second), abs=1e-5)


def test_more_noise_scores_worse(picture):
    scores = [fidelity(noisy(picture, sigma), picture) for sigma in (0.02, 0.05, 0.1, 0.2)]
    for name, sign in (("psnr", -1), ("ssim", -1), ("delta_e", 1), ("gmsd", 1)):
        assert np.all(np.diff([sign * score[name] for score in scores]) > 0), name


def test_fidelity_judges_what_an_8_bit_file_holds(picture):
    eight_bit = np.round(picture * 255).astype(np.uint8)
    other = noisy(picture, 0.05).clip(0, 1)
    assert fidelity(eight_bit, other) == fidelity(picture, other)


@pytest.mark.parametrize("metric", [psnr, ssim, delta_e_76, gmsd, fidelity])
def test_unusable_arguments_are_named(metric, picture):
    with pytest.raises(UsageError, match=r"\(48, 64, 3\).*\(47, 64, 3\)"):
        metric(picture, picture[1:])
    with pytest.raises(UsageError, match="selects no pixel"):
        metric(picture, picture, np.zeros(picture.shape[:2]))
    with pytest.raises(UsageError, match=r"mask.*\(48, 64\).*\(48, 63\)"):
        metric(picture, picture, np.ones((48, 63)))
    with pytest.raises(UsageError, match="int64"):
        metric(picture.astype(np.int64), picture)
