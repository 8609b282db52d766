"""Levels of values: bytes of pictures, and of stacks of maps as wide as pictures are."""

import numpy as np
import pytest

from facestyle.imaging.levels import to_bytes


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (4, 9, 560)])
def test_bytes_of_any_shape(shape):
    values = np.random.default_rng(0).uniform(0, 1, shape).astype(np.float32)
    found = to_bytes(values)
    assert found.shape == shape
    np.testing.assert_array_equal(found, np.rint(values * np.float32(255)).astype(np.uint8))
