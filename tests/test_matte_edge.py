"""The matte's edge is decided by color where color can tell."""

import numpy as np
import pytest

from facestyle.faces.matte_edge import decide_edge, fit_to_edges

UNIT = 100.0


def _scene(
    foreground: tuple[float, ...], background: tuple[float, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """A picture of two flat halves with a soft edge at column 60, and its true opacity."""
    columns = np.arange(120, dtype=np.float32)
    truth = np.tile(np.clip((62 - columns) / 4, 0, 1), (80, 1)).astype(np.float32)
    opacity = truth[..., None]
    image = opacity * np.float32(foreground) + (1 - opacity) * np.float32(background)
    return image.astype(np.float32), truth


def test_a_rim_of_background_is_cut_off() -> None:
    image, truth = _scene((0.7, 0.5, 0.4), (0.1, 0.2, 0.3))
    too_wide = np.roll(truth, 3, axis=1)
    too_wide[:, :3] = 1
    decided = decide_edge(image, too_wide, UNIT)
    assert np.abs(decided - truth).mean() < 0.3 * np.abs(too_wide - truth).mean()
    assert np.abs(decided - truth).max() < 0.25


def test_alike_colors_leave_the_matte_alone() -> None:
    image, truth = _scene((0.50, 0.5, 0.5), (0.51, 0.5, 0.5))
    matte = np.roll(truth, 3, axis=1)
    np.testing.assert_allclose(decide_edge(image, matte, UNIT), matte, atol=0.02)


def test_nothing_changes_away_from_the_edge() -> None:
    image, truth = _scene((0.7, 0.5, 0.4), (0.1, 0.2, 0.3))
    decided = decide_edge(image, truth, UNIT)
    np.testing.assert_array_equal(decided[:, :45], 1)
    np.testing.assert_array_equal(decided[:, 80:], 0)


def test_a_hard_mask_is_fitted_to_the_edge() -> None:
    image, truth = _scene((0.7, 0.5, 0.4), (0.1, 0.2, 0.3))
    mask = (np.roll(truth, 3, axis=1) > 0.5).astype(np.float32)
    mask[:, :3] = 1
    fitted = fit_to_edges(image, mask, UNIT)
    assert np.abs(fitted - truth).mean() < 0.6 * np.abs(mask - truth).mean()
    np.testing.assert_array_equal(fitted[:, :40], 1)
    np.testing.assert_array_equal(fitted[:, 85:], 0)


def test_white_paper_breaks_nothing() -> None:
    image = np.ones((200, 200, 3), np.float32)
    image[80:120, 90:110:2] = 0
    mask = np.zeros((200, 200), np.float32)
    mask[60:, 50:150] = 1
    fitted = fit_to_edges(image, mask, 170.0)
    assert np.isfinite(fitted).all()
    assert fitted[150:, 90:110].min() == 1


@pytest.mark.parametrize("level", [0.04, 0.5])
def test_one_color_on_both_sides_has_a_narrow_edge(level: float) -> None:
    columns = np.arange(160, dtype=np.float32)
    ramp = level + np.float32(0.01) * columns / 160
    image = np.repeat(np.tile(ramp, (120, 1))[..., None], 3, axis=2)
    mask = np.tile((columns < 80).astype(np.float32), (120, 1))
    fitted = fit_to_edges(image, mask, UNIT)
    translucent = ((fitted > 0.1) & (fitted < 0.9)).sum(axis=1)
    assert translucent.max() <= 0.06 * UNIT
    np.testing.assert_allclose(np.abs(fitted - mask).sum(axis=1), 0, atol=0.02 * UNIT)


def test_a_soft_edge_between_two_colors_stays_soft() -> None:
    columns = np.arange(160, dtype=np.float32)
    truth = np.tile(np.clip((86 - columns) / 12, 0, 1), (120, 1)).astype(np.float32)
    opacity = truth[..., None]
    image = opacity * np.float32((0.7, 0.5, 0.4)) + (1 - opacity) * np.float32((0.1, 0.2, 0.3))
    fitted = fit_to_edges(image, (truth > 0.5).astype(np.float32), UNIT)
    assert np.abs(fitted - truth).max() < 0.27
