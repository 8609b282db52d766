"""Highlights of energy mode: modeled skin stays modeled, and burnt white is not veiled."""

import numpy as np
import pytest
from energy_looks import frame, still
from synthetic_faces import photograph

from facestyle.faces import Portrait
from facestyle.imaging.color import from_lab, to_lab
from facestyle.methods.energy import transfer as energy
from facestyle.methods.energy.shoulder import bend_highlights, lightest_tone, shoulder


def contrasty(portrait):
    """Black and white, the curve of a hard print, below a light that falls off downwards."""
    lab = to_lab(portrait.image)
    rows = np.arange(portrait.matte.shape[0], dtype=np.float32) - portrait.face.landmarks[30, 1]
    fall = 1.1 / (1 + np.exp(2.5 * (rows / portrait.face.inter_ocular - 1)))
    lab[..., 0] = np.clip(1.9 * (lab[..., 0] - 0.5) + 0.5, 0, 0.95) * fall[:, None]
    lab[..., 1:] = 0
    return Portrait(from_lab(lab), portrait.face, portrait.matte, portrait.name)


def below_face(portrait):
    """Chest of the person, (H, W) bool."""
    rows = np.arange(portrait.matte.shape[0])[:, None]
    chin, unit = portrait.face.landmarks[8, 1], portrait.face.inter_ocular
    return (rows > chin + 0.35 * unit) & (portrait.matte > 0.95)


@pytest.fixture(scope="module")
def exemplars():
    return [energy.prepare_exemplar(contrasty(photograph(seed=seed))) for seed in range(1, 7)]


@pytest.mark.parametrize("stylized", [still, frame])
def test_light_skin_keeps_its_modeling(exemplars, stylized):
    """Overexposed by half a stop, a forehead was one white patch."""
    person = photograph(seed=0)
    lab = to_lab(person.image)
    lab[..., 0] = np.minimum(lab[..., 0] + 0.22, 0.97)
    light = Portrait(from_lab(lab), person.face, person.matte, person.name)
    result = to_lab(stylized(light, exemplars))[..., 0]
    skin = (light.matte > 0.95) & (lab[..., 0] > 0.84) & (lab[..., 0] < 0.96)
    assert skin.sum() > 200
    assert (result[skin] > 0.995).mean() < 0.2  # it was .84


@pytest.mark.parametrize("stylized", [still, frame])
def test_a_burnt_shirt_is_not_veiled(exemplars, stylized):
    """No tone is left in it that a dark coat's shade could show: it became an even gray."""
    person = photograph(seed=0)
    image = person.image.copy()
    shirt = below_face(person)
    image[shirt] = 1
    result = to_lab(stylized(Portrait(image, person.face, person.matte, ""), exemplars))[..., 0]
    assert shirt.sum() > 500
    assert np.median(result[shirt]) > 0.9


def test_order_and_white_are_kept():
    tones = np.linspace(0, 1.4, 141)
    bent = shoulder(tones, 1.4)
    assert (np.diff(bent) > 0.001).all()
    assert bent[-1] == pytest.approx(1)
    np.testing.assert_array_equal(bent[:70], tones[:70])
    # the less lies beyond white, the less gives way
    assert np.abs(shoulder(tones[:101], 1.001) - tones[:101]).max() < 2e-3
    np.testing.assert_array_equal(shoulder(tones, 0.9), np.minimum(tones, 1))


def test_a_picture_below_white_is_left_alone():
    lab = np.random.default_rng(0).uniform(0, 0.99, (60, 50, 3)).astype(np.float32)
    matte = np.ones((60, 50), np.float32)
    kept = lab.copy()
    bend_highlights(lab, lightest_tone(lab, matte))
    np.testing.assert_array_equal(lab, kept)
    assert lightest_tone(lab, 0 * matte) == 1
    lab[..., 0] *= 1.5
    bend_highlights(lab, lightest_tone(lab, matte))
    assert 0.99 < np.percentile(lab[..., 0], 99) <= 1
    np.testing.assert_array_equal(lab[..., 1:], kept[..., 1:])
