"""Tones of two exemplars meet in one forehead, and nothing else changes."""

import numpy as np
import pytest

from facestyle.faces.regions import BACKGROUND, CLOTHES, EYE, HAIR, SKIN
from facestyle.methods.patch_unpaired.exemplar_seams import meeting_exemplars
from facestyle.methods.patch_unpaired.pictures import masked_mean

WIDTH = 200.0  # px of the face
SIZE = (160, 160)
LEFT = np.broadcast_to(np.arange(160) < 80, SIZE)


def step(rest, beside=6):
    """Difference in luminance and colors across the middle column."""
    right, left = (
        rest[40:120, part].mean(axis=(0, 1))
        for part in (slice(80, 80 + beside), slice(80 - beside, 80))
    )
    return right - left


@pytest.mark.parametrize("region", [SKIN, HAIR, CLOTHES])
def test_a_step_between_two_exemplars_goes_and_its_strokes_stay(region):
    region_map = np.full(SIZE, region, np.uint8)
    rest = np.where(LEFT[..., None], 0.0, np.float32([0.04, -0.03, 0.02])).astype(np.float32)
    strokes = np.zeros_like(rest)
    strokes[:, ::4, 0] = 0.05
    change = meeting_exemplars(rest + strokes, region_map, LEFT.astype(np.int32), WIDTH)
    assert (np.abs(step(rest - change, 3)) < 0.25 * np.float32([0.04, 0.03, 0.02])).all()
    assert np.abs(change[:, :40]).max() < 0.005  # far away nothing is added
    drawn = strokes - change + meeting_exemplars(rest, region_map, LEFT.astype(np.int32), WIDTH)
    assert drawn[..., 0].std() > 0.95 * strokes[..., 0].std()


def test_a_step_inside_one_exemplar_is_its_own():
    rest = np.where(LEFT[..., None], 0.0, np.float32(0.04)).repeat(3, axis=-1).astype(np.float32)
    same = np.zeros(SIZE, np.int32)
    assert not meeting_exemplars(rest, np.full(SIZE, SKIN, np.uint8), same, WIDTH).any()


def test_skin_does_not_meet_hair_and_features_and_background_are_left_alone():
    rest = np.where(LEFT[..., None], 0.0, np.float32(0.04)).repeat(3, axis=-1).astype(np.float32)
    origins = LEFT.astype(np.int32)
    two_kinds = np.where(LEFT, SKIN, HAIR).astype(np.uint8)
    assert not meeting_exemplars(rest, two_kinds, origins, WIDTH).any()
    for region in (EYE, BACKGROUND):
        region_map = np.full(SIZE, region, np.uint8)
        assert not meeting_exemplars(rest, region_map, origins, WIDTH).any()


def test_single_pixels_of_another_exemplar_keep_their_strokes():
    origins = np.zeros(SIZE, np.int32)
    origins[8::16, 8::16] = 1
    rest = np.zeros((*SIZE, 3), np.float32)
    rest[origins == 1] = 0.1
    change = meeting_exemplars(rest, np.full(SIZE, HAIR, np.uint8), origins, WIDTH)
    assert np.abs(change).max() < 0.25 * 0.1


@pytest.mark.parametrize("step", [1, 2])
def test_a_masked_mean_sees_the_mask_alone(step):
    random = np.random.default_rng(0)
    values = np.full((*SIZE, 3), 0.9, np.float32)
    values[LEFT] = 0.3 + 0.01 * random.standard_normal((LEFT.sum(), 3)).astype(np.float32)
    share, mean = masked_mean(values, LEFT, 6.0, step)
    assert mean.shape == (SIZE[0] // step, SIZE[1] // step, 3)
    near = mean[:, : 86 // step]  # a sigma beyond the mask's edge, too
    np.testing.assert_allclose(near, 0.3, atol=0.01)
    assert share[80 // step, 80 // step] == pytest.approx(0.5, abs=0.08)
    assert not mean[:, 130 // step :].any()
