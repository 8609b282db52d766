"""Mouths: red lips in styles without red, and no ragged line between lips."""

import cv2
import numpy as np
import pytest

from facestyle.faces.regions import LIP, SKIN
from facestyle.methods.patch_unpaired.correction import (
    correction,
    correction_weights,
    last_weights,
)
from facestyle.methods.patch_unpaired.red_lips import with_dark_lips

WIDTH = 150.0


@pytest.fixture
def region_map():
    regions = np.full((120, 160), SKIN, np.uint8)
    regions[50:70, 40:120] = LIP
    return regions


def mouth(region_map, a):
    lab = np.zeros((*region_map.shape, 3), np.float32)
    lab[:] = (0.7, 0.15, 0.15)
    lab[region_map == LIP] = (0.62, 0.15 + a, 0.15)
    return lab


def test_painted_lips_are_darker_in_gray_styles(region_map):
    lab = mouth(region_map, a=0.34)
    dark = with_dark_lips(lab, region_map, 0.0, WIDTH)
    assert dark[60, 80, 0] == pytest.approx(0.62 - 0.35 * 0.2, abs=0.005)
    np.testing.assert_array_equal(dark[..., 1:], lab[..., 1:])
    np.testing.assert_allclose(dark[:30], lab[:30], atol=1e-4)


@pytest.mark.parametrize(("a", "spread"), [(0.1, 0.0), (0.34, 0.03)])
def test_unpainted_lips_and_colored_styles_stay(region_map, a, spread):
    lab = mouth(region_map, a)
    np.testing.assert_array_equal(with_dark_lips(lab, region_map, spread, WIDTH), lab)


def test_lines_in_lips_follow_the_photo_and_strokes_in_skin_do_not(region_map):
    target = mouth(region_map, a=0.1)
    rough = target.copy()
    rough[::2, :, 0] -= 0.2  # finer than the middle band
    weights = correction_weights(region_map, WIDTH)
    change = correction(rough, target, last_weights(weights, region_map, WIDTH), WIDTH, 0.8)
    left = (rough + change - target)[..., 0]
    ripple = np.abs(left - cv2.blur(left, (1, 2), anchor=(0, 0)))
    before = np.abs((rough - target)[..., 0] - cv2.blur((rough - target)[..., 0], (1, 2)))
    lips, skin = (slice(55, 65), slice(60, 100)), (slice(10, 30), slice(20, 140))
    assert ripple[lips].mean() < 0.75 * ripple[skin].mean()
    assert ripple[skin].mean() > 0.6 * before[skin].mean()
