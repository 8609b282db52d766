"""Colored things on a face keep their color in paintings."""

import cv2
import numpy as np
import pytest

from facestyle.faces.regions import LIP, SKIN
from facestyle.methods.patch_unpaired.colored_things import narrow_things, of_skin, thing_share
from facestyle.methods.patch_unpaired.correction import correction, correction_weights, last_weights
from facestyle.methods.patch_unpaired.sitter_colors import color_share
from facestyle.methods.patch_unpaired.tone import exemplar_tones, tone_mapped

WIDTH = 150.0
SKIN_COLOR, LIPS = (0.65, 0.12, 0.15), (0.45, 0.35, 0.12)
NAVY, GREEN = (0.25, 0.05, -0.25), (0.5, -0.2, 0.15)


def face(skin=SKIN_COLOR, lips=LIPS, thing=None, spread=0.0):
    """Skin from dark to light, lips below, and a bar of a thing across, 6 px high; and regions."""
    region_map = np.full((160, 120), SKIN, np.uint8)
    region_map[120:140, 30:90] = LIP
    lab = np.empty((160, 120, 3), np.float32)
    lab[:] = skin
    lab[region_map == LIP] = lips
    lab[..., 0] += np.linspace(-0.3, 0.2, 120, dtype=np.float32)
    for channel, step in ((1, 9), (2, 5)):  # in two directions: a painting, no print in two inks
        lab[..., channel] += np.float32(spread) * np.sin(np.arange(160)[:, None] / step)
    lab[..., 0] += np.random.default_rng(0).normal(0, 0.02, (160, 120)).astype(np.float32)
    if thing is not None:
        lab[60:66, 10:110] = thing
    return lab, region_map


@pytest.fixture(scope="module")
def tones():
    painting, region_map = face((0.6, 0.14, 0.25), (0.4, 0.2, 0.22), spread=0.04)
    return exemplar_tones([painting], [region_map], 1.5)


@pytest.mark.parametrize("color", [NAVY, GREEN])
def test_rims_keep_their_color_and_skin_that_of_the_painting(tones, color):
    photo, region_map = face(thing=color)
    mapped = tone_mapped(photo, region_map, tones, 1.5)
    plain = tone_mapped(face()[0], region_map, tones, 1.5)
    rim = mapped[61:65, 20:100, 1:].mean(axis=(0, 1))
    share = color_share(tones[0].spread)
    assert 0.4 < share < 0.8
    np.testing.assert_allclose(rim, share * np.float32(color[1:]), atol=0.04)
    np.testing.assert_allclose(mapped[20:40, :, 1:], plain[20:40, :, 1:], atol=0.02)


def test_red_lips_and_whites_are_no_things():
    skin = np.float32(SKIN_COLOR[1:])
    colors = np.float32([LIPS[1:], (0.02, 0.02), NAVY[1:], GREEN[1:]])[None]
    share = thing_share(colors, colors - skin)
    np.testing.assert_array_equal(share, [[0, 0, 1, 1]])


def test_skin_is_told_from_what_is_on_it():
    photo, region_map = face(thing=NAVY)
    inside = region_map == SKIN
    found = np.zeros(region_map.shape, bool)
    found[inside] = of_skin(photo[inside])
    assert not found[60:66, 10:110].any()
    assert found[inside].mean() > 0.95
    assert of_skin(np.zeros((0, 3), np.float32)).shape == (0,)


def test_narrow_things_are_told_from_broad_shades():
    lab, _ = face(thing=NAVY)
    lab[..., 2] += np.linspace(-0.2, 0.2, 160, dtype=np.float32)[:, None]
    found = narrow_things(lab, WIDTH)
    assert found[62:64, 20:100].min() > 0.9
    assert found[80:110].max() == 0


def test_strokes_take_the_color_of_a_narrow_thing():
    target, region_map = face(thing=NAVY)
    drawn, _ = face(thing=(NAVY[0], 0.12, 0.1))
    weights = last_weights(correction_weights(region_map, WIDTH), region_map, WIDTH)
    after = drawn + correction(drawn, target, weights, WIDTH, 1.0)
    off = np.abs(after - target)[62:64, 20:100, 2].mean()
    assert off < 0.1 * np.abs(drawn - target)[62:64, 20:100, 2].mean()
    assert cv2.absdiff(after, drawn)[20:40, :, 1:].max() < 0.02
