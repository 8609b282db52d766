"""Our evaluation of dlib's shape predictor, with dlib's own as the oracle."""

import dlib
import numpy as np
import pytest

from facestyle import disk_cache
from facestyle.errors import ModelFileError
from facestyle.faces.detection import detect_dlib
from facestyle.faces.landmarks import model_path, predict_landmarks
from facestyle.faces.shape_predictor import load_shape_predictor
from facestyle.imaging.levels import to_bytes
from facestyle.kernels.packed_integers import unpack

MODEL = "shape_predictor_68_face_landmarks.dat"


@pytest.fixture(scope="module")
def oracle():
    return dlib.shape_predictor(str(model_path(MODEL)))


def dlib_landmarks(oracle, pixels, box):
    rectangle = dlib.rectangle(*(int(value) for value in box))
    return np.array([(point.x, point.y) for point in oracle(pixels, rectangle).parts()])


def assert_rounds_to(points, whole):
    """dlib rounds halves up; our last float digits may differ from its own."""
    np.testing.assert_allclose(points, whole, atol=0.5 + 1e-3)


def test_landmarks_are_dlib_s_before_rounding(oracle, astronaut, sitters):
    pictures = [astronaut, *(sitter.image for sitter in sitters)]
    for pixels in map(to_bytes, pictures):
        (box, *_) = detect_dlib(pixels)
        found = predict_landmarks(pixels, box)
        assert_rounds_to(found, dlib_landmarks(oracle, pixels, box))
        assert np.abs(found - np.round(found)).max() > 0.3  # not whole pixels


@pytest.mark.parametrize("box", [(-60, -40, 120, 140), (250, 250, 420, 420), (0, 0, 20, 20)])
def test_boxes_that_leave_the_picture(oracle, astronaut, box):
    pixels = to_bytes(astronaut)
    found = predict_landmarks(pixels, np.array(box, dtype=np.float64))
    assert_rounds_to(found, dlib_landmarks(oracle, pixels, box))


def test_the_converted_model_comes_back_from_the_cache_mapped():
    path = model_path(MODEL)
    first = load_shape_predictor(path)
    again = load_shape_predictor(path)
    assert isinstance(again.leaves, np.memmap)
    np.testing.assert_array_equal(first.leaves, again.leaves)
    np.testing.assert_array_equal(first.forests.pairs, again.forests.pairs)


def test_a_damaged_cache_is_computed_again(monkeypatch, tmp_path):
    path = model_path(MODEL)
    monkeypatch.setenv("FACESTYLE_CACHE", str(tmp_path))
    first = load_shape_predictor(path)
    (array,) = tmp_path.glob("*.npy")
    cut = tmp_path / "cut"  # another file under its name: `first` is mapped
    cut.write_bytes(array.read_bytes()[:1000])
    cut.replace(array)
    np.testing.assert_array_equal(load_shape_predictor(path).leaves, first.leaves)


@pytest.mark.parametrize("damage", ["cut", "other", "empty"])
def test_another_file_is_refused_by_name(tmp_path, monkeypatch, damage):
    monkeypatch.setattr(disk_cache, "load_array", lambda key: None)
    data = model_path(MODEL).read_bytes()[:2_000_000]
    content = {"cut": data, "other": b"\x01\x02" + data[2:], "empty": b""}[damage]
    path = tmp_path / "broken.dat"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"broken\.dat.*pip install"):
        load_shape_predictor(path)


def unpack_oracle(data, count):
    values, position = [], 0
    for _ in range(count):
        length, sign = data[position] & 15, -1 if data[position] & 128 else 1
        values.append(sign * int.from_bytes(data[position + 1 : position + 1 + length], "little"))
        position += 1 + length
    return values, position


def test_unpacking_integers():
    data = bytes([1, 7, 0x81, 200, 2, 1, 2, 0, 0x83, 255, 255, 127])
    values, end = unpack(np.frombuffer(data, np.uint8), 0, 5)
    assert (values.tolist(), end) == unpack_oracle(data, 5)
    assert values.tolist() == [7, -200, 513, 0, -8388607]
    assert unpack(np.frombuffer(data[:-1], np.uint8), 0, 5)[1] == -1
    assert unpack(np.array([9] + [0] * 9, np.uint8), 0, 1)[1] == -1
