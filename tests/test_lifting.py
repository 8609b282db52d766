"""Deep shadows under a look's light: features stay, and light multiplies."""

import cv2
import numpy as np
import pytest
from energy_looks import frame, still
from synthetic_faces import photograph

from facestyle.alignment.features import analyze
from facestyle.faces import Portrait
from facestyle.imaging.color import from_lab, to_lab
from facestyle.methods.energy import transfer as energy
from facestyle.methods.energy.levels import LEVELS
from facestyle.methods.energy.lifting import kept_detail, lift_limit
from facestyle.methods.energy.population import population
from facestyle.methods.energy.tone_curves import estimate_curves


def across(portrait):
    """Distance to the right of the nose, inter-ocular distances, (W,)."""
    columns = np.arange(portrait.matte.shape[1], dtype=np.float32)
    return (columns - portrait.face.landmarks[30, 0]) / portrait.face.inter_ocular


def low_key(portrait):
    """Black and white: a curve that is flat below the middle, and a lamp from the left."""
    lab = to_lab(portrait.image)
    lamp = 0.25 + 0.95 / (1 + np.exp(3 * across(portrait)))
    lab[..., 0] = np.clip(1.25 * (lab[..., 0] * lamp) ** 2.2, 0, 1)
    lab[..., 1:] = 0
    return Portrait(from_lab(lab), portrait.face, portrait.matte, portrait.name)


def shaded(portrait, light):
    """Its left half has only a share of its values."""
    dark = 1 / (1 + np.exp(12 * (across(portrait) + 0.1)))
    image = portrait.image * (1 - dark * (1 - light))[:, None]
    return Portrait(image.astype(np.float32), portrait.face, portrait.matte, portrait.name)


def eye_contrast(image, portrait):
    """How much lighter the skin around the left eye is than the eye, L/100."""
    lightness = to_lab(np.ascontiguousarray(image))[..., 0]
    eye = np.zeros(portrait.matte.shape, np.uint8)
    cv2.fillConvexPoly(eye, portrait.face.landmarks[36:42].round().astype(np.int32), 1)
    around = cv2.dilate(eye, np.ones((9, 9))) - cv2.dilate(eye, np.ones((5, 5)))
    return lightness[around > 0].mean() - lightness[eye > 0].mean()


@pytest.fixture(scope="module")
def exemplars():
    return [energy.prepare_exemplar(low_key(photograph(seed=seed))) for seed in range(1, 7)]


@pytest.mark.parametrize("stylized", [still, frame])
@pytest.mark.parametrize("light", [0.3, 0.15, 0.1])
def test_an_eye_in_deep_shadow_stays(exemplars, light, stylized):
    """The lamp comes from the shaded side: it was filled with an even gray, the eye the lighter."""
    person = shaded(photograph(seed=0), light)
    before = eye_contrast(person.image, person)
    assert eye_contrast(stylized(person, exemplars), person) > 0.6 * before


def test_light_multiplies(exemplars):
    """The darker the shadow was, the darker it stays; eight times black is L of 16."""
    cheeks = []
    for light in (1.0, 0.3, 0.1):
        person = shaded(photograph(seed=0), light)
        x, y = ((1, 2) @ person.face.landmarks[[39, 3]] / 3).astype(int)
        lightness = to_lab(still(person, exemplars))[..., 0]
        cheeks.append(lightness[y - 3 : y + 4, x - 3 : x + 4].mean())
    assert cheeks[0] > cheeks[1] + 0.1
    assert cheeks[1] > cheeks[2] > 0.05
    assert cheeks[2] < 0.2


def test_the_limit_is_a_multiple_of_the_luminance():
    own = np.float32([[0.0, 0.2, 0.6, -0.1]])
    limit = lift_limit(own)
    luminance = ((np.maximum(own, 0) + 0.16) / 1.16) ** 3
    lifted = ((own + limit + 0.16) / 1.16) ** 3
    np.testing.assert_allclose(lifted / luminance, 8, rtol=1e-4)


def test_detail_is_kept_only_where_much_is_lifted():
    features = analyze(photograph(seed=0))
    ordinary = population()
    look = type(ordinary.mean)(
        np.maximum(ordinary.mean.lightness - 0.4, 0.02), ordinary.mean.a, ordinary.mean.b
    )
    curves = estimate_curves(look, 8, ordinary)
    assert np.diff(LEVELS + curves.lightness)[:20].max() < 0.005
    level = features.lab[..., 0].astype(np.float64)
    lift = np.full(level.shape, 0.45, np.float32)
    lift[:, : level.shape[1] // 2] = 1
    detail = kept_detail(features, level, curves, lift, 64.0)
    assert np.abs(detail[:, : level.shape[1] // 2 - 1]).max() > 0.05
    assert (detail[:, level.shape[1] // 2 + 1 :] == 0).all()
    everywhere = kept_detail(features, level, curves, np.ones_like(lift), 64.0)
    inside = features.matte > 0.5
    assert abs(everywhere[inside].mean()) < 0.1 * everywhere[inside].std()
