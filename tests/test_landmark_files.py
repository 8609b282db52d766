"""Files of landmarks as other programs write them, and landmarks that are none of a face."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facestyle.errors import LandmarksError
from facestyle.faces import face_from_landmarks, read_landmarks
from facestyle.faces.landmarks import check_landmarks

MEDIA = Path(__file__).parent / "media"


@pytest.fixture
def points(portrait):
    return np.round(portrait.face.landmarks, 2)


def lines(points, separator=" "):
    return "".join(f"{x}{separator}{y}\n" for x, y in points)


def test_files_of_other_programs_are_read():
    with_mark, ibug = (read_landmarks(MEDIA / f"landmarks_{n}") for n in ("bom.txt", "ibug.pts"))
    assert with_mark.shape == (68, 2)
    assert with_mark[0].tolist() == [92, 140]
    np.testing.assert_array_equal(with_mark, ibug)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [" ", "\t", ",", ", ", ";"])
def test_encodings_and_separators(tmp_path, points, encoding, end, separator):
    text = "# a comment\n\n" + lines(points, separator)
    data = text.replace("\n", end).encode(encoding)
    if encoding == "utf-16-le":
        data = b"\xff\xfe" + data
    (tmp_path / "a.txt").write_bytes(data)
    np.testing.assert_allclose(read_landmarks(tmp_path / "a.txt"), points)


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nn_points: 68\n{{\n{}}}\n",
        "version: 1\nn_points:  68\n{{\n{}}}",
        "n_points: 68\n\n{{\n{}\n}}\n\n",
        "version: 1\nn_points: 68\n{{\n{}",  # the end is missing
    ],
)
def test_kinds_of_pts(tmp_path, points, text):
    (tmp_path / "a.pts").write_text(text.format(lines(points)))
    np.testing.assert_allclose(read_landmarks(tmp_path / "a.pts"), points)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: np.stack([p[:, 0], p[:, 0]], axis=1), "on one line"),
        (lambda p: p * [1, 0], "on one line"),
        (lambda p: p * 0 + 50, "one spot"),
        (lambda p: p / 340, "fractions"),
        (lambda p: np.where(np.arange(68)[:, None] == 5, np.nan, p), "68 finite points"),
        (lambda p: np.where(np.arange(68)[:, None] == 5, 1e300, p), "lies at 1e\\+300"),
        (lambda p: p * [-1, 1] + [340, 0], "left and right are swapped"),
        (lambda p: p[::-1], "another order"),
        (lambda p: p[:67], r"shape \(67, 2\)"),
    ],
)
def test_points_that_are_no_face(points, make, words):
    with pytest.raises(LandmarksError, match=f"^a.txt: .*{words}"):
        check_landmarks(make(points), "a.txt")


@pytest.mark.parametrize("move", [(600, 0), (0, -600), (5000, 5000), (-300, -300)])
def test_points_outside_the_picture(portrait, points, move):
    image = np.round(portrait.image * 255).astype(np.uint8)
    with pytest.raises(LandmarksError, match=r"outside the picture of 340 x 340 pixels"):
        face_from_landmarks(image, points + move)


def test_one_point_far_outside(portrait, points):
    points[3] = 50_000  # a method that fills the face's box would need gigabytes
    with pytest.raises(LandmarksError, match="outside the picture"):
        check_landmarks(points, "a.txt", portrait.image.shape[:2])


def test_a_chin_below_the_picture_is_allowed(portrait, points):
    image = np.round(portrait.image[: int(points[8, 1]) - 20] * 255).astype(np.uint8)
    assert face_from_landmarks(image, points).landmarks.shape == (68, 2)


def test_files_that_hold_no_landmarks(tmp_path):
    with open(tmp_path / "long.txt", "wb") as file:
        file.truncate(2**21)
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)))
    (tmp_path / "words.txt").write_text("none\n" * 68)
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "folder.txt").mkdir()
    for path in tmp_path.iterdir():
        with pytest.raises(LandmarksError, match=r"expected 68") as error:
            read_landmarks(path)
        assert str(error.value).startswith(str(path))


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_random_files_give_one_kind_of_error(tmp_path_factory, noise):
    path = tmp_path_factory.getbasetemp() / "noise.txt"
    path.write_bytes(noise)
    with pytest.raises(LandmarksError):
        read_landmarks(path)


@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 1e3), st.floats(-1e4, 1e4))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_what_passes_is_a_face_in_the_picture(seed, scale, offset):
    random = np.random.default_rng(seed)
    try:
        points = check_landmarks(random.normal(offset, scale, (68, 2)), "a", (400, 300))
    except LandmarksError:
        return
    assert ((points > -1) & (points < (300, 400))).all(axis=1).mean() >= 0.5
    assert (np.abs(points) < 1000).all()
