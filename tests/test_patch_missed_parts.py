"""Drawings in hatching, outlines and dots: their heads are found, or are no source of paper."""

import cv2
import numpy as np
import pytest

from facestyle.errors import FaceError
from facestyle.exemplars.reading import read_exemplar
from facestyle.faces import Face, Portrait, dotted_faces, find_faces, person_matte
from facestyle.faces.contours import feature_contours
from facestyle.faces.dotted_faces import find_dotted_face
from facestyle.faces.face_coordinates import face_coordinates
from facestyle.faces.regions import BACKGROUND, CLOTHES, HAIR, SKIN
from facestyle.imaging.color import to_lab
from facestyle.methods.patch_unpaired import missed_parts as module
from facestyle.methods.patch_unpaired.missed_parts import (
    missed_parts,
    shoulders,
    skull,
    with_missed_parts,
)

PEOPLE = ("luis_pedro_coelho", "mona_lisa")


def hatched(image):
    """A picture in black lines 6 px apart, crossed where it is dark."""
    light = to_lab(image)[..., 0]
    down, across = np.indices(light.shape)
    drawn = np.ones_like(light)
    drawn[(light < 0.62) & ((across + down) % 6 < 2)] = 0.1
    drawn[(light < 0.35) & ((across - down) % 6 < 2)] = 0.1
    return np.repeat(drawn[..., None], 3, axis=2)


def dotted(image, seed=0):
    """A picture in square black dots of 3 px."""
    light = to_lab(cv2.resize(image, None, fx=1 / 3, fy=1 / 3, interpolation=cv2.INTER_AREA))
    white = light[..., :1] > np.random.default_rng(seed).random((*light.shape[:2], 1))
    return np.kron(white.astype(np.float32), np.ones((3, 3, 3), np.float32))


def larger(portrait):
    """A portrait at 100 px between the eyes."""
    factor = 100 / portrait.face.inter_ocular
    image = cv2.resize(portrait.image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    image = np.clip(image, 0, 1)
    (face, *_) = find_faces(image)
    return Portrait(image, face, person_matte(image, face))


def overlap(matte, truth):
    a, b = matte > 0.5, truth > 0.5
    return (a & b).sum() / (a | b).sum()


@pytest.fixture(scope="module")
def people(sitters):
    return [larger(sitter) for sitter in sitters if sitter.name in PEOPLE]


def coordinates(portrait):
    return face_coordinates(portrait, feature_contours(portrait.face))


def test_hair_and_shoulders_of_hatched_drawings_are_found(people):
    assert len(people) == len(PEOPLE)
    for person in people:
        image = hatched(person.image)
        first = Portrait(image, person.face, person_matte(image, person.face))
        found = with_missed_parts(first)
        assert overlap(first.matte, person.matte) < 0.5
        assert overlap(found.matte, person.matte) > 0.7
        place = coordinates(person)
        assert all(found.matte[part].mean() > 0.9 for part in (skull(place), shoulders(place)))


def test_a_person_that_was_seen_is_not_looked_at_again(portrait, monkeypatch):
    monkeypatch.setattr(module, "person_matte", None)
    np.testing.assert_array_equal(with_missed_parts(portrait).matte, portrait.matte)


@pytest.fixture(scope="module")
def place(portrait):
    return coordinates(portrait)


def drawn_regions(place):
    """Regions of somebody with a round head of hair, and clothes, before paper."""
    regions = np.full(place.across.shape, BACKGROUND, np.uint8)
    regions[skull(place)] = HAIR
    regions[shoulders(place)] = CLOTHES
    regions[place.inside >= 0] = SKIN
    return regions


def test_a_bald_crown_in_the_color_of_paper_is_no_source(place):
    regions = drawn_regions(place)
    assert not missed_parts(regions, place).any()
    crown = (regions == HAIR) & (place.down < place.top - 0.1)
    regions[crown] = BACKGROUND
    found = missed_parts(regions, place)
    np.testing.assert_array_equal(found, crown)


def test_nothing_around_a_missed_head_is_a_source(place):
    regions = drawn_regions(place)
    regions[regions == HAIR] = BACKGROUND
    found = missed_parts(regions, place)
    beside = (regions == BACKGROUND) & (np.abs(place.across) < 0.95) & (place.down < place.chin)
    assert found[beside].all()
    assert not found[(np.abs(place.across) > 1.05) & (place.down < place.chin)].any()


def test_nothing_below_a_head_alone_is_a_source(place):
    regions = drawn_regions(place)
    regions[regions == CLOTHES] = BACKGROUND
    found = missed_parts(regions, place)
    below = place.down > place.chin + 0.2
    assert below.any()
    assert found[below & (regions == BACKGROUND)].all()
    assert not found[(place.down < place.chin) & ~skull(place)].any()


def test_a_stippled_exemplar_has_its_face(people, tmp_path):
    person = people[0]
    image = dotted(person.image)
    path = tmp_path / "dots.png"
    cv2.imwrite(str(path), np.uint8(255 * image))
    assert not find_faces(image)
    face = read_exemplar(path).portrait.face
    away = np.linalg.norm(face.landmarks - person.face.landmarks, axis=1).mean()
    assert away < 0.1 * person.face.inter_ocular


def test_large_dotted_pictures_keep_their_coordinates(people):
    image = dotted(people[0].image)
    small = find_dotted_face(image)
    large = find_dotted_face(np.kron(image, np.ones((3, 3, 1), np.float32)))
    assert small is not None
    assert large is not None
    away = np.linalg.norm(large.landmarks - (3 * small.landmarks + 1), axis=1).mean()
    assert away < 0.1 * large.inter_ocular


def test_a_dotted_head_does_not_stand_on_its_crown(people, monkeypatch):
    image, face = dotted(people[0].image), people[0].face
    around = 2 * face.outline.mean(axis=0)
    turned = Face(around - face.landmarks, None, around - face.outline, "mesh")
    for seen, found in ((face, True), (turned, False)):
        monkeypatch.setattr(dotted_faces, "find_faces", lambda *_, seen=seen, **__: [seen])
        assert (find_dotted_face(image) is not None) == found


def test_a_second_half_of_a_head_is_no_paper(place):
    regions = drawn_regions(place)
    regions[(regions == HAIR) & (place.across > -0.1)] = BACKGROUND
    hair = skull(place)
    assert 0.25 < (regions[hair] != BACKGROUND).mean() < 0.5
    beside = (regions == BACKGROUND) & (np.abs(place.across) < 0.95) & (place.down < place.chin)
    assert missed_parts(regions, place)[beside].all()


def test_dots_without_a_face_are_refused(tmp_path):
    noise = np.random.default_rng(0).random((400, 300, 1)) > 0.5
    path = tmp_path / "noise.png"
    cv2.imwrite(str(path), np.uint8(255 * np.repeat(noise, 3, axis=2)))
    with pytest.raises(FaceError, match=r"noise\.png: no face was found"):
        read_exemplar(path)
