"""Exemplar folders: what is read, what is skipped and why, what the cache keeps."""

import os
import pickle
import tracemalloc
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from facestyle import disk_cache
from facestyle.errors import ExemplarError, FacestyleError
from facestyle.exemplars import ExemplarSet, read_exemplar, reading
from facestyle.exemplars.kept_portrait import kept


@pytest.fixture
def save(tmp_path):
    """Write a float picture below a temporary folder."""

    def write(name, picture):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.round(np.asarray(picture) * 255).astype(np.uint8)).save(path)
        return path

    return write


@pytest.fixture
def noise():
    return np.random.default_rng(0).random((120, 120, 3))


def test_a_folder_is_read_in_order_with_sub_folders(save, astronaut, tmp_path):
    save("set/b.png", astronaut)
    save("set/a.png", astronaut[:, ::-1])
    save("set/more/c.jpg", astronaut)
    (tmp_path / "set" / "notes.txt").write_text("no picture")
    found = ExemplarSet.from_folder(tmp_path / "set")
    assert [p.name for p in found] == ["a.png", "b.png", "c.jpg"]
    assert len(found) == len(found.portraits) == len(found.fingerprints) == 3
    assert len(set(found.fingerprints)) == 3
    assert found.problems == ()
    first = found.portraits[1]
    assert first.image.dtype == np.float32
    assert first.matte.shape == first.image.shape[:2]
    assert first.face.source == "dlib"


def test_one_picture_is_a_set(save, astronaut):
    found = ExemplarSet.from_folder(save("look.png", astronaut))
    assert [p.name for p in found] == ["look.png"]


def test_pictures_that_cannot_be_used_are_listed_and_the_others_stay(
    save, astronaut, noise, tmp_path
):
    save("set/good.png", astronaut)
    no_face = save("set/noise.png", noise)
    damaged = tmp_path / "set" / "damaged.png"
    damaged.write_bytes(b"not a picture")
    small = save("set/small.png", cv2.resize(astronaut, (120, 120)))
    found = ExemplarSet.from_folder(tmp_path / "set")
    assert [p.name for p in found] == ["good.png"]
    problems = dict(found.problems)
    assert set(problems) == {no_face, damaged, small}
    for path, message in problems.items():
        assert path.name in message
    assert "no face" in problems[no_face]


@pytest.mark.parametrize("content", ["missing", "empty", "text only"])
def test_a_folder_without_pictures(tmp_path, content):
    folder = tmp_path / "set"
    if content != "missing":
        folder.mkdir()
    if content == "text only":
        (folder / "notes.txt").write_text("no picture")
    with pytest.raises(ExemplarError, match="set"):
        ExemplarSet.from_folder(folder)


def test_a_folder_without_faces_says_why(save, noise, tmp_path):
    for name in ("a", "b"):
        save(f"set/{name}.png", noise)
    with pytest.raises(ExemplarError, match=r"none of the 2 pictures.*no face.*landmarks\.txt"):
        ExemplarSet.from_folder(tmp_path / "set")


def test_a_landmarks_file_stands_in_for_the_detector(save, noise, portrait, tmp_path):
    path = save("set/statue.png", cv2.resize(noise, portrait.matte.shape[::-1]))
    lines = "\n".join(f"{x} {y}" for x, y in portrait.face.landmarks)
    (tmp_path / "set" / "statue.landmarks.txt").write_text(lines)
    (found,) = ExemplarSet.from_folder(path.parent)
    assert found.face.source == "file"
    np.testing.assert_allclose(found.face.landmarks, portrait.face.landmarks)


def test_a_damaged_landmarks_file_is_a_problem_of_its_picture(save, astronaut, tmp_path):
    save("set/good.png", astronaut)
    path = save("set/bad.png", astronaut)
    (tmp_path / "set" / "bad.landmarks.txt").write_text("1 2\n3 4\n")
    found = ExemplarSet.from_folder(tmp_path / "set")
    ((where, message),) = found.problems
    assert where == path
    assert "bad.landmarks.txt" in message
    assert "68" in message


def test_photos_are_matched_by_stem(save, astronaut, tmp_path):
    gray = np.repeat(astronaut.mean(axis=2, keepdims=True), 3, axis=2)
    save("drawn/one.png", gray)
    orphan = save("drawn/two.png", gray[:, ::-1])
    save("photos/one.jpg", astronaut)
    found = ExemplarSet.from_folder(tmp_path / "drawn", photos=tmp_path / "photos")
    assert [p.name for p in found] == ["one.png"]
    photo = found.portraits[0].photo
    assert photo.name == "one.jpg"
    assert np.ptp(photo.image, axis=2).max() > 0.3
    ((where, message),) = found.problems
    assert where == orphan
    assert "two" in message


def test_transparency_is_laid_on_white(save, astronaut):
    alpha = np.ones(astronaut.shape[:2])
    alpha[:40] = 0
    portrait = read_exemplar(save("cut.png", np.dstack([astronaut, alpha]))).portrait
    assert (portrait.image[:39] == 1).all()
    np.testing.assert_allclose(portrait.image[100], astronaut[100], atol=1 / 255)


def test_large_pictures_are_reduced_with_their_landmarks(save, astronaut, portrait, monkeypatch):
    monkeypatch.setattr(reading, "_LONGEST", 255)
    path = save("large.png", astronaut)
    lines = "\n".join(f"{x} {y}" for x, y in portrait.face.landmarks)
    path.with_name("large.landmarks.txt").write_text(lines)
    found = read_exemplar(path).portrait
    assert found.image.shape[:2] == (255, 255)
    np.testing.assert_allclose(found.face.landmarks, portrait.face.scaled(0.75).landmarks)


def test_a_cache_hit_equals_the_first_run(save, astronaut, tmp_path, monkeypatch):
    monkeypatch.setenv("FACESTYLE_CACHE", str(tmp_path / "cache"))
    path = save("look.png", astronaut)
    first, key, _ = read_exemplar(path)

    def forbidden(*_, **__):
        raise AssertionError("analyzed again")

    with monkeypatch.context() as patch:
        patch.setattr(reading, "portrait_from_image", forbidden)
        second, same_key, _ = read_exemplar(path)
        assert key == same_key
        np.testing.assert_array_equal(first.matte, second.matte)
        np.testing.assert_array_equal(first.image, second.image)
        np.testing.assert_array_equal(first.face.mesh, second.face.mesh)
        np.testing.assert_array_equal(first.face.landmarks, second.face.landmarks)
        with pytest.raises(AssertionError, match="again"):
            read_exemplar(path, cache=False)
        with pytest.raises(AssertionError, match="again"):
            read_exemplar(path, landmarks="mesh")
    save("look.png", astronaut[:, ::-1])
    _, other_key, _ = read_exemplar(path)
    assert other_key != key
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_without_the_cache_nothing_is_written(save, astronaut, tmp_path, monkeypatch):
    monkeypatch.setenv("FACESTYLE_CACHE", str(tmp_path / "cache"))
    found = ExemplarSet.from_folder(save("look.png", astronaut), cache=False)
    assert found.fingerprints is None
    assert not disk_cache.cache_folder().exists()


def test_a_set_of_nothing_is_an_error():
    with pytest.raises(ExemplarError, match="at least one"):
        ExemplarSet([])
    assert issubclass(ExemplarError, FacestyleError)


def test_odd_pictures_do_not_stop_the_others(save, astronaut, tmp_path, monkeypatch):
    save("set/good.png", astronaut)
    save("set/thin.png", np.zeros((1, 20000, 3)))
    save("set/tall.png", np.zeros((6000, 20, 3)))
    save("set/many.png", astronaut)
    with open(tmp_path / "set" / "many.landmarks.txt", "wb") as file:
        file.truncate(10**10)  # a billion landmarks, as far as one can tell
    save("set/line.png", astronaut)
    line = "".join(f"{k} {k}\n" for k in range(68))
    (tmp_path / "set" / "line.landmarks.txt").write_text(line)
    save("set/far.png", astronaut)
    far = "".join(f"{1e5 + k} {k % 7}\n" for k in range(68))
    (tmp_path / "set" / "far.landmarks.txt").write_text(far)
    os.mkfifo(tmp_path / "set" / "pipe.png")
    save("set/bug.png", astronaut)
    read = reading.read_image

    def fail(path):
        if path.name == "bug.png":
            raise ZeroDivisionError("an error that nobody thought of")
        return read(path)

    monkeypatch.setattr(reading, "read_image", fail)
    found = ExemplarSet.from_folder(tmp_path / "set")
    assert [p.name for p in found] == ["good.png"]
    reasons = {path.name: reason for path, reason in found.problems}
    expected = {
        "bug.png": "ZeroDivisionError",
        "far.png": "outside the picture",
        "line.png": "on one line",
        "many.png": "10000000000 bytes",
        "pipe.png": "named pipe",
        "tall.png": "too narrow",
        "thin.png": "too narrow",
    }
    assert reasons.keys() == expected.keys()
    for name, words in expected.items():
        assert words in reasons[name]
        assert name.removesuffix(".png") in reasons[name]


def test_a_stored_analysis_of_another_kind_is_made_anew(save, astronaut):
    path = save("look.png", astronaut)
    portrait, key, _ = read_exemplar(path)
    odd = reading._Analysis(portrait.face, portrait.matte.astype(np.float64), np.array([1]))
    disk_cache.save(key, odd)
    again = read_exemplar(path).portrait
    np.testing.assert_array_equal(again.matte, portrait.matte)


def test_a_set_holds_its_pictures_as_bytes_that_say_the_same(save, astronaut):
    path = save("look.png", astronaut)
    expected = read_exemplar(path)[0]
    tracemalloc.start()
    found = ExemplarSet.from_folder(path).portraits[0]
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 6 * expected.matte.size  # picture and matte would be 16 as floats
    other = replace(pickle.loads(pickle.dumps(found)), photo=expected)
    for portrait in (found, other):
        np.testing.assert_array_equal(portrait.image, expected.image)
        np.testing.assert_array_equal(portrait.matte, expected.matte)
        assert portrait.image.dtype == portrait.matte.dtype == np.float32
    assert (other.photo, other.name) == (expected, "look.png")


def test_what_bytes_cannot_say_is_kept_as_floats(portrait):
    fine = replace(portrait, image=portrait.image * np.float32(0.999))
    np.testing.assert_array_equal(kept(fine).image, fine.image)
