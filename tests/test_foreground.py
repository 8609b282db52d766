"""Layers behind a soft matte: a known composite taken apart and put together."""

import cv2
import numpy as np
import pytest

from facestyle.compositing.composite import composite
from facestyle.compositing.foreground import separate_layers

UNIT = 40.0


@pytest.fixture(scope="module")
def known():
    """A shaded disc with a soft edge before a shaded wall: picture, matte, both layers."""
    rows, columns = np.mgrid[:160, :200].astype(np.float32)
    shade = (0.1 * rows / 160)[..., None]
    foreground = np.float32([0.75, 0.5, 0.4]) + shade
    background = np.float32([0.1, 0.35, 0.2]) + shade
    matte = np.clip((50 - np.hypot(columns - 100, rows - 80)) / 6 + 0.5, 0, 1)
    opacity = matte[..., None]
    return opacity * foreground + (1 - opacity) * background, matte, foreground, background


def test_a_known_composite_is_recovered(known):
    image, matte, foreground, background = known
    front, back = separate_layers(image, matte, UNIT)
    edge = (matte > 0.05) & (matte < 0.95)
    assert np.abs(front - foreground)[edge].mean() < 0.03
    assert np.abs(back - background)[edge].mean() < 0.03
    # the picture itself is a far worse guess of the foreground there
    assert np.abs(image - foreground)[edge].mean() > 0.1
    assert np.abs(front - foreground)[matte >= 0.95].max() < 0.02


def test_the_texture_of_the_background_stays_behind(known):
    image, matte, *_ = known
    texture = np.random.default_rng(0).normal(0, 0.1, image.shape).astype(np.float32)
    textured = np.clip(image + (1 - matte[..., None]) * texture, 0, 1)
    front, _ = separate_layers(textured, matte, UNIT)
    thin = (matte > 0.05) & (matte < 0.4)
    # .1 * (1 - matte) of the texture is in the picture; only the matte's share may pass
    assert (front - separate_layers(image, matte, UNIT)[0])[thin].std() < 0.03


def test_the_layers_make_up_the_picture(known, portrait):
    for image, matte in (known[:2], (portrait.image, portrait.matte)):
        front, back = separate_layers(image, matte, UNIT)
        opacity = matte[..., None]
        again = opacity * front + (1 - opacity) * back
        assert np.abs(again - image)[matte > 0.1].mean() < 0.01
        assert front.min() >= 0
        assert front.max() <= 1


def test_an_opaque_or_empty_matte_leaves_one_layer(portrait):
    image = portrait.image
    ones = np.ones(image.shape[:2], np.float32)
    front, _ = separate_layers(image, ones, UNIT)
    np.testing.assert_allclose(front, image, atol=1e-5)
    _, back = separate_layers(image, 0 * ones, UNIT)
    assert np.isfinite(back).all()
    # the background is blurred widely on purpose
    assert np.abs(back - cv2.blur(image, (29, 29))).mean() < 0.02


def test_composite_puts_the_person_before_a_new_background(known):
    image, matte, foreground, background = known
    layers = (foreground, background)
    wall = np.float32([0.9, 0.9, 0.95])
    done = composite(image, matte, layers, foreground, wall)
    opacity = matte[..., None]
    np.testing.assert_allclose(done, opacity * foreground + (1 - opacity) * wall, atol=1e-5)


def test_composite_changes_nothing_without_a_new_person_or_background(portrait):
    layers = separate_layers(portrait.image, portrait.matte, portrait.face.inter_ocular)
    same = composite(portrait.image, portrait.matte, layers, layers[0], None)
    np.testing.assert_allclose(same, portrait.image, atol=1e-5)
    none = composite(
        portrait.image, portrait.matte, layers, layers[0], np.zeros(3, np.float32), strength=0
    )
    np.testing.assert_allclose(none, portrait.image, atol=1e-5)


def test_composite_takes_the_background_by_strength(known):
    image, matte, foreground, background = known
    wall = np.ones(3, np.float32)
    half = composite(image, matte, (foreground, background), foreground, wall, strength=0.5)
    away = matte == 0
    np.testing.assert_allclose(half[away], (0.5 + 0.5 * background)[away], atol=1e-5)
