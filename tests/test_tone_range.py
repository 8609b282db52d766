"""Lights and darks of energy mode: what is modeled stays so, and burnt white is not veiled."""

from pathlib import Path

import numpy as np
import pytest
from energy_looks import frame, still
from synthetic_faces import photograph

from facestyle import ExemplarSet
from facestyle.faces import Portrait
from facestyle.imaging.color import from_lab, to_lab
from facestyle.methods.energy import transfer as energy
from facestyle.methods.energy.tone_range import ToneRange, bend_tones, shoulder, toe, tone_range

PHOTOS = Path(__file__).parents[1] / "exemplars" / "pencil_photos"


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


def test_order_and_black_are_kept():
    tones = np.linspace(-0.3, 1, 131)
    bent = toe(tones, -0.3)
    assert (np.diff(bent) > 0).all()
    assert bent[0] == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(bent[37:], tones[37:], atol=1e-12)  # from .07 on
    assert np.abs(toe(tones[30:], -0.001) - tones[30:]).max() < 2e-3
    np.testing.assert_array_equal(toe(tones, 0.1), np.maximum(tones, 0))


def lit_from_the_left(portrait):
    """Most of the face in deep shade."""
    columns = np.arange(portrait.image.shape[1], dtype=np.float32) - portrait.face.landmarks[30, 0]
    light = 0.07 + 0.55 / (1 + np.exp(1.6 * (columns / portrait.face.inter_ocular - 0.1)))
    image = portrait.image * (light**0.8)[None, :, None]
    return Portrait(image.astype(np.float32), portrait.face, portrait.matte, portrait.name)


@pytest.mark.parametrize("stylized", [still, frame])
def test_deep_shade_is_neither_red_nor_one_black(stylized):
    """A quarter of this sitter was black, and shaded skin pure red: channels were cut off at 0."""
    portraits = {p.name: p for p in ExemplarSet.from_folder(PHOTOS)}
    person = portraits.pop("grace_hopper.jpg")
    look = [energy.prepare_exemplar(lit_from_the_left(p)) for p in list(portraits.values())[:6]]
    result = stylized(person, look)
    red, green, blue = result[person.matte > 0.95].T
    pure = (red > 10 / 255) & (green < 0.2 * red) & (blue < 0.2 * red)
    assert pure.mean() < 0.01  # it was .026
    assert (to_lab(result)[..., 0][person.matte > 0.95] < 0.002).mean() < 0.05  # it was .23


@pytest.mark.parametrize("stylized", [still, frame])
def test_a_burnt_face_is_not_veiled(stylized):
    """Of a face without any tone it made gray plaster, with a rim that glowed."""
    look = [energy.prepare_exemplar(lit_from_the_left(photograph(seed=s))) for s in range(1, 7)]
    person = photograph(seed=0)
    image = person.image.copy()
    rows, columns = np.indices(person.matte.shape)
    x, y = person.face.landmarks[29]
    burnt = np.hypot(columns - x, rows - y) < 0.6 * person.face.inter_ocular
    image[burnt] = 1
    result = to_lab(stylized(Portrait(image, person.face, person.matte, ""), look))[..., 0]
    assert np.median(result[burnt]) > 0.5  # it was .39


def test_a_picture_within_black_and_white_is_left_alone():
    lab = np.random.default_rng(0).uniform(0.01, 0.99, (60, 50, 3)).astype(np.float32)
    matte = np.ones((60, 50), np.float32)
    kept = lab.copy()
    bend_tones(lab, tone_range(lab, matte))
    np.testing.assert_array_equal(lab, kept)
    assert tone_range(lab, 0 * matte) == ToneRange()
    lab[..., 0] *= 1.5
    bend_tones(lab, tone_range(lab, matte))
    assert 0.99 < np.percentile(lab[..., 0], 99) <= 1
    np.testing.assert_array_equal(lab[..., 1:], kept[..., 1:])
