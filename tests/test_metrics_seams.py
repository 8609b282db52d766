"""Seam energy of seams whose height is known."""

import numpy as np
import pytest
from scipy import ndimage

from facestyle.errors import UsageError
from facestyle.metrics import seam_energy
from facestyle.metrics.inputs import lab

FLAT = np.full((32, 40), 0.5)
LABELS = np.repeat([[0] * 20 + [1] * 20], 32, axis=0)


def seam(height: float = 0.2) -> np.ndarray:
    return FLAT + height * LABELS


def step(height: float = 0.2) -> float:
    """The seam in units of L*."""
    ends = lab(np.array([[0.5, 0.5 + height]]))[0, :, 0]
    return float(ends[1] - ends[0])


def test_the_step_across_the_labels_is_the_energy():
    assert seam_energy(seam(), FLAT, LABELS) == pytest.approx(step(), rel=1e-4)


def test_without_labels_the_mean_is_over_all_neighbors():
    pairs = 32 * 39 + 31 * 40
    expected = step() * np.sqrt(32 / pairs)
    assert seam_energy(seam(), FLAT) == pytest.approx(expected, rel=1e-4)


def test_a_seam_that_hides_in_an_edge_costs_nothing():
    assert seam_energy(seam(), seam(), LABELS) == 0
    assert seam_energy(seam(0.1), seam(0.2), LABELS) == 0
    assert seam_energy(seam(0.2), seam(0.1)) > 0


def test_a_higher_seam_costs_more_and_a_smoothed_one_less():
    assert seam_energy(seam(0.1), FLAT) < seam_energy(seam(0.2), FLAT)
    smoothed = ndimage.gaussian_filter1d(seam(), 2, axis=1)
    assert seam_energy(smoothed, FLAT) < 0.6 * seam_energy(seam(), FLAT)


def test_it_is_gamed_by_blur_and_by_a_constant_picture():
    texture = 0.5 + 0.1 * np.random.default_rng(0).uniform(-1, 1, FLAT.shape)
    blurred = ndimage.gaussian_filter(texture, 2)
    assert seam_energy(FLAT, texture) == 0
    assert seam_energy(blurred, texture) < 0.05 * seam_energy(texture, FLAT)


def test_a_seam_in_color_alone_is_seen():
    picture = np.repeat(FLAT[..., None], 3, axis=2)
    tinted = picture.copy()
    tinted[:, 20:, 2] += 0.2
    assert seam_energy(tinted, picture, LABELS) > 5


def test_one_label_has_no_seam():
    assert seam_energy(seam(), FLAT, np.zeros(FLAT.shape, np.uint8)) == 0


def test_labels_of_unsigned_type_are_compared_rightly():
    assert seam_energy(seam(), FLAT, LABELS[:, ::-1].astype(np.uint8)) > 1


def test_unusable_arguments_are_named():
    with pytest.raises(UsageError, match=r"labels.*\(32, 40\).*\(3, 3\)"):
        seam_energy(seam(), FLAT, np.zeros((3, 3), int))
    with pytest.raises(UsageError, match="float64"):
        seam_energy(seam(), FLAT, np.zeros((32, 40)))
    with pytest.raises(UsageError, match="2 px"):
        seam_energy(FLAT[:1], FLAT[:1])
