"""What is drawn and what is photographed: film grain, faded prints and glasses."""

import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest

from facestyle.exemplars import ExemplarSet, read_exemplar
from facestyle.methods.bare_skin import BareSkin
from facestyle.methods.choice import choose_method
from facestyle.methods.marks import marks_score, measure_marks
from facestyle.methods.medium import looks_drawn, printed_score
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))

from grainy import grainy

EXEMPLARS = ROOT / "exemplars"
FILMS = ("faded film", "washed film", "high-key film")


@pytest.fixture(scope="module")
def photos():
    """Portraits that were photographed, 160 px between the eyes."""
    names = ("aksel_andersson", "erik_dahlgren", "luis_pedro_coelho")
    return [read_exemplar(EXEMPLARS / "pencil_photos" / f"{name}.jpg")[0] for name in names]


@pytest.fixture(scope="module")
def drawings():
    """Gray ones: pencil, charcoal and engraving of one sitter each."""
    paths = ("pencil/erik_dahlgren", "charcoal/grace_hopper", "engraving/mona_lisa")
    return [read_exemplar(EXEMPLARS / f"{path}.jpg")[0] for path in paths]


@pytest.mark.parametrize("grain", [0.0, 1.0])
@pytest.mark.parametrize("film", FILMS)
def test_faded_and_grainy_film_is_no_drawing(photos, film, grain):
    """All were taken for drawings: no deep darks, and a grain in all directions."""
    films = [grainy(photo, film, seed, grain=grain) for seed, photo in enumerate(photos)]
    assert all(looks_drawn(film)[0] < 0 for film in films)
    chosen, reason = choose_method(ExemplarSet(films))
    assert chosen.name == "energy"
    assert "photographed: " in reason


def test_why_a_picture_on_film_is_no_drawing_is_said(photos):
    film = grainy(photos[0], "washed film", 3)
    reasons = ("a grain as even as film's", "features without lines", "darks without strokes")
    assert looks_drawn(film)[1] in reasons


@pytest.mark.parametrize("black", [0.14, 0.27])
def test_faded_drawings_stay_drawings(drawings, black):
    for drawing in drawings:
        faded = replace(drawing, image=black + (0.94 - black) * drawing.image)
        assert looks_drawn(faded)[0] > 0
        assert marks_score(BareSkin.of(faded))[0] > 0


def test_grain_leaves_no_gaps_and_fading_changes_no_mark(photos, drawings):
    gaps = [measure_marks(BareSkin.of(drawing))[0] for drawing in drawings]
    assert min(gaps) > 0.4
    for seed, photo in enumerate(photos):
        clean = measure_marks(BareSkin.of(grainy(photo, "plain film", seed, grain=0)))
        faded = measure_marks(BareSkin.of(grainy(photo, "faded film", seed, grain=0)))
        on_film = measure_marks(BareSkin.of(grainy(photo, "faded film", seed)))
        np.testing.assert_allclose(faded[1:], clean[1:], atol=0.1)
        assert on_film[0] < 0.35 < faded[0]


def test_nothing_is_known_of_the_marks_in_color(photos):
    assert marks_score(BareSkin.of(photos[2])) == (np.inf, "")


def with_glasses(portrait):
    """Thick dark rims around both eyes, joined above the nose."""
    image, face = portrait.image.copy(), portrait.face
    unit = face.inter_ocular
    for eye in face.eyes:
        corners = [eye + unit * np.array(shift) for shift in ((-0.44, -0.3), (0.44, 0.42))]
        (left, top), (right, bottom) = np.round(corners).astype(int).tolist()
        cv2.rectangle(image, (left, top), (right, bottom), (0.05, 0.05, 0.15), int(0.1 * unit))
    start, end = np.round(face.eyes).astype(int).tolist()
    cv2.line(image, start, end, (0.05, 0.05, 0.15), int(0.1 * unit))
    return replace(portrait, image=image)


def test_glasses_are_no_strokes(photos):
    for photo in photos:
        assert looks_drawn(with_glasses(photo))[0] < looks_drawn(photo)[0] + 1
        bare, behind = BareSkin.of(photo), BareSkin.of(with_glasses(photo))
        assert 0.5 * bare.skin.sum() < behind.skin.sum() < bare.skin.sum()
        rims = bare.lab[..., 0] - behind.lab[..., 0] > 0.2
        assert rims[bare.skin].sum() > 200
        assert rims[behind.skin].sum() == 0


def test_drawings_keep_their_skin(drawings):
    for drawing in drawings:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "facestyle.methods.bare_skin._without_glasses", lambda skin, *others: skin
            )
            whole = BareSkin.of(drawing).skin
        np.testing.assert_array_equal(BareSkin.of(drawing).skin, whole)


def in_soft_focus(portrait):
    """Its shades spread wide, without a pore or an edge."""
    sigma = 0.15 * portrait.face.inter_ocular
    return replace(portrait, image=cv2.GaussianBlur(portrait.image, (0, 0), sigma))


def flat(portrait):
    """One color wherever its shades differ by little, as in a vector drawing without shade."""
    return replace(portrait, image=np.round(2 * portrait.image) / np.float32(2))


def test_soft_focus_is_no_print_and_flat_color_without_edges_is_one(photos):
    for photo in photos:
        assert printed_score(in_soft_focus(photo)) < -2
        plain = replace(photo, image=np.full_like(photo.image, 0.7))
        assert printed_score(plain) > 2
        assert printed_score(flat(photo)) > 2
