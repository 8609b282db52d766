"""Masked Laplacian stacks: reconstruction, locality, energies, independence of size."""

import cv2
import numpy as np
import pytest
from scipy import ndimage

from facestyle.imaging.color import to_lab
from facestyle.imaging.pyramid import (
    LEVELS,
    build_stack,
    collapse_stack,
    gaussian_blur,
    half_size,
    level_sigma,
)


@pytest.fixture(scope="module")
def lab(portrait):
    return to_lab(portrait.image)


def unit_gains(stack):
    return [np.ones_like(band) for band in stack.bands]


# 16 px: every level is finer than a pixel; 600 px: most levels are decimated
@pytest.mark.parametrize("inter_ocular", [16, 45, 130, 600])
def test_unit_gains_give_the_picture_back(lab, portrait, inter_ocular):
    stack = build_stack(lab, portrait.matte, inter_ocular)
    assert len(stack.bands) == len(stack.energies) == len(stack.sigmas) == LEVELS
    assert stack.bands[0].shape == lab.shape
    back = collapse_stack(stack, unit_gains(stack), stack.residual)
    np.testing.assert_allclose(back, lab, atol=1e-5)


def test_gains_amplify_detail_only(lab, portrait):
    stack = build_stack(lab, portrait.matte, 100)
    none = [np.zeros_like(band) for band in stack.bands]
    smooth = collapse_stack(stack, none, stack.residual)
    double = [np.full((3, 4, 3), 2, np.float32)] * LEVELS
    twice = collapse_stack(stack, double, stack.residual)
    np.testing.assert_allclose(twice - smooth, 2 * (lab - smooth), atol=1e-4)
    assert np.abs(np.diff(smooth[..., 0], axis=1)).max() < 0.05


def test_what_lies_outside_the_matte_does_not_matter(lab, portrait):
    mask = (portrait.matte > 0.5).astype(np.float32)
    other = np.where(mask[..., None] > 0, lab, np.float32([0.9, 0.3, -0.4]))
    first, second = build_stack(lab, mask, 90), build_stack(other, mask, 90)
    inside = mask > 0
    np.testing.assert_allclose(first.bands[0][inside], second.bands[0][inside], atol=1e-5)
    for one, two in zip(first.energies, second.energies, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5)
    np.testing.assert_allclose(first.residual, second.residual, atol=1e-5)


def test_one_level_equals_a_numpy_oracle(lab, portrait):
    matte = portrait.matte.astype(np.float64)

    def blur(values):
        return ndimage.gaussian_filter(values, (1, 1, 0), truncate=2.5, mode="mirror")

    def inside(values, floor):
        return (blur(values * matte[..., None]) + floor) / (blur(matte[..., None]) + 1e-4)

    # 125 px between the eyes: the first level's sigma is 1 px
    stack = build_stack(lab, portrait.matte, 125, levels=1)
    assert stack.sigmas == (1.0,)
    mean = lab[portrait.matte > 0.5].mean(axis=0).astype(np.float64)
    band = lab - inside(lab.astype(np.float64), 1e-4 * mean)
    np.testing.assert_allclose(stack.bands[0], band, atol=1e-4)
    np.testing.assert_allclose(stack.energies[0], inside(band**2, 0), atol=1e-5)


def test_energies_on_a_coarser_grid_are_nearly_the_same(lab):
    matte = np.ones(lab.shape[:2], np.float32)
    stack = build_stack(lab, matte, 300, levels=1)
    assert stack.sigmas == (2.4,)
    square = stack.bands[0].astype(np.float64) ** 2
    exact = ndimage.gaussian_filter(square, (2.4, 2.4, 0), mode="mirror")
    reduced = cv2.resize(exact, stack.energies[0].shape[1::-1], interpolation=cv2.INTER_AREA)
    assert stack.energies[0].shape[0] == lab.shape[0] // 4
    assert np.abs(stack.energies[0] - reduced).mean() < 0.08 * reduced.mean()


def test_a_wider_gaussian_on_a_halved_grid_is_nearly_the_same(lab):
    matte = np.ones(lab.shape[:2], np.float32)
    stack = build_stack(lab, matte, 125, levels=4)
    size = lab.shape[1::-1]
    low = cv2.resize(stack.residual, size, interpolation=cv2.INTER_LINEAR)
    exact = ndimage.gaussian_filter(lab, (stack.sigmas[-1], stack.sigmas[-1], 0), mode="mirror")
    assert stack.residual.shape[0] < lab.shape[0] / 2
    assert np.abs(low - exact).mean() < 0.004


def test_energies_do_not_depend_on_the_resolution(lab, portrait):
    large_lab = cv2.resize(lab, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    large_matte = cv2.resize(portrait.matte, None, fx=2, fy=2)
    inter_ocular = portrait.face.inter_ocular
    small = build_stack(lab, portrait.matte, inter_ocular)
    large = build_stack(large_lab, large_matte, 2 * inter_ocular)
    # level 0 and 1 of a face of 44 px lie below a pixel
    for level in range(2, LEVELS):
        ratio = large.energies[level][..., 0].mean() / small.energies[level][..., 0].mean()
        assert 0.8 < ratio < 1.25, level
    wrong = build_stack(large_lab, large_matte, inter_ocular)
    assert wrong.energies[3][..., 0].mean() < 0.8 * small.energies[3][..., 0].mean()


def test_sigmas_double_and_are_counted_in_inter_ocular_distances():
    assert level_sigma(0, 250) == 2
    assert level_sigma(3, 125) == 8


def test_halving_rounds_up_and_small_blurs_do_nothing():
    values = np.random.default_rng(0).random((7, 10, 2), dtype=np.float32)
    assert half_size(values).shape == (4, 5, 2)
    np.testing.assert_allclose(half_size(values[:6])[0, 0], values[:2, :2].mean(axis=(0, 1)))
    assert gaussian_blur(values, 0.2) is values
    assert gaussian_blur(values[..., :1], 1.0).shape == (7, 10, 1)
