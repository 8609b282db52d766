"""Film grain of photographic looks: measured on exemplars, made, and given to pictures."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from test_energy import look_alike

from facestyle import ExemplarSet, Stylizer
from facestyle.faces import Portrait
from facestyle.imaging.levels import to_bytes
from facestyle.methods.energy import PRESETS, grain_field
from facestyle.methods.energy.film_grain import Grain, grain_of_set, measure_grain
from facestyle.methods.energy.grain_field import add_grain, printed

SIGMA, STRENGTH = 0.8, 0.03
BRIGHT = Grain(np.full(5, STRENGTH), SIGMA, 100.0)


def noise(shape, sigma, seed):
    """Gaussian-filtered noise of deviation 1."""
    values = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    values = cv2.GaussianBlur(values, (0, 0), sigma)
    return values / values.std()


def grainy(portrait, seed, *, mask=1.0, strength=STRENGTH):
    """A portrait on film whose grain is the same at all tones; none of it is clipped."""
    field = strength * mask * noise(portrait.matte.shape, SIGMA, seed)
    image = 0.15 + 0.7 * portrait.image + field[..., None]
    return replace(portrait, image=np.clip(image, 0, 1).astype(np.float32))


def enlarged(portrait):
    """Twice as large: grain is finer than the shading of a face then."""
    image = cv2.resize(portrait.image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    matte = cv2.resize(portrait.matte, None, fx=2, fy=2)
    return Portrait(np.clip(image, 0, 1), portrait.face.scaled(2), matte, portrait.name)


@pytest.fixture(scope="module")
def clean(portrait):
    """Three sitters at 90 px between the eyes."""
    return [enlarged(look_alike(portrait, index)) for index in range(3)]


@pytest.fixture(scope="module")
def film(clean):
    """The same on grainy film."""
    return [grainy(portrait, seed) for seed, portrait in enumerate(clean)]


def test_size_and_strength_are_measured(film):
    grain = grain_of_set([measure_grain(portrait) for portrait in film])
    assert grain.by_tone == pytest.approx(STRENGTH, rel=0.1)
    assert grain.sigma == pytest.approx(SIGMA, rel=0.15)
    unit = np.median([portrait.face.inter_ocular for portrait in film])
    assert grain.unit == pytest.approx(unit)


def test_clean_sets_have_none_and_few_grainy_files_count_for_nothing(clean, film):
    alone = [measure_grain(portrait) for portrait in clean]
    on_film = [measure_grain(portrait) for portrait in film[:2]]
    assert grain_of_set(alone) is None
    assert grain_of_set([alone[0], on_film[0]]) is None
    assert grain_of_set([*alone, *on_film]) is None


def test_one_rough_file_does_not_make_the_grain_stronger(clean, film):
    usual = [measure_grain(portrait) for portrait in film]
    rough = measure_grain(grainy(clean[0], 9, strength=0.09))
    grain = grain_of_set([*usual, rough])
    assert grain.by_tone == pytest.approx(STRENGTH, rel=0.1)


@pytest.mark.parametrize("where", ["person", "background"])
def test_what_is_rough_on_one_side_alone_is_no_grain(clean, where):
    rough = []
    for seed, portrait in enumerate(clean):
        soft = replace(portrait, image=cv2.GaussianBlur(portrait.image, (0, 0), 8))
        mask = portrait.matte if where == "person" else 1 - portrait.matte
        rough.append(measure_grain(grainy(soft, seed, mask=mask)))
    assert grain_of_set(rough) is None
    assert max(rough[0].skin, rough[0].behind) == pytest.approx(STRENGTH, rel=0.1)


def test_bands_make_one_field(monkeypatch):
    def field(seed=0):
        return np.concatenate([band for _, band in grain_field.grain_field((120, 90), 1.3, seed)])

    whole = field()
    assert whole.shape == (120, 90)
    assert whole.std() == pytest.approx(1, rel=0.05)
    monkeypatch.setattr(grain_field, "row_bands", lambda *_, **__: [slice(0, 7), slice(7, 120)])
    np.testing.assert_allclose(field(), whole, atol=1e-5)
    assert abs(np.corrcoef(field(1).ravel(), whole.ravel())[0, 1]) < 0.1


def test_small_pictures_have_the_grain_of_reduced_ones():
    (_, field), *_ = grain_field.grain_field((240, 240), SIGMA, 0)
    reduced = cv2.resize(field, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    _, share = printed(BRIGHT, 25.0)
    assert share == pytest.approx(reduced.std(), rel=0.12)
    assert printed(BRIGHT, 400.0) == (pytest.approx(4 * SIGMA), 1.0)


def test_strength_follows_the_tone_and_no_matte_leaves_a_seam():
    grain = replace(BRIGHT, by_tone=np.array([0.0, 0.01, 0.02, 0.01, 0.0]))
    image = np.repeat([0.1, 0.3, 0.5], 60).astype(np.float32)[None, :, None]
    image = np.broadcast_to(image, (90, 180, 3)).copy()
    matte = np.zeros((90, 180), np.float32)
    matte[:45] = 1
    seen = image.copy()
    add_grain(seen, grain, 100.0, seed=0, behind=grain, matte=matte)
    added = seen - image
    assert np.ptp(added, axis=2).max() < 1e-6  # grain has no color
    deviations = added[..., 0].reshape(90, 3, 60).std(axis=(0, 2))
    assert deviations == pytest.approx([0, 0.01, 0.02], abs=0.0015)
    without = image.copy()
    add_grain(without, grain, 100.0, seed=0)
    np.testing.assert_allclose(without, seen, atol=1e-6)
    alone = image.copy()
    add_grain(alone, grain, 100.0, seed=0, matte=matte)
    assert np.array_equal(alone[45:], image[45:])


def styled(exemplars, portrait, **options):
    stylizer = Stylizer(ExemplarSet(exemplars), method="energy", **options)
    return stylizer(portrait.image)


@pytest.fixture(scope="module")
def sitter(portrait):
    return enlarged(portrait)


def added_on(result, plain, mask):
    """Deviation of what one result has over another, on the tones that clip nothing."""
    difference = (result.image - plain.image)[..., :3].mean(axis=2)
    tone = plain.image[..., :3].mean(axis=2)
    return difference[mask & (tone > 0.15) & (tone < 0.85)].std()


@pytest.fixture(scope="module")
def plain(film, sitter):
    return styled(film, sitter, grain=0)


def test_person_and_backdrop_get_the_same_grain(film, sitter, plain):
    result = styled(film, sitter)
    scale = sitter.face.inter_ocular / film[0].face.inter_ocular
    person, behind = (
        added_on(result, plain, m) for m in (result.matte > 0.99, result.matte < 0.01)
    )
    assert person == pytest.approx(STRENGTH, rel=0.2)
    assert behind == pytest.approx(STRENGTH, rel=0.2)
    assert scale == pytest.approx(1, rel=0.2)
    again = styled(film, sitter)
    assert np.array_equal(again.image, result.image)
    other = styled(film, sitter, seed=1)
    assert added_on(other, result, result.matte >= 0) > STRENGTH


def test_grain_follows_its_setting_and_the_strength(film, sitter, plain):
    everywhere = plain.matte >= 0
    whole = added_on(styled(film, sitter), plain, everywhere)
    half = added_on(styled(film, sitter, grain=0.5), plain, everywhere)
    assert half == pytest.approx(whole / 2, rel=0.05)
    weak = styled(film, sitter, strength=0.5)
    weak_plain = styled(film, sitter, strength=0.5, grain=0)
    assert added_on(weak, weak_plain, everywhere) == pytest.approx(whole / 2, rel=0.1)


def test_a_kept_background_and_one_of_a_color_stay_clean(film, sitter):
    for background in ("keep", "#808080"):
        result = styled(film, sitter, background=background)
        smooth = styled(film, sitter, background=background, grain=0)
        outside = result.matte == 0
        assert np.array_equal(result.image[outside], smooth.image[outside])
        assert added_on(result, smooth, result.matte > 0.99) > 0.7 * STRENGTH
    cut_out = styled(film, sitter, background="transparent")
    smooth = styled(film, sitter, background="transparent", grain=0)
    assert added_on(cut_out, smooth, cut_out.matte > 0.99) > 0.7 * STRENGTH


def test_looks_without_grain_are_the_same_to_the_byte(clean, sitter):
    result, without = styled(clean, sitter), styled(clean, sitter, grain=0)
    assert np.array_equal(to_bytes(result.image), to_bytes(without.image))


def test_a_grainy_input_gets_what_it_lacks(clean, film, portrait):
    own = grainy(clean[2], 20)
    result, without = styled(film[:2], own), styled(film[:2], own, grain=0)
    assert added_on(result, without, result.matte > 0.99) < 0.4 * STRENGTH
    assert added_on(result, without, result.matte < 0.01) > 0.8 * STRENGTH


def test_a_small_face_tells_nothing_of_grain(portrait):
    assert portrait.face.inter_ocular < 64
    assert np.isnan(measure_grain(grainy(portrait, 0)).behind)


def test_papers_have_no_grain():
    assert {PRESETS[name]["grain"] for name in ("song2017", "shih2014")} == {0.0}
