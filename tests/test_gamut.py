"""Colors that sRGB does not have: nearest ones of the same lightness and hue."""

import numpy as np

from facestyle.imaging.color import from_lab, to_lab
from facestyle.imaging.gamut import from_lab_in_gamut


def test_colors_that_exist_stay_as_they_are():
    rgb = np.random.default_rng(0).uniform(0.02, 0.98, (80, 90, 3)).astype(np.float32)
    lab = to_lab(rgb)
    np.testing.assert_array_equal(from_lab_in_gamut(lab), from_lab(lab))


def test_dark_colors_lose_saturation_and_not_lightness_nor_hue():
    rng = np.random.default_rng(0)
    shape = (120, 100)
    lightness, chroma = rng.uniform(0.02, 0.2, shape), rng.uniform(0.1, 0.5, shape)
    hue = rng.uniform(-np.pi, np.pi, shape)
    lab = np.dstack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)]).astype(np.float32)
    got, cut = to_lab(from_lab_in_gamut(lab)), to_lab(from_lab(lab))
    np.testing.assert_allclose(got[..., 0], lab[..., 0], atol=0.005)
    # with channels cut off, many are far lighter
    assert np.percentile(cut[..., 0] - lab[..., 0], 90) > 0.03
    assert (np.hypot(*got[..., 1:].transpose(2, 0, 1)) <= chroma + 0.01).all()
    # CIELAB is not quite even in hue (blues), and what is next to gray has none
    turned = np.arctan2(got[..., 2], got[..., 1]) - hue
    seen = np.hypot(got[..., 1], got[..., 2]) > 0.03
    assert np.abs(np.angle(np.exp(1j * turned[seen]))).mean() < 0.1


def test_black_has_no_color_and_memory_may_be_shared():
    lab = np.zeros((4, 5, 3), np.float32)
    lab[..., 0], lab[..., 1] = -0.1, 0.3
    assert from_lab_in_gamut(lab).max() < 2e-3
    assert from_lab(lab)[..., 0].min() > 0.05  # cut off, it was red
    expected = from_lab_in_gamut(lab.copy())
    assert from_lab_in_gamut(lab, out=lab) is lab
    np.testing.assert_array_equal(lab, expected)
