"""A soak: what is read and written over and over takes no more memory than at first."""

import os
from pathlib import Path

import numpy as np
import pytest

from facestyle.io.images import read_image, write_image
from robustness.mutations import TORTURE

_STATUS = Path("/proc/self/statm")


def resident_bytes() -> int:
    return int(_STATUS.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not TORTURE, reason="the long form only: make torture")
@pytest.mark.skipif(not _STATUS.exists(), reason="needs Linux's /proc")
def test_memory_stays_flat_over_two_thousand_pictures(tmp_path):
    y, x = np.mgrid[0:300, 0:400]
    pixels = np.stack([x / 400, y / 300, np.sin(x * y / 900) ** 2], axis=-1).astype(np.float32)
    names = ("a.jpg", "a.png", "a.tif", "a.webp")
    sizes = []
    for number in range(2000):
        path = tmp_path / names[number % 4]
        write_image(path, pixels, bit_depth=16 if number % 3 else 8)
        read_image(path)
        sizes.append(resident_bytes())
    early, late = np.median(sizes[400:800]), np.median(sizes[1600:])
    assert (late - early) / 1200 < 1100  # bytes a picture
