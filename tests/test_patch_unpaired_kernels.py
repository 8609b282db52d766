"""Bands, tone curves and match keys of unpaired patch mode against plain NumPy."""

import numpy as np
import pytest
from test_patchmatch import make_problem, random_field

from facestyle.kernels.bands import combine_bands
from facestyle.kernels.match_keys import OUTSIDE, _pack, _unpack
from facestyle.kernels.matches import Matches, doubled
from facestyle.kernels.patchmatch import SweepOptions, sweep
from facestyle.kernels.patchmatch_problem import RADIUS, Problem
from facestyle.kernels.tone_curves import RegionTones, apply_tone_curves


def test_bands_are_weighed_as_defined():
    random = np.random.default_rng(0)
    low = random.normal(size=(9, 11, 3)).astype(np.float32)
    middle, low_weight, middle_weight = random.uniform(0, 1, (3, 9, 11)).astype(np.float32)
    out = combine_bands(low, middle, low_weight, middle_weight, 0.8, 0.5)
    expected = 0.8 * low_weight[..., None] * low * (1, 0.5, 0.5)
    expected[..., 0] += 0.8 * middle_weight * (middle - low[..., 0])
    np.testing.assert_allclose(out, expected, atol=1e-6)


def test_tone_curves_are_interpolated_and_blended():
    random = np.random.default_rng(1)
    base, detail = random.uniform(0, 1, (2, 12, 10)).astype(np.float32)
    detail = (detail - 0.5) * np.float32(0.2)
    weights = random.integers(0, 256, (3, 12, 10), dtype=np.uint8)
    weights[0] = 255  # so that none is without any
    curves = np.sort(random.uniform(0, 1, (3, 64)), axis=1).astype(np.float32)
    gains = np.array([1.0, 1.5, 0.5], np.float32)
    chroma = random.normal(size=(3, 16, 2)).astype(np.float32)
    out = apply_tone_curves(base, detail, weights, RegionTones(curves, gains, chroma))
    expected = np.zeros((12, 10, 3))
    for share, curve, gain, colors in zip(weights, curves, gains, chroma, strict=True):
        new = np.interp(base, np.linspace(0, 1, 64), curve) + gain * detail
        centers = (np.arange(16) + 0.5) / 16
        a, b = (np.interp(new, centers, colors[:, channel]) for channel in (0, 1))
        expected += share[..., None] * np.stack([new, a, b], axis=-1)
    expected /= weights.sum(axis=0)[..., None]
    np.testing.assert_allclose(out, expected, atol=1e-4)


@pytest.mark.parametrize("match", [(0, 0, 0), (3, -7, 5), (200, 500_000, -500_000), (1, -1, -1)])
def test_keys_hold_a_match(match):
    key = _pack.py_func(*match)
    assert key != OUTSIDE
    assert _unpack.py_func(key) == match


def test_a_doubled_field_keeps_its_offsets():
    _, sources, _ = make_problem()
    field = random_field() // (1, 2, 2)
    fine = doubled(field.astype(np.int32), (47, 55), sources)
    rows, columns = np.indices((47, 55))
    coarse = field[rows // 2, columns // 2]
    layer = coarse[..., 0]
    row = 2 * coarse[..., 1] + rows % 2
    expected = np.clip(row, RADIUS, sources.height[layer] - RADIUS - 1)
    np.testing.assert_array_equal(fine[..., 0], layer)
    np.testing.assert_array_equal(fine[..., 1], expected)


@pytest.mark.parametrize("name", ["guides", "positions", "prior"])
def test_arrays_of_another_type_are_refused(name):
    target, sources, costs = make_problem()
    wrong = target._replace(**{name: getattr(target, name).astype(np.float64)})
    field = random_field()
    use = np.zeros(len(sources.regions), np.float32)
    matches = Matches(field, np.zeros(field.shape[:2], np.float32))
    options = SweepOptions(1, 0, 0, stale=True, skip_coherent=False)
    with pytest.raises(ValueError, match=rf"target\.{name}: found float64"):
        sweep(Problem(wrong, sources, costs, use), matches, options)
