"""A soak: what is read and written over and over takes no more memory than at first."""

import resource

import numpy as np
import pytest

from facestyle.io.images import read_image, write_image
from robustness.mutations import TORTURE


@pytest.mark.skipif(not TORTURE, reason="the long form only: make torture")
def test_memory_stays_flat_over_two_thousand_pictures(tmp_path):
    pixels = np.random.default_rng(0).random((300, 400, 3), np.float32)
    names = ("a.jpg", "a.png", "a.tif", "a.webp")
    peaks = []
    for number in range(2000):
        path = tmp_path / names[number % 4]
        write_image(path, pixels, bit_depth=16 if number % 3 else 8)
        read_image(path)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    assert (peaks[-1] - peaks[500]) * 1024 / 1500 < 4096  # bytes a picture
