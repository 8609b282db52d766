"""The tone curve of sRGB against the standard's own numbers."""

import numpy as np
import pytest

from facestyle.srgb_curve import light_to_srgb, srgb_to_light


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_curve_is_the_standards_and_has_an_inverse(kind):
    values = np.linspace(0, 1, 1001, dtype=kind)
    light = srgb_to_light(values)
    assert light.dtype == light_to_srgb(light).dtype == kind
    np.testing.assert_allclose(light_to_srgb(light), values, atol=1e-6)
    # IEC 61966-2-1: black, the end of the straight part, middle gray, white
    known = [(0, 0), (0.04045, 0.0031308), (0.5, 0.2140411), (1, 1)]
    for value, expected in known:
        assert srgb_to_light(np.array([value], kind))[0] == pytest.approx(expected, abs=1e-6)
    assert (np.diff(light) > 0).all()
