"""Many inputs: order, resuming, failures that stop nothing, several processes."""

import logging
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from facestyle.errors import FaceError, ImageError, OutputExistsError, UsageError
from facestyle.io.images import from_array, read_image, write_image
from facestyle.methods.engine import Outcome
from facestyle.pipeline.batch import BatchOptions, stylize_files
from facestyle.pipeline.result import make_result


@pytest.fixture
def stylizer():
    """A stand-in for Stylizer that inverts colors; red pictures have no face, blue ones a bug."""

    def invert(source, *, landmarks=None, matte=None):
        rgb, alpha = from_array(source.array)
        red, _, blue = rgb[0, 0]
        if red == 1:
            raise FaceError(f"{source.name}: no face was found")
        if blue == 1:
            raise ZeroDivisionError("division by zero")
        result = make_result(source.like, alpha, Outcome(1 - rgb), "inverted", None, {"all": 0.5})
        face = SimpleNamespace(box=(1, 2, 3, 4), inter_ocular=5.0, source="file")
        return replace(result, face=face, source=source)

    return SimpleNamespace(stylize=invert)


@pytest.fixture
def photos(tmp_path):
    """Four pictures: two good ones, one without a face, one that meets a bug."""
    colors = {"a": (0, 51, 0), "b": (255, 0, 0), "c": (0, 0, 255), "d": (0, 102, 0)}
    for name, color in colors.items():
        Image.new("RGB", (6, 4), color).save(tmp_path / f"{name}.png")
    return [tmp_path / f"{name}.png" for name in colors]


def outputs_for(photos):
    return [path.parent / "out" / path.name for path in photos]


@pytest.mark.parametrize("jobs", [1, 2])
def test_failures_are_results_in_the_order_of_the_inputs(stylizer, photos, jobs):
    outputs = outputs_for(photos)
    results = list(stylize_files(stylizer, photos, outputs, jobs=jobs))
    assert [result.source for result in results] == photos
    assert [type(result.error) for result in results] == [
        type(None),
        FaceError,
        ZeroDivisionError,
        type(None),
    ]
    assert [path.exists() for path in outputs] == [True, False, False, True]
    np.testing.assert_allclose(read_image(outputs[3]).rgb[0, 0], (1, 0.6, 1), atol=1e-6)
    assert results[0].output == outputs[0]
    assert results[0].facts["size"] == [6, 4]
    assert results[0].facts["timings"] == {"all": 0.5}
    assert results[1].message == f"{photos[1]}: no face was found"
    assert "c.png: unexpected ZeroDivisionError" in results[2].message
    assert all(result.seconds > 0 for result in results)


def test_results_come_one_by_one(stylizer, photos):
    seen = []

    def watching(source, **options):
        seen.append(source)
        return stylizer.stylize(source, **options)

    results = stylize_files(SimpleNamespace(stylize=watching), photos)
    assert seen == []
    first = next(results)
    assert len(seen) == 1
    assert first.output is None
    np.testing.assert_allclose(first.result.image[0, 0], (255, 204, 255))
    np.testing.assert_allclose(first.result.outcome.image[0, 0], (1, 0.8, 1), atol=1e-6)


def test_existing_outputs(stylizer, photos):
    outputs = outputs_for(photos)[:1]
    photos = photos[:1]
    write_image(outputs[0], np.zeros((2, 2, 3), np.float32))
    [refused] = stylize_files(None, photos, outputs)  # before any work is done
    assert isinstance(refused.error, OutputExistsError)
    [skipped] = stylize_files(None, photos, outputs, options=BatchOptions(skip_existing=True))
    assert skipped.skipped
    assert skipped.error is None
    assert skipped.output == outputs[0]
    assert read_image(outputs[0]).rgb.shape == (2, 2, 3)
    replacing = BatchOptions(overwrite=True, keep_results=False)
    [replaced] = stylize_files(stylizer, photos, outputs, options=replacing)
    assert replaced.error is None
    assert replaced.result is None
    assert read_image(outputs[0]).rgb.shape == (4, 6, 3)


def test_unreadable_input(stylizer, tmp_path):
    (tmp_path / "notes.jpg").write_text("hello")
    [result] = stylize_files(stylizer, [tmp_path / "notes.jpg"])
    assert isinstance(result.error, ImageError)
    assert result.message.count("notes.jpg") == 1


@pytest.mark.parametrize("has_alpha", [False, True])
def test_depth_alpha_and_gray_of_the_input_are_kept(stylizer, tmp_path, has_alpha):
    ramp = np.linspace(0.2, 0.8, 24, dtype=np.float32).reshape(4, 6)
    gray = np.repeat(ramp[..., None], 3, axis=2)
    source, output = tmp_path / "in.png", tmp_path / "out.png"
    write_image(source, gray, alpha=ramp if has_alpha else None, bit_depth=16, gray=True)
    [result] = stylize_files(stylizer, [source], [output])
    assert result.error is None
    picture = read_image(output)
    assert picture.bit_depth == 16
    np.testing.assert_allclose(picture.rgb, 1 - gray, atol=1e-4)
    if has_alpha:
        np.testing.assert_allclose(picture.alpha, ramp, atol=1e-4)
    else:
        assert picture.gray


def test_as_many_outputs_as_inputs(stylizer, photos):
    with pytest.raises(UsageError, match=r"outputs: found 1 paths, .* each of 4"):
        stylize_files(stylizer, photos, ["one.png"])


def test_the_traceback_of_a_bug_is_logged(stylizer, photos, caplog):
    with caplog.at_level(logging.DEBUG):
        list(stylize_files(stylizer, photos[2:3]))
    assert "ZeroDivisionError" in caplog.text


def test_corrections_follow_a_picture_that_is_made_smaller(astronaut):
    from facestyle.io.images import Picture
    from facestyle.pipeline.corrections import scaled_landmarks, scaled_matte
    from facestyle.pipeline.pictures import reduced_picture

    whole = Picture(astronaut)
    used = reduced_picture(whole, 170)
    corners = np.array([[-0.5, -0.5], [339.5, 339.5]])
    scaled = scaled_landmarks(corners, whole, used)
    np.testing.assert_allclose(scaled, [[-0.5, -0.5], [169.5, 169.5]])
    matte = np.zeros((340, 340), np.uint8)
    matte[:, :100] = 255
    small = scaled_matte(matte, whole, used)
    np.testing.assert_array_equal(small[:, [49, 50]], np.tile(np.float32([1, 0]), (170, 1)))
    assert scaled_matte(matte, whole, whole) is matte
