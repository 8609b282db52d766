"""Sitters in a print have its inks' colors alone."""

import numpy as np
import pytest

from facestyle.faces.regions import CLOTHES, HAIR, SKIN
from facestyle.imaging.color import to_lab
from facestyle.methods.patch_unpaired.print_palette import in_palette, print_palette
from facestyle.methods.patch_unpaired.tone import exemplar_tones, tone_mapped

CORAL, NAVY, PAPER = (0.95, 0.45, 0.4), (0.1, 0.15, 0.45), (0.97, 0.94, 0.88)


def mixtures(count=40_000, third=0.0, seed=0):
    """Lab of blurred dots of coral and navy on paper, and as much of a third color; (N, 3)."""
    random = np.random.default_rng(seed)
    coral, navy, other = random.uniform(0, 1, (3, count, 1))
    rgb = np.float32(PAPER) ** 2
    for share, ink in ((coral, CORAL), (navy**2, NAVY), (third * other, (0.3, 0.8, 0.2))):
        rgb = rgb * (1 - share + share * np.float32(ink) ** 2)
    return to_lab(np.sqrt(rgb).astype(np.float32).reshape(1, -1, 3))[0]


def test_two_inks_are_a_print_and_three_far_apart_are_none():
    flat = mixtures()
    flat[:, 2] = 0.5 * flat[:, 1] - flat[:, 0] / 5  # one line of colors at each luminance
    assert print_palette(flat)[1] == 1
    assert print_palette(mixtures(third=1.0))[1] == 0
    assert print_palette(np.zeros((0, 3), np.float32))[1] == 0


@pytest.fixture
def inks():
    """Colors on one line at each luminance."""
    random = np.random.default_rng(1)
    luminance, along = random.uniform(0.1, 0.95, 30_000), random.normal(0, 0.05, 30_000)
    return np.column_stack([luminance, 0.1 + along, 0.05 - along]).astype(np.float32)


def test_foreign_colors_move_to_the_inks_and_own_ones_stay(inks):
    palette, share = print_palette(inks)
    assert share == 1
    own = np.float32([[(0.5, 0.14, 0.01), (0.3, 0.06, 0.09)]])
    kept = own.copy()
    in_palette(kept, palette, share)
    np.testing.assert_array_equal(kept, own)
    foreign = np.float32([[(0.5, -0.2, -0.2), (0.7, 0.4, 0.4)]])
    moved = foreign.copy()
    in_palette(moved, palette, share)
    np.testing.assert_array_equal(moved[..., 0], foreign[..., 0])
    assert np.abs(moved[..., 1:].sum(axis=-1) - 0.15).max() < 0.02  # beside the line no further
    half, none = foreign.copy(), foreign.copy()
    in_palette(half, palette, 0.5)
    in_palette(none, palette, 0.0)
    np.testing.assert_allclose(half, (moved + foreign) / 2, atol=1e-6)
    np.testing.assert_array_equal(none, foreign)


def test_a_green_coat_is_printed_in_the_inks(inks):
    region_map = np.repeat(np.uint8([SKIN, HAIR, CLOTHES]), 50)[:, None].repeat(200, 1)
    work = inks.reshape(150, 200, 3)
    tones = exemplar_tones([work], [region_map], 0.5)
    photo = np.full((150, 200, 3), (0.6, 0.1, 0.12), np.float32)
    photo[region_map == HAIR] = (0.3, 0.05, 0.1)
    photo[region_map == CLOTHES] = (0.5, -0.4, 0.35)
    photo[..., 0] += np.random.default_rng(0).normal(0, 0.02, (150, 200))
    photo[..., 1] += np.float32(0.05) * np.sin(np.arange(200) / 12)
    coat = tone_mapped(photo, region_map, tones, 1.5)[115:140, :, 1:]
    assert np.abs(coat.sum(axis=-1) - 0.15).max() < 0.04
