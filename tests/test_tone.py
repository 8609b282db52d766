"""Tone first: known tone curves and color casts, told from the sitters who wear them."""

import numpy as np
import pytest
from energy_looks import frame, still
from synthetic_faces import photograph

from facestyle.alignment.features import analyze, skin_probability
from facestyle.faces import Portrait
from facestyle.imaging.color import from_lab, to_lab
from facestyle.methods.energy import transfer as energy
from facestyle.methods.energy.levels import LEVELS
from facestyle.methods.energy.ordinary import ordinary_face
from facestyle.methods.energy.population import population
from facestyle.methods.energy.tone import tone_shift
from facestyle.methods.energy.tone_curves import estimate_curves
from facestyle.methods.energy.tones import (
    ToneStatistics,
    pool_statistics,
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


def shifted(ordinary, **shifts):
    """The population's mean statistics in a look."""
    mean = ordinary.mean
    return ToneStatistics(*(getattr(mean, n) + shifts.get(n, 0) for n in ("lightness", "a", "b")))


def test_a_known_look_of_other_people_is_recovered(sitters):
    target, *others = sitters
    features, truth = analyze(target), analyze(styled(target))
    looks = [tone_statistics(analyze(styled(other))) for other in others]
    look = pool_statistics(looks, [1.0] * len(looks))
    shift = tone_shift(features, estimate_curves(look, len(looks), population()))
    error = inside_error(features.lab + shift, truth.lab, features)
    before = inside_error(features.lab, truth.lab, features)
    assert error.sum() < 0.6 * before.sum()


def test_ordinary_portraits_ask_for_little(portrait, sitters):
    """Five of them, of which some are paintings, move a sixth by less than they differ from it."""
    features = analyze(portrait)
    look = pool_statistics([tone_statistics(analyze(s)) for s in sitters], [1.0] * len(sitters))
    shift = tone_shift(features, estimate_curves(look, len(sitters), population()))
    naive = look.lightness - tone_statistics(features).lightness
    assert np.abs(shift[features.matte > 0.5, 0]).mean() < 0.5 * np.abs(naive).mean()
    nothing = estimate_curves(population().mean, 8, population())
    assert np.abs(tone_shift(features, nothing)).max() < 1e-5


def test_evidence_grows_with_exemplars_and_with_the_look():
    """The same shift is taken for the sitter's from one exemplar, for the look's from many."""
    ordinary = population()

    def found(amount, count):
        look = shifted(ordinary, lightness=amount)
        return np.interp(0.6, LEVELS, estimate_curves(look, count, ordinary).lightness) / amount

    assert found(0.08, 1) < 0.4
    assert found(0.08, 16) > 0.7
    assert found(0.04, 1) < 0.25 < found(0.15, 1)
    assert found(0.15, 16) > 0.85


def test_gray_exemplars_take_the_color_of_skin():
    ordinary = population()
    mean = ordinary.mean
    gray = ToneStatistics(mean.lightness, 0 * mean.a, 0 * mean.b)
    curves = estimate_curves(gray, 8, ordinary)
    skin = np.interp(0.65, LEVELS, curves.saturation[1]) * 0.17
    assert abs(skin + np.interp(0.65, LEVELS, curves.tint[1])) < 0.02


def test_a_darker_tone_stays_darker():
    ordinary = population()
    generator = np.random.default_rng(3)
    for _ in range(20):
        look = shifted(ordinary, lightness=generator.normal(0, 0.3, 28))
        curve = LEVELS + estimate_curves(look, 4, ordinary).lightness
        assert np.diff(curve).min() > -1e-9
        assert curve.min() > -1e-9
        assert curve.max() < 1 + 1e-9


def test_who_is_darker_stays_darker_in_the_same_look(portrait, sitters):
    dark = Portrait(portrait.image * np.float32(0.7), portrait.face, portrait.matte)
    looks = [tone_statistics(analyze(styled(sitter))) for sitter in sitters]
    curves = estimate_curves(pool_statistics(looks, [1.0] * len(looks)), len(looks), population())
    before, after = [], []
    for person in (portrait, dark):
        features = analyze(person)
        before.append(features.lab[features.hull, 0].mean())
        after.append((features.lab + tone_shift(features, curves))[features.hull, 0].mean())
    # the look itself halves contrasts
    assert after[0] - after[1] > 0.4 * (before[0] - before[1])


def test_a_side_light_is_told_from_faces(portrait):
    """Twelve faces with and without it, each differing from the mean face by chance."""
    ordinary = population()
    features = analyze(portrait)
    neutral = estimate_curves(ordinary.mean, 12, ordinary)
    face = ordinary_face(portrait, features, neutral)
    plain = face._warped(face.face.residual, features.matte.shape)
    generator = np.random.default_rng(5)
    noise = generator.normal(0, 0.1, (12, 1, 1, 3)) + generator.normal(0, 0.05, (12, *plain.shape))
    faces = (plain + noise).astype(np.float32)
    side = np.linspace(-0.25, 0.25, plain.shape[1], dtype=np.float32)[None, :, None] * [1, 0, 0]
    assert face.residual_evidence(faces)[0] < 0.1
    lit = face.residual_evidence((faces + side).astype(np.float32))
    assert lit[0] > 0.9
    assert lit[1] < 0.1


@pytest.mark.parametrize("lightness", [0.8, 0.95])
def test_a_white_shirt_stays_neutral_when_skin_turns_warm(portrait, sitters, lightness):
    """People in white, whose skin alone is pale or tanned."""

    def in_white(person, shift):
        lab = to_lab(person.image)
        chin = int(person.face.landmarks[8, 1] + 0.5 * person.face.inter_ocular)
        lab[chin:] = (lightness, 0, 0)
        skin = skin_probability(lab, analyze(person).hull)[..., None]
        skin[chin:] = 0
        tinted = lab + skin * np.float32([0, *shift])
        return analyze(Portrait(from_lab(tinted), person.face, person.matte)), chin

    features, chin = in_white(portrait, (0, 0))
    looks = [tone_statistics(in_white(sitter, (0.06, 0.12))[0]) for sitter in sitters]
    look = pool_statistics(looks, [1.0] * len(looks))
    shift = tone_shift(features, estimate_curves(look, len(looks), population()))
    shirt = features.matte > 0.9
    shirt[: chin + 10] = False
    assert np.abs((features.lab + shift)[shirt, 1:]).mean() < 0.05
    assert shift[features.hull & (features.skin > 0.5), 2].mean() > 0.09


def test_pooling_weighs_and_forgets(portrait):
    one, two = tone_statistics(analyze(portrait)), tone_statistics(analyze(styled(portrait)))
    only = pool_statistics([one, two], [0.0, 3.0])
    for name in ("lightness", "a", "b"):
        np.testing.assert_allclose(getattr(only, name), getattr(two, name), rtol=1e-6)
    half = pool_statistics([one, two], [1.0, 1.0])
    np.testing.assert_allclose(half.lightness, (one.lightness + two.lightness) / 2, rtol=1e-6)


@pytest.mark.parametrize("stylized", [still, frame])
def test_what_has_no_color_on_a_face_gets_none_when_skin_loses_it(stylized):
    """Whites of eyes turned blue and teeth green: they lost the color that skin has."""

    def pale(portrait):
        lab = to_lab(portrait.image)
        lab[..., 1:] *= 0.25
        return Portrait(from_lab(lab), portrait.face, portrait.matte, portrait.name)

    look = [energy.prepare_exemplar(pale(photograph(seed=seed))) for seed in range(1, 7)]
    person = photograph(seed=0)
    lab = to_lab(person.image)
    x, y = person.face.landmarks[33].astype(int)
    unit = int(0.06 * person.face.inter_ocular)
    place = (slice(y - unit, y + unit + 1), slice(x - unit, x + unit + 1))
    skin = lab[place][..., 1:].mean(axis=(0, 1))
    lab[place] = (lab[place][..., 0].mean(), 0, 0)
    image = from_lab(lab)
    got = to_lab(stylized(Portrait(image, person.face, person.matte, ""), look))[place][..., 1:]
    assert np.abs(got.mean(axis=(0, 1))).max() < 0.25 * np.abs(skin).max()


def lightened_at(look, own):
    """What a look of eight exemplars adds to an L of .6 of an input of these statistics."""
    return np.interp(0.6, LEVELS, estimate_curves(look, 8, population(), own).lightness)


def test_what_an_input_shares_with_its_exemplars_is_no_look():
    """All of them taken in one bright studio: the input is bright already."""
    ordinary = population()
    look = shifted(ordinary, lightness=0.08)
    alone = lightened_at(look, None)
    assert alone > 0.03
    assert lightened_at(look, shifted(ordinary, lightness=0.08)) < 0.75 * alone
    # a dark sitter shares nothing with bright exemplars, and is not lightened more for it
    assert lightened_at(look, shifted(ordinary, lightness=-0.1)) == pytest.approx(alone, abs=1e-6)


def test_a_look_that_is_surely_one_is_the_same_for_all():
    ordinary = population()
    look = shifted(ordinary, lightness=-0.3)
    dark = lightened_at(look, shifted(ordinary, lightness=-0.1))
    assert dark == pytest.approx(lightened_at(look, None), abs=1e-6)
