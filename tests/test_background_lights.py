"""Lights behind the exemplars: kept where most works show some, and a lone window is not."""

from dataclasses import replace

import cv2
import numpy as np

from facestyle.compositing.background import smooth_background
from facestyle.compositing.lights import with_lights
from facestyle.methods.energy import prepare_exemplar
from facestyle.methods.energy.look import Look


def before(portrait, spots, grain=0.0):
    """A portrait before a brown wall with lights at some places (shares of width and height)."""
    height, width = portrait.matte.shape
    wall = np.full((height, width, 3), (0.35, 0.25, 0.12), np.float32)
    radius = round(0.3 * portrait.face.inter_ocular)
    for x, y in spots:
        cv2.circle(wall, (round(x * width), round(y * height)), radius, (0.7, 0.55, 0.3), -1)
    wall += np.random.default_rng(0).normal(0, grain, (height, width, 1)).astype(np.float32)
    matte = portrait.matte[..., None]
    image = np.clip(matte * portrait.image + (1 - matte) * wall, 0, 1)
    return replace(portrait, image=image.astype(np.float32))


SPOTS = ((0.06, 0.1), (0.94, 0.12), (0.06, 0.4))


def test_lights_are_as_light_and_as_large_as_the_exemplars(portrait):
    lit = before(portrait, SPOTS, grain=0.03)
    ground, share = with_lights(lit, smooth_background(lit))
    height, width = ground.shape[:2]
    for x, y in SPOTS:
        color = ground[round(y * height), round(x * width)]
        np.testing.assert_allclose(color, (0.7, 0.55, 0.3), atol=0.07)
    assert share > 0.03
    light = ground[..., 1] > 0.4
    unit = portrait.face.inter_ocular * width / portrait.matte.shape[1]
    assert light.sum() < 4 * np.pi * (0.3 * unit) ** 2


def test_grain_and_the_person_are_no_lights(portrait):
    plain = before(portrait, (), grain=0.03)
    ground = smooth_background(plain)
    found, share = with_lights(plain, ground)
    assert share < 0.01
    smooth = cv2.resize(ground, found.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    assert np.abs(found - smooth).mean() < 0.002


def test_lights_of_most_exemplars_are_the_looks_and_a_lone_one_is_not(portrait, sitters):
    def greenest(spots):
        works = [before(portrait, own) for own in spots]
        look = Look([prepare_exemplar(work) for work in works])
        return [float(ground[..., 1].max()) for ground in look.backgrounds]

    assert min(greenest([SPOTS, SPOTS[1:], SPOTS[:2]])) > 0.45
    assert max(greenest([SPOTS, (), ()])) < 0.35
    assert max(greenest([SPOTS])) < 0.35
