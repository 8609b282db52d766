"""Identity distance: small for one person in two lights, large for two persons."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage

from facestyle.errors import LandmarksError
from facestyle.faces import find_faces
from facestyle.io.images import read_image
from facestyle.metrics.identity import SAME_PERSON, face_descriptor, identity_distance

EXEMPLARS = Path(__file__).resolve().parents[1] / "exemplars"

Photo = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def astronaut() -> Photo:
    image = skimage.data.astronaut().astype(np.float32) / 255
    return image, find_faces(image)[0].landmarks


def portrait(path: Path) -> Photo:
    image = read_image(path).rgb
    return image, find_faces(image)[0].landmarks


def distance(first: Photo, second: Photo) -> float:
    return identity_distance(first[0], second[0], first[1], second[1])


def test_the_same_picture_is_at_distance_zero(astronaut):
    assert distance(astronaut, astronaut) == 0


def test_light_color_and_size_do_not_change_the_person(astronaut):
    image, landmarks = astronaut
    dark = np.repeat((image.mean(axis=2, keepdims=True) * 0.6) ** 1.2, 3, axis=2)
    assert 0 < distance(astronaut, (dark, landmarks)) < 0.5 * SAME_PERSON
    half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    assert distance(astronaut, (half, landmarks / 2)) < 0.5 * SAME_PERSON


def test_bit_depth_and_gray_are_taken_as_they_are(astronaut):
    image, landmarks = astronaut
    eight_bit = np.round(image * 255).astype(np.uint8)
    np.testing.assert_array_equal(
        face_descriptor(image, landmarks), face_descriptor(eight_bit, landmarks)
    )
    gray = image.mean(axis=2)
    assert face_descriptor(gray, landmarks).shape == (128,)


@pytest.mark.parametrize("name", ["grace_hopper", "erik_dahlgren"])
def test_a_person_in_another_look_is_nearer_than_another_person(astronaut, name):
    photo = portrait(EXEMPLARS / "pencil_photos" / f"{name}.jpg")
    noir = portrait(EXEMPLARS / "noir" / f"{name}.jpg")
    assert distance(photo, noir) < SAME_PERSON < distance(photo, astronaut)


def test_two_women_and_two_pictures_of_one(shared):
    folder = shared / "data" / "portraits"
    first = portrait(folder / "girl-4024238_1920.png")
    again = portrait(folder / "girl-4024240_1920.png")
    other = portrait(folder / "model-2911329_1920.png")
    assert distance(first, again) < SAME_PERSON < distance(first, other)


def test_landmarks_of_another_kind_are_refused(astronaut):
    with pytest.raises(LandmarksError, match=r"\(5, 2\)"):
        identity_distance(astronaut[0], astronaut[0], astronaut[1], np.zeros((5, 2)))
