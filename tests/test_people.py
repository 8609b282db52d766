"""Several people: all of them found, one stylized without harm to the others, clips too."""

import logging
from pathlib import Path

import cv2
import numpy as np
import pytest

from facestyle import ExemplarSet, Stylizer
from facestyle.cli import main
from facestyle.errors import FaceError
from facestyle.faces import find_faces, select_face
from facestyle.faces.detection import same_face
from facestyle.imaging.color import luminance
from facestyle.imaging.levels import to_bytes
from facestyle.io.images import read_image, write_image
from facestyle.methods.engine import Method, Outcome
from facestyle.pipeline.newcomers import Newcomers
from facestyle.pipeline.people import bystanders, nearest_face_shares, own_share
from facestyle.pipeline.settings import StylizerSettings
from facestyle.pipeline.stills import StillStylizer
from facestyle.settings import Settings

MEDIA = Path(__file__).parent / "media"
EXEMPLARS = Path(__file__).parents[1] / "exemplars"


@pytest.fixture(scope="module")
def couple():
    return read_image(MEDIA / "couple.jpg").rgb


@pytest.fixture(scope="module")
def noir():
    return ExemplarSet.from_folder(EXEMPLARS / "noir")


def box_of(face, shape):
    """The pixels of a face's box."""
    x0, y0, x1, y1 = (round(value) for value in face.box)
    return np.s_[max(0, y0) : min(shape[0], y1), max(0, x0) : min(shape[1], x1)]


# --- Finding them ----------------------------------------------------------------------------


def test_faces_of_two_sizes_are_found():
    picture = read_image(MEDIA / "two_sizes.jpg").rgb
    faces = find_faces(picture)
    assert len(faces) == 2
    assert 0.5 < faces[1].inter_ocular / faces[0].inter_ocular < 0.7
    quick = find_faces(picture, smallest=1.0)
    assert len(quick) == 1
    # what the coarse scale says of the larger face is not replaced by a finer one
    np.testing.assert_array_equal(quick[0].landmarks, faces[0].landmarks)


@pytest.mark.parametrize("backend", ["auto", "dlib", "mesh"])
def test_a_face_is_found_once_and_emblems_are_none(couple, backend):
    faces = find_faces(couple, landmarks=backend)
    assert len(faces) == 2
    assert not same_face(np.array(faces[0].box), np.array(faces[1].box))


def test_a_face_that_dlib_does_not_see_is_found_beside_one_that_it_does(astronaut, sitters):
    other = sitters[0].image
    height, width = other.shape[:2]
    # dlib gives up at about 30 degrees
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 42, 1.0)
    turned = cv2.warpAffine(other, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    rows = max(len(astronaut), height)
    pad = [np.pad(p, ((0, rows - len(p)), (0, 0), (0, 0))) for p in (astronaut, turned)]
    picture = np.ascontiguousarray(np.hstack(pad))
    assert len(find_faces(picture, landmarks="dlib")) == 1
    faces = find_faces(picture)
    assert sorted(face.source for face in faces) == ["dlib", "mesh"]


def test_boxes_of_one_face():
    box = np.array([0.0, 0, 10, 10])
    assert same_face(box, box + 3)
    assert same_face(box, np.array([4.0, 4, 6, 6]))  # a nose taken for a face
    assert not same_face(box, box + np.array([11, 0, 11, 0]))


def test_people_in_the_background_are_no_bystanders(couple):
    faces = find_faces(couple)
    assert bystanders(faces, faces[0]) == [faces[1]]
    small = faces[1].scaled(0.2)
    assert bystanders([faces[0], small], faces[0]) == []
    assert bystanders([faces[0], small], small) == [faces[0]]


def test_shares_of_people(couple):
    faces = find_faces(couple)
    shares = nearest_face_shares(couple.shape, faces)
    np.testing.assert_allclose(shares.sum(axis=0), 1, atol=1e-5)
    own = own_share(couple, faces[0], faces[1:])
    for share in (shares[0], own):
        assert share[box_of(faces[0], couple.shape)].min() > 0.99
        assert share[box_of(faces[1], couple.shape)].max() < 0.01


# --- Pictures --------------------------------------------------------------------------------


def test_one_of_two_is_stylized_the_other_left_whole(couple, noir, caplog):
    with caplog.at_level(logging.WARNING, "facestyle"):
        result = Stylizer(noir)(couple)
    [note] = [r.message for r in caplog.records if "faces found" in r.message]
    assert "2 faces found, the largest is stylized; the others and the background stay as" in note
    assert "--face all stylizes everybody" in note
    larger, smaller = find_faces(couple)
    change = np.abs(result.image - couple).max(axis=2)
    assert change[box_of(smaller, couple.shape)].max() < 0.01
    assert change[:, :260].max() < 0.01  # her whole body, and what is behind
    inside = result.image[box_of(larger, couple.shape)]
    assert np.ptp(inside, axis=2).mean() < 0.03  # the look is gray
    assert result.face.inter_ocular == pytest.approx(larger.inter_ocular)


def test_everybody_is_stylized_with_all(couple, noir, caplog):
    with caplog.at_level(logging.WARNING, "facestyle"):
        result = Stylizer(noir, face="all")(couple)
    assert not caplog.records
    for face in find_faces(couple):
        place = box_of(face, couple.shape)
        assert np.ptp(result.image[place], axis=2).mean() < 0.03
        before, after = (luminance(p[place]).ravel() for p in (couple, result.image))
        assert np.corrcoef(before, after)[0, 1] > 0.65  # of the background, too, in the corners


def test_a_matte_of_everybody_is_that_of_all_faces(couple, noir):
    stylizer = Stylizer(noir, face="all", background="transparent")
    first = stylizer(couple)
    for face in find_faces(couple):
        assert first.people[box_of(face, couple.shape)].mean() > 0.8
    same = stylizer(couple, matte=to_bytes(first.people))
    np.testing.assert_allclose(same.people, first.people, atol=0.003)
    np.testing.assert_array_equal(same.image, first.image)


def test_a_corrected_matte_of_everybody_leaves_each_what_is_theirs(couple):
    method = Painted()
    stylizer = StillStylizer(None, method, StylizerSettings(face="all"))
    found = stylizer.stylize(couple).people
    mattes = list(method.mattes)
    corrected = to_bytes(found)
    corrected[:40], corrected[-40:] = 255, 0  # something is added above, and cut off below
    again = stylizer.stylize(couple, matte=corrected)
    assert again.people[:40].min() > 0.99
    assert again.people[-40:].max() == 0
    for before, after in zip(mattes, method.mattes[2:], strict=True):
        # both are there, yet neither is in the other's
        np.testing.assert_allclose(after[40:-40], before[40:-40], atol=0.03)
        assert (after[40:-40] < found[40:-40] - 0.5).any()


class Painted(Method):
    """Paints everything in a gray of its own for each face."""

    name = "painted"
    fingerprint = "painted"
    settings = Settings()

    def __init__(self):
        self.painted = 0
        self.mattes = []

    def stylize(self, target, rendering):
        self.painted += 1
        self.mattes.append(target.portrait.matte)
        return Outcome(np.full_like(target.image, self.painted / 4))

    def frames(self, clip):
        raise NotImplementedError


def test_behind_everybody_is_one_ground(couple):
    stylizer = StillStylizer(None, Painted(), StylizerSettings(face="all"))
    image = stylizer.stylize(couple).image
    grays = {round(float(np.median(image[box_of(f, couple.shape)])), 2) for f in find_faces(couple)}
    assert grays == {0.25, 0.5}
    # along the upper border, from one side to the other
    np.testing.assert_allclose(image[:8], 0.25, atol=0.01)


def test_a_background_asked_for_by_name_is_put_behind_one_person(couple, noir, caplog):
    with caplog.at_level(logging.WARNING, "facestyle"):
        result = Stylizer(noir, face=1, background="#ff0000")(couple)
    assert "number 1 is stylized; the others are taken for background" in caplog.text
    _, other = sorted(find_faces(couple), key=lambda face: face.box[0])
    place = box_of(other, couple.shape)
    np.testing.assert_allclose(
        result.image[place].reshape(-1, 3).mean(axis=0), (1, 0, 0), atol=0.02
    )


def test_a_picture_of_one_person_says_nothing(astronaut, noir, caplog):
    with caplog.at_level(logging.WARNING, "facestyle"):
        Stylizer(noir)(astronaut)
    assert not caplog.records


# --- Clips -----------------------------------------------------------------------------------


def clip_of(picture, count, step=1):
    """A camera that moves over a picture: (N, H, W, 3) uint8."""
    height, width = picture.shape[0] - step * count, picture.shape[1] - step * count
    pixels = np.round(255 * picture).astype(np.uint8)
    return [pixels[n * step : n * step + height, n * step : n * step + width] for n in range(count)]


@pytest.fixture(scope="module")
def couple_clip(couple):
    return clip_of(couple, 4)


def test_everybody_of_a_clip(couple_clip, noir):
    stylizer = Stylizer(noir, face="all")
    for frame, result in zip(couple_clip, stylizer.video(couple_clip), strict=True):
        assert result.found
        for face in find_faces(frame / np.float32(255), smallest=0.3):
            assert np.ptp(result.image[box_of(face, frame.shape)].astype(int), axis=2).mean() < 8


@pytest.mark.parametrize("which", ["largest", 1])
def test_one_of_several_in_a_clip(couple_clip, noir, which):
    for frame, result in zip(
        couple_clip, Stylizer(noir, face=which).video(couple_clip), strict=True
    ):
        faces = find_faces(frame / np.float32(255), smallest=0.3)
        chosen = select_face(faces, which, "frame")
        (other,) = bystanders(faces, chosen)
        assert result.face.inter_ocular == pytest.approx(chosen.inter_ocular, rel=0.1)
        change = np.abs(result.image.astype(int) - frame)
        assert change[box_of(other, frame.shape)].max() <= 1
        assert np.ptp(result.image[box_of(chosen, frame.shape)].astype(int), axis=2).mean() < 8


@pytest.mark.parametrize("which", ["all", 1])
def test_clips_of_several_people_go_on_from_a_state(couple_clip, noir, which):
    stylizer = Stylizer(noir, face=which)
    whole = stylizer.frames(2)
    expected = [whole.step(frame).outcome.image for frame in couple_clip]
    first, second = stylizer.frames(2), stylizer.frames(2)
    for frame in couple_clip[:2]:
        first.step(frame)
    second.restore(first.state())
    for frame, image in zip(couple_clip[2:], expected[2:], strict=True):
        np.testing.assert_array_equal(second.step(frame).outcome.image, image)


def test_a_number_that_nobody_has(couple_clip, noir, tmp_path):
    folder = tmp_path / "frames"
    for number, frame in enumerate(couple_clip):
        write_image(folder / f"{number:02d}.png", frame / np.float32(255))
    pattern = str(folder / "%02d.png")
    code = main([pattern, "--exemplars", str(EXEMPLARS / "noir"), "--face", "3", "-q"])
    assert code == 3
    with pytest.raises(FaceError, match="face 3 was asked for, 2 found"):
        Stylizer(noir, face=3)(couple_clip[0])


# --- Shots without a face --------------------------------------------------------------------


@pytest.mark.parametrize("look", ["noir", "pencil"])
def test_a_shot_without_a_face_keeps_its_content(look):
    pytest.importorskip("av")
    from facestyle.io.videos import open_video

    frames = [frame.pixels for frame in open_video(MEDIA / "cutaway.mp4").frames()]
    # three frames with a face, the cut, and four frames of the shot
    shown = [*frames[9:12], *frames[12:16]]
    exemplars = ExemplarSet.from_folder(EXEMPLARS / look)
    results = list(Stylizer(exemplars).video(shown))
    assert [result.found for result in results] == [True] * 3 + [False] * 4
    assert results[5].face is None
    for frame, result in list(zip(shown, results, strict=True))[3:]:
        before, after = (
            luminance(frame / np.float32(255)),
            luminance(result.image / np.float32(255)),
        )
        assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.9
        details = [(p - cv2.GaussianBlur(p, (0, 0), 3)).std() for p in (before, after)]
        assert details[1] > 0.3 * details[0]
        if look == "noir":
            assert np.ptp(result.image.astype(int), axis=2).max() <= 2
    # the tones of the whole shot are changed alike
    means = [
        result.image.mean() - frame.mean() for frame, result in zip(shown, results, strict=True)
    ][3:]
    assert np.ptp(means) < 4


def test_a_shot_without_a_face_goes_on_from_a_state(noir, couple_clip):
    empty = [np.full((200, 300, 3), 90, np.uint8) for _ in range(3)]
    empty = [
        cv2.rectangle(f.copy(), (20 + n, 20), (90, 90), (250, 40, 9), -1)
        for n, f in enumerate(empty)
    ]
    stylizer = Stylizer(noir)
    whole = stylizer.frames()
    expected = [whole.step(frame).outcome.image for frame in empty]
    first, second = stylizer.frames(), stylizer.frames()
    first.step(empty[0])
    second.restore(first.state())
    for frame, image in zip(empty[1:], expected[1:], strict=True):
        np.testing.assert_array_equal(second.step(frame).outcome.image, image)


# --- Pans ------------------------------------------------------------------------------------


def test_what_a_pan_brings_into_sight_is_drawn(tmp_path):
    pytest.importorskip("av")
    from facestyle.io.videos import open_video

    arguments = [str(MEDIA / "base8bit.mp4"), "--exemplars", str(EXEMPLARS / "pencil")]
    pattern = tmp_path / "%02d.png"
    assert main([*arguments, "-o", str(pattern), "--preview", "10", "-q"]) == 0
    for frame in list(open_video(pattern).frames())[4:]:
        strip = frame.pixels[:, -24:].astype(np.float32).mean(axis=2)
        along, across = (np.abs(np.diff(strip, axis=axis)).mean() for axis in (1, 0))
        assert along > 0.5 * across


def test_who_comes_later_is_looked_for_by_what_was_asked_for(couple, monkeypatch):
    asked = []

    def find(image, *, landmarks, smallest):
        asked.append(landmarks)
        return []

    monkeypatch.setattr("facestyle.pipeline.newcomers.find_faces", find)
    newcomers = Newcomers("mesh")
    for _ in range(31):
        newcomers.look(couple, [])
    assert asked == ["mesh"]


def test_who_comes_later_into_a_clip_is_said_once(couple, caplog):
    faces = find_faces(couple)
    newcomers = Newcomers()
    for _ in range(70):
        newcomers.look(couple, faces)
    assert caplog.text == ""
    newcomers = Newcomers()
    for _ in range(70):
        newcomers.look(couple, faces[:1])
    assert caplog.text.count("shows 1 more than the 1") == 1
    assert "frame 30" in caplog.text
