"""Lab and back, against scikit-image."""

import numpy as np
import skimage

from facestyle.imaging.color import from_lab, luminance, to_lab


def test_lab_agrees_with_scikit_image(astronaut):
    expected = skimage.color.rgb2lab(astronaut) / 100
    # OpenCV interpolates in a table: half a unit of Lab at the worst
    assert np.abs(to_lab(astronaut) - expected).max() < 5e-3
    assert np.abs(to_lab(astronaut) - expected).mean() < 8e-4
    np.testing.assert_array_equal(luminance(astronaut), to_lab(astronaut)[..., 0])


def test_round_trip(astronaut):
    lab = to_lab(astronaut)
    before = lab.copy()
    assert np.abs(from_lab(lab) - astronaut).max() < 1 / 255
    np.testing.assert_array_equal(lab, before)


def test_gray_has_no_chroma_and_extremes_are_exact():
    grays = np.repeat(np.linspace(0, 1, 256, dtype=np.float32)[None, :, None], 3, axis=2)
    lab = to_lab(grays)
    assert np.abs(lab[..., 1:]).max() < 2e-3
    assert abs(lab[0, 0, 0]) < 1e-4
    assert abs(lab[0, -1, 0] - 1) < 1e-4
    assert (np.diff(lab[0, :, 0]) > 0).all()


def test_colors_outside_the_gamut_are_clipped():
    lab = np.float32([[[1.4, 0, 0], [-0.2, 0, 0], [0.5, 1.2, -1.2]]])
    rgb = from_lab(lab)
    np.testing.assert_allclose(rgb[0, :2], [[1, 1, 1], [0, 0, 0]], atol=1e-4)
    assert rgb.min() >= 0
    assert rgb.max() <= 1
