"""Gains from energies: the papers' ratio, and what the exemplars agree on."""

import numpy as np
import pytest

from facestyle.methods.energy.gain import agreed_ratio, agreement, energy_ratio

OWN = np.full((12, 16, 3), 0.01, np.float32)


def _weights(count: int) -> np.ndarray:
    return np.full((count, 12, 16), 1 / count, np.float32)


def test_energy_ratio_is_the_root_of_the_blended_energies() -> None:
    energies = np.stack([OWN * 2, OWN * 6])
    weights = np.stack([np.full((12, 16), 0.25), np.full((12, 16), 0.75)]).astype(np.float32)
    expected = np.sqrt((0.25 * 0.02 + 0.75 * 0.06) / (0.01 + 1e-4))
    np.testing.assert_allclose(energy_ratio(OWN, energies, weights), expected, rtol=1e-5)


def test_exemplars_that_agree_are_followed() -> None:
    energies = np.stack([OWN * 4] * 5)
    ratio = agreed_ratio(OWN, energies, _weights(5), 1.0)
    np.testing.assert_allclose(ratio, 2, rtol=0.01)


def test_exemplars_that_contradict_each_other_change_nothing() -> None:
    energies = np.stack([OWN * 4, OWN / 4])
    ratio = agreed_ratio(OWN, energies, _weights(2), 1.0)
    np.testing.assert_allclose(ratio, 1, atol=0.01)


def test_a_single_exemplar_is_followed_half_way() -> None:
    ratio = agreed_ratio(OWN, OWN[None] * 16, _weights(1), 1.0)
    np.testing.assert_allclose(ratio, 2, rtol=0.01)


@pytest.mark.parametrize(("spread", "expected"), [(0.0, 1.0), (1.0, 0.5), (3.0, 0.1)])
def test_agreement_is_mean_squared_over_mean_square(spread: float, expected: float) -> None:
    values = np.ones((2, 8, 8, 1), np.float32)
    values[0] += spread
    values[1] -= spread
    np.testing.assert_allclose(agreement(values, 1.0, 1e-6), expected, rtol=1e-3)


def test_agreement_holds_where_what_is_agreed_on_changes_its_sign() -> None:
    slope = np.linspace(-1, 1, 41, dtype=np.float32)[None, None, :, None]
    values = np.broadcast_to(slope, (3, 41, 41, 1))
    share = agreement(values + np.float32([-0.05, 0, 0.05])[:, None, None, None], 5.0, 1e-5)
    assert share.min() > 0.9  # the square of the blurred mean had 0 in the middle
