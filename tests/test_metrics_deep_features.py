"""LPIPS against the authors' package (lpips 0.1.4, the same weights)."""

import sys

import numpy as np
import pytest

from facestyle.errors import MissingDependencyError
from facestyle.metrics.deep_features import lpips


@pytest.fixture(scope="module")
def waves() -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[:64, :96]
    ripples = np.sin((x + 2 * y) / 3)
    first = 0.5 + 0.25 * np.sin(x / 5) * np.cos(y / 7) + 0.25 * ripples * (x > 40)
    second = 0.5 + 0.2 * np.sin(x / 5 + 0.6) * np.cos(y / 7) + 0.2 * ripples * (x > 44)
    return first, second


def test_matches_the_authors_on_gray_pictures(waves):
    pytest.importorskip("torch", reason="LPIPS needs torch")
    assert lpips(*waves) == pytest.approx(0.1133213, abs=1e-4)


def test_matches_the_authors_on_color_pictures(waves):
    pytest.importorskip("torch", reason="LPIPS needs torch")
    a, b = waves
    first, second = np.stack([a, b, a[:, ::-1]], axis=-1), np.stack([b, b, a], axis=-1)
    assert lpips(first, second) == pytest.approx(0.5310140, abs=1e-4)


def test_equal_pictures_are_perfect(waves):
    pytest.importorskip("torch", reason="LPIPS needs torch")
    assert lpips(waves[0], waves[0]) == 0


def test_without_torch_the_pip_line_is_named(waves, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'facestyle\[neural\]'"):
        lpips(*waves)
