"""Looks of one ink (sepia, cyanotype, duotone): told from colors, and given in one ink."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from facestyle import ExemplarSet, Stylizer
from facestyle.imaging.color import to_lab
from facestyle.methods.energy import look_table
from facestyle.methods.energy import transfer as energy
from facestyle.methods.energy.ink import measure_ink
from facestyle.methods.energy.levels import LEVELS
from facestyle.methods.energy.tint import give_tint, shared_tint

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
# of a navy, a peach and a cream ink at .05, .65 and 1 of the luma: a quadratic tells it for colors
STOPS = np.array([(0.2, 0.13, 0.36), (0.98, 0.72, 0.62), (0.98, 0.93, 0.82)])
EQUAL = np.ones(3)


def in_8_bits(image):
    return (np.round(np.clip(image, 0, 1) * 255) / 255).astype(np.float32)


def duotone(portrait, stops=STOPS):
    """Printed on rough paper."""
    luma, random = portrait.image @ LUMA, np.random.default_rng(0)
    image = np.dstack([np.interp(luma, (0.05, 0.65, 1), ink) for ink in stops.T])
    paper = cv2.GaussianBlur(random.standard_normal(luma.shape), (0, 0), 1.5)
    return replace(portrait, image=in_8_bits(image * (1 + 0.2 * paper[..., None])))


def desaturated(portrait, share):
    luma = (portrait.image @ LUMA)[..., None]
    return replace(portrait, image=in_8_bits(luma + share * (portrait.image - luma)))


def as_jpeg(portrait, quality):
    pixels = np.rint(portrait.image * 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    pixels = cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1]
    return replace(portrait, image=np.ascontiguousarray(pixels.astype(np.float32) / 255))


def strays(image, inside):
    """RMS distance of a and b from their median among the colors of their lightness, Lab."""
    lab = 100 * to_lab(np.ascontiguousarray(image))[inside]
    levels = np.rint(lab[:, 0]).astype(int)
    left = [lab[levels == n, 1:] - np.median(lab[levels == n, 1:], axis=0) for n in set(levels)]
    return float(np.sqrt(np.square(np.concatenate(left)).sum(axis=1).mean()))


@pytest.fixture(scope="module")
def colored(sitters):
    """Those whose pictures have colors: the other two have one tint."""
    return [sitters[index] for index in (0, 1, 4)]


@pytest.fixture(scope="module")
def inked(colored):
    return [energy.prepare_exemplar(duotone(sitter)) for sitter in colored]


def test_duotones_are_of_one_ink_on_rough_paper_and_as_small_jpegs(sitters):
    for sitter in map(duotone, sitters):
        assert measure_ink(sitter).is_one
        assert measure_ink(as_jpeg(sitter, 75)).is_one


@pytest.mark.parametrize("share", [1.0, 0.5, 0.3])
def test_photographs_with_little_color_are_not(colored, share):
    for sitter in colored:
        faint = desaturated(sitter, share)
        assert not measure_ink(faint).is_one
        assert not measure_ink(as_jpeg(faint, 50)).is_one


@pytest.mark.parametrize("look", ["warm", "high_key", "faded_film"])
def test_bundled_looks_with_colors_are_not(look):
    assert not any(measure_ink(portrait).is_one for portrait in ExemplarSet.load(look))


def test_nothing_of_the_sitter_s_colors_is_left(portrait, inked):
    inside = portrait.matte > 0.9
    done = energy.transfer_look(portrait, inked)
    assert strays(portrait.image, inside) > 8
    assert strays(done.foreground, inside) < 0.8
    # an orange suit and brown hair, in navy, peach and cream
    lab = to_lab(done.foreground)
    expected = to_lab(duotone(portrait).image)
    for low, high in ((0.25, 0.4), (0.5, 0.65), (0.75, 0.9)):
        ours, truth = (
            picture[inside & (picture[..., 0] > low) & (picture[..., 0] < high)][:, 1:].mean(axis=0)
            for picture in (lab, expected)
        )
        np.testing.assert_allclose(ours, truth, atol=0.04)


def test_strength_blends_with_the_photograph(portrait, inked):
    inside = portrait.matte > 0.9
    left = [
        strays(energy.transfer_look(portrait, inked, strength=s).foreground, inside)
        for s in (0.0, 0.5, 1.0)
    ]
    assert left[0] > left[1] + 2 > left[2] + 4


def test_colored_exemplars_are_left_alone_to_the_byte(portrait, colored, monkeypatch):
    prepared = [energy.prepare_exemplar(desaturated(sitter, 0.5)) for sitter in colored]
    ours = energy.transfer_look(portrait, prepared).foreground.copy()
    monkeypatch.setattr(energy, "shared_tint", lambda *_: None)
    np.testing.assert_array_equal(ours, energy.transfer_look(portrait, prepared).foreground)


def test_black_and_white_is_the_ink_without_color(portrait, colored):
    grays = [energy.prepare_exemplar(desaturated(sitter, 0.0)) for sitter in colored]
    tint = shared_tint(grays, EQUAL)
    assert tint is not None
    assert not tint.any()
    ours, before = to_lab(portrait.image), to_lab(portrait.image)
    give_tint(ours, tint, 0.7)
    before[..., 1:] *= np.float32(1 - 0.7)
    np.testing.assert_array_equal(ours, before)


def test_one_colored_exemplar_of_five_tells_nothing(colored, inked):
    own = energy.prepare_exemplar(colored[0])
    more = [*inked, inked[0]]
    without = shared_tint(more, np.ones(4))
    for shares in (np.ones(5), np.array([0, 0, 0, 0, 1])):  # "single" may take it
        np.testing.assert_allclose(shared_tint([*more, own], shares), without, atol=1e-9)
    assert shared_tint([*inked, own], np.ones(4)) is None


def test_what_is_used_more_counts_more(colored, inked):
    blue = energy.prepare_exemplar(duotone(colored[0], STOPS[:, ::-1]))
    middle = (LEVELS > 0.4) & (LEVELS < 0.6)
    two = [inked[0], blue]
    ours = [shared_tint(two, np.array(s))[1, middle].mean() for s in ([1, 0], [0.5, 0.5], [0, 1])]
    alone = shared_tint([blue], np.ones(1))[1, middle].mean()
    assert ours[2] == pytest.approx(alone)
    assert ours[0] > ours[1] + 0.02 > ours[2] + 0.04


def test_clips_are_in_one_ink(astronaut, portrait, colored):
    frame = np.rint(astronaut * 255).astype(np.uint8)
    stylizer = Stylizer(ExemplarSet([duotone(sitter) for sitter in colored]), method="energy")
    inside = portrait.matte > 0.99
    for done in stylizer.video([frame] * 12):  # the look is found anew on the way
        assert strays(done.image.astype(np.float32) / 255, inside) < 1.5
    none = Stylizer(stylizer.exemplars, method="energy", strength=0.0)
    (same,) = none.video([frame])
    assert np.abs(same.image.astype(int) - frame).mean() < 1.5


def test_shots_without_a_face_are_in_the_ink(astronaut, colored):
    frame = np.rint(astronaut[::-1] * 255).astype(np.uint8)
    frame[:170] = frame[170:]  # twice the same half: nobody
    stylizer = Stylizer(ExemplarSet([duotone(sitter) for sitter in colored]), method="energy")
    (done,) = stylizer.video([np.ascontiguousarray(frame)])
    assert done.face is None
    everywhere = np.ones(frame.shape[:2], bool)
    assert strays(frame.astype(np.float32) / 255, everywhere) > 5
    assert strays(done.image.astype(np.float32) / 255, everywhere) < 1


def test_tables_of_colors_are_in_one_ink(inked):
    table = look_table(inked, 9).reshape(1, -1, 3)
    tint = shared_tint(inked, EQUAL)
    lab = to_lab(table)[0]
    at = np.stack([np.interp(lab[:, 0], LEVELS, row) for row in tint], axis=1)
    assert np.abs(lab[:, 1:] - at)[lab[:, 0] < 0.9].max() < 0.02  # white cuts lighter ones off
