"""Tone first: known tone curves and color casts recovered by luminance rank."""

import numpy as np
import pytest

from facestyle.alignment.features import analyze, skin_probability
from facestyle.faces import Portrait
from facestyle.imaging.color import from_lab, to_lab
from facestyle.methods.energy.tone import (
    pool_statistics,
    tone_shift,
    tone_statistics,
)


def styled(portrait):
    """A low-contrast warm look: a tone curve and a color cast, nothing local."""
    lab = to_lab(portrait.image)
    lab[..., 0] = 0.2 + 0.55 * lab[..., 0] ** 1.3
    lab[..., 1] = 0.6 * lab[..., 1] + 0.03
    lab[..., 2] = 0.6 * lab[..., 2] + 0.06
    return Portrait(from_lab(lab), portrait.face, portrait.matte, portrait.name)


def inside_error(one, two, features):
    return np.abs(one - two)[features.matte > 0.5].mean(axis=0)


def test_a_known_look_of_the_same_person_is_recovered(portrait):
    features, truth = analyze(portrait), analyze(styled(portrait))
    shift = tone_shift(features, tone_statistics(truth), persistence=0)
    assert shift.shape == features.lab.shape
    assert shift.dtype == np.float32
    error = inside_error(features.lab + shift, truth.lab, features)
    before = inside_error(features.lab, truth.lab, features)
    assert error[0] < 0.02
    assert (error < 0.35 * before).all()


def test_a_known_look_of_other_people_is_recovered(sitters):
    target, *others = sitters
    features, truth = analyze(target), analyze(styled(target))
    looks = [tone_statistics(analyze(styled(other))) for other in others]
    shift = tone_shift(features, pool_statistics(looks, [1.0] * len(looks)))
    error = inside_error(features.lab + shift, truth.lab, features)
    before = inside_error(features.lab, truth.lab, features)
    assert error.sum() < 0.75 * before.sum()


def test_own_statistics_leave_the_picture_alone(portrait):
    features = analyze(portrait)
    shift = tone_shift(features, tone_statistics(features), persistence=0)
    inside = features.matte > 0.5
    assert np.abs(shift[inside, 0]).max() < 1e-5
    assert np.abs(shift[inside, 1:]).mean() < 0.01


def test_who_is_darker_stays_darker_in_the_same_look(portrait, sitters):
    """Two exposures of a person fall together without persistence, and keep their distance with."""
    dark = Portrait(portrait.image * np.float32(0.7), portrait.face, portrait.matte)
    look = tone_statistics(analyze(styled(sitters[0])))
    gaps = []
    for persistence in (0.0, 0.5, 1.0):
        levels = []
        for person in (portrait, dark):
            features = analyze(person)
            toned = features.lab + tone_shift(features, look, persistence)
            levels.append(toned[features.hull, 0].mean())
        gaps.append(levels[0] - levels[1])
    assert abs(gaps[0]) < 0.02
    assert gaps[0] + 0.03 < gaps[1] < gaps[2] - 0.03


@pytest.mark.parametrize("lightness", [0.8, 0.95])
def test_a_white_shirt_stays_neutral_when_skin_turns_warm(portrait, lightness):
    """Two pictures of a person in white, whose skin alone is pale or tanned."""
    lab = to_lab(portrait.image)
    chin = int(portrait.face.landmarks[8, 1] + 0.5 * portrait.face.inter_ocular)
    lab[chin:] = (lightness, 0, 0)
    skin = skin_probability(lab, analyze(portrait).hull)[..., None]
    skin[chin:] = 0

    def with_skin(shift):
        tinted = lab + skin * np.float32([0, *shift])
        return analyze(Portrait(from_lab(tinted), portrait.face, portrait.matte))

    features = with_skin((0, 0))
    shift = tone_shift(features, tone_statistics(with_skin((0.06, 0.12))))
    shirt = features.matte > 0.9
    shirt[: chin + 10] = False
    assert np.abs((features.lab + shift)[shirt, 1:]).mean() < 0.02
    assert shift[features.hull & (features.skin > 0.5), 2].mean() > 0.09


def test_pooling_weighs_and_forgets(portrait):
    one, two = tone_statistics(analyze(portrait)), tone_statistics(analyze(styled(portrait)))
    only = pool_statistics([one, two], [0.0, 3.0])
    for name in ("everything", "skin", "rest"):
        np.testing.assert_allclose(getattr(only, name), getattr(two, name), rtol=1e-6)
    half = pool_statistics([one, two], [1.0, 1.0])
    np.testing.assert_allclose(half.everything, (one.everything + two.everything) / 2, rtol=1e-6)
