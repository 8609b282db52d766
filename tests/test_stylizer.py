"""The whole pipeline: types in and out, backgrounds, faces, strength, sizes, many files."""

import pickle

import cv2
import numpy as np
import pytest
from PIL import Image

from facestyle.errors import FaceError, ImageError, ModelFileError, UsageError
from facestyle.exemplars import ExemplarSet
from facestyle.faces import Portrait
from facestyle.io.images import write_image
from facestyle.pipeline.pictures import InputPicture
from facestyle.pipeline.stylizer import Stylizer


@pytest.fixture(scope="module")
def exemplars(sitters):
    """Two sitters in a dark blue light."""
    tint = np.float32([0.45, 0.55, 0.8])
    return ExemplarSet([Portrait(s.image * tint, s.face, s.matte, s.name) for s in sitters[:2]])


@pytest.fixture(scope="module")
def make(exemplars):
    """Stylizers that share one preparation of the exemplars."""
    first = Stylizer(exemplars, method="energy")

    def stylizer(**options):
        other = Stylizer(exemplars, method="energy", **options)
        other.method = first.method
        return other

    return stylizer


@pytest.fixture(scope="module")
def result(make, astronaut):
    return make()(astronaut)


@pytest.fixture(scope="module")
def couple(astronaut):
    """The astronaut twice, side by side."""
    return np.ascontiguousarray(np.hstack([astronaut, astronaut[:, ::-1]]))


@pytest.mark.parametrize(
    ("dtype", "scale", "tolerance"),
    [(np.uint8, 255, 1.5 / 255), (np.uint16, 65535, 1e-4), (np.float64, 1, 1e-6)],
)
def test_the_output_is_of_the_input_s_type(make, astronaut, result, dtype, scale, tolerance):
    if np.issubdtype(dtype, np.integer):
        image = np.round(astronaut.astype(np.float64) * scale).astype(dtype)
    else:
        image = astronaut.astype(dtype)
    out = make()(image).image
    assert out.dtype == dtype
    assert out.shape == image.shape
    assert np.abs(out / scale - result.image)[result.matte > 0.5].mean() < tolerance


def test_a_gray_array_stays_gray(make, astronaut):
    out = make()(astronaut.mean(axis=2)).image
    assert out.shape == astronaut.shape[:2]
    assert out.std() > 0.05


def test_a_result_explains_itself(result, astronaut, portrait):
    assert result.method == "energy"
    assert result.alpha is None
    assert np.abs(result.face.landmarks - portrait.face.landmarks).max() == 0
    assert result.matte.shape == astronaut.shape[:2]
    assert result.labels.ndim == 2
    assert set(np.unique(result.labels)) <= {0, 1}
    assert result.aligned.shape[0] == 2
    assert result.aligned.shape[3] == 3
    assert {"faces", "align", "mrf", "blend", "composite", "total"} <= set(result.timings)
    parts = sum(seconds for name, seconds in result.timings.items() if name != "total")
    assert parts <= result.timings["total"] < 2 * parts
    # the look is dark and blue
    change = (result.image - astronaut)[result.matte > 0.5].mean(axis=0)
    assert change[0] < min(change[2], -0.05)
    assert change.mean() < -0.03  # of two exemplars, half of it may be chance


def test_it_repeats_exactly(make, astronaut, result):
    np.testing.assert_array_equal(make()(astronaut).image, result.image)


def test_transparency_is_kept(make, astronaut):
    alpha = np.ones(astronaut.shape[:2], np.float32)
    alpha[:, :50] = 0.25
    image = np.round(np.dstack([astronaut, alpha]) * 255).astype(np.uint8)
    out = make()(image)
    assert out.image.shape == image.shape
    np.testing.assert_array_equal(out.image[..., 3], image[..., 3])
    assert out.matte[:, :50].max() <= 0.26


@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_keep_leaves_the_background_exactly(make, astronaut, strength):
    image = np.round(astronaut * 255).astype(np.uint8)
    out = make(background="keep", strength=strength)(image)
    away = cv2.dilate(out.matte, np.ones((3, 3))) == 0
    assert away.mean() > 0.15
    np.testing.assert_array_equal(out.image[away], image[away])
    if strength == 0:
        np.testing.assert_array_equal(out.image, image)
    else:
        assert np.abs(out.image.astype(int) - image)[out.matte > 0.5].mean() > 10


def test_strength_zero_changes_nothing_whatever_the_background(make, astronaut):
    image = np.round(astronaut * 255).astype(np.uint8)
    for background in ("stylize", "paper", "#ff0000"):
        out = make(background=background, strength=0.0)(image).image
        np.testing.assert_array_equal(out, image)


def test_a_color_stands_behind_the_person(make, astronaut):
    out = make(background="#3366cc")(np.round(astronaut * 255).astype(np.uint8))
    away = out.matte == 0
    assert (np.abs(out.image[away].astype(int) - (0x33, 0x66, 0xCC)) <= 1).all()
    assert out.image.shape == astronaut.shape


def test_transparent_gives_an_alpha_channel(make, astronaut, result):
    out = make(background="transparent")(np.round(astronaut * 255).astype(np.uint8))
    assert out.image.shape == (*astronaut.shape[:2], 4)
    np.testing.assert_allclose(out.image[..., 3] / 255, out.matte, atol=0.51 / 255)
    np.testing.assert_array_equal(out.alpha, out.matte)
    core = out.matte > 0.999
    assert np.abs(out.image[core, :3] / 255 - result.image[core]).mean() < 0.01


def test_paper_is_one_color(make, astronaut):
    out = make(background="paper")(astronaut)
    assert np.ptp(out.image[out.matte == 0], axis=0).max() < 1e-6


def test_stylize_takes_the_exemplars_background(result, exemplars):
    away = result.matte == 0
    found = result.image[away].mean(axis=0)
    own = [np.median(p.image[p.matte < 0.02], axis=0) for p in exemplars]
    assert min(np.abs(found - color).max() for color in own) < 0.15


def test_strength_moves_step_by_step(make, astronaut):
    steps = [
        np.abs(make(strength=strength)(astronaut).image - astronaut).mean()
        for strength in (0.0, 0.3, 0.6, 1.0)
    ]
    assert steps == sorted(steps)
    assert steps[0] < 1e-5
    assert steps[1] > 0.01


def test_one_of_several_faces(make, couple):
    half = couple.shape[1] // 2
    out = make(face=2, background="keep")(couple)
    assert out.face.eyes[0, 0] > half
    with pytest.raises(FaceError, match="face 3 was asked for, 2 found"):
        make(face=3)(couple)


def test_all_faces(make, couple):
    half = couple.shape[1] // 2
    out = make(face="all", background="keep")(couple)
    assert out.image.shape == couple.shape
    change = np.abs(out.image - couple).mean(axis=2)
    y = int(out.face.landmarks[30, 1])
    for middle in (int(half * 0.48), int(half * 1.52)):
        assert change[y - 30 : y + 30, middle - 25 : middle + 25].mean() > 0.05
    # both are the same picture, mirrored: so is what becomes of them, almost
    mirrored = out.image[:, ::-1][:, :half]
    assert np.abs(out.image[:, :half] - mirrored)[out.matte[:, :half] > 0.9].mean() < 0.03


def test_given_landmarks_take_the_detector_s_place(make, astronaut, portrait):
    out = make()(astronaut, landmarks=portrait.face.landmarks)
    assert out.face.source == "file"


def test_no_face_names_the_picture(make):
    noise = np.random.default_rng(0).random((120, 100, 3))
    with pytest.raises(FaceError, match="the picture: no face was found"):
        make()(noise)
    named = InputPicture(noise, noise, "wall.jpg")
    with pytest.raises(FaceError, match=r"wall\.jpg: no face"):
        make(face="all").stylize(named)


def test_a_large_picture_keeps_its_size(make, astronaut, result):
    large = cv2.resize(astronaut, (2000, 2000), interpolation=cv2.INTER_CUBIC)
    large = np.pad(np.clip(large, 0, 1), ((0, 0), (500, 500), (0, 0)), "edge")
    out = make()(np.round(large * 255).astype(np.uint8))
    assert out.image.shape == (2000, 3000, 3)
    small = cv2.resize(out.image[:, 500:2500], (340, 340), interpolation=cv2.INTER_AREA) / 255
    assert np.abs(small - result.image)[result.matte > 0.9].mean() < 0.05


def test_a_tiny_picture_works(make, astronaut, portrait):
    x0, y0, x1, y1 = (round(v) for v in portrait.face.box)
    tiny = np.ascontiguousarray(astronaut[y0 - 5 : y1 + 5, x0 - 5 : x1 + 5])
    out = make()(tiny, landmarks=portrait.face.landmarks - (x0 - 5, y0 - 5))
    assert out.image.shape == tiny.shape
    assert np.isfinite(out.image).all()


def test_map_goes_on_after_a_broken_file(make, astronaut, tmp_path):
    good, broken = tmp_path / "good.png", tmp_path / "broken.png"
    Image.fromarray(np.round(astronaut * 255).astype(np.uint8)).save(good)
    broken.write_bytes(b"not a picture")
    first, second, third = make().map([good, broken, tmp_path / "missing.png"])
    assert first.error is None
    assert first.result.image.shape == astronaut.shape
    assert isinstance(second.error, ImageError)
    assert "broken.png" in second.message
    assert "missing.png" in third.message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strength": 1.5}, "strength: found 1.5"),
        ({"strength": float("nan")}, "strength"),
        ({"background": "bluish"}, "background: found 'bluish'"),
        ({"face": 0}, "face: found '0'"),
        ({"face": "second"}, "face: found 'second'"),
        ({"method": "magic"}, "method: found 'magic'"),
        ({"landmarks": "haar"}, "landmarks: found 'haar'"),
        ({"tone": "last"}, "tone: found 'last'"),
    ],
)
def test_options_without_such_a_value_are_named(exemplars, options, message):
    with pytest.raises(UsageError, match=message):
        Stylizer(exemplars, **{"method": "energy", **options})


def test_the_papers_variant_is_an_option(exemplars, astronaut, result):
    papers = Stylizer(exemplars, preset="song2017")(astronaut)
    assert papers.method == "energy"
    assert np.abs(papers.image - result.image)[result.matte > 0.5].mean() > 0.01
    tone_alone = Stylizer(exemplars, method="energy", tone="residual")(astronaut)
    assert np.abs(papers.image - tone_alone.image)[result.matte > 0.5].mean() > 0.01


def test_a_known_matte_says_what_is_the_person(make, astronaut):
    left = np.zeros(astronaut.shape[:2], np.uint8)
    left[:, :170] = 255
    image = make(background="keep")(astronaut, matte=left).image
    np.testing.assert_allclose(image[:, 172:], astronaut[:, 172:], atol=1e-6)
    assert np.abs(image[60:200, 100:160] - astronaut[60:200, 100:160]).mean() > 0.05


@pytest.mark.parametrize(
    "wrong",
    [
        np.ones((3, 4)),
        np.full((340, 340), 1.5),
        np.full((340, 340), np.nan),
        np.zeros((340, 340)),
    ],
)
def test_a_matte_of_another_shape_or_range_is_refused(make, astronaut, wrong):
    with pytest.raises(UsageError, match="matte"):
        make()(astronaut, matte=wrong)


# --- What is given for exemplars, methods and presets ------------------------------------------


def test_a_folder_serves_as_exemplars(tmp_path, exemplars):
    write_image(tmp_path / "a.png", exemplars.portraits[0].image)
    for folder in (tmp_path, str(tmp_path)):
        assert [p.name for p in Stylizer(folder, method="energy").exemplars] == ["a.png"]
    assert len(Stylizer(tmp_path, method="neural").exemplars.pictures) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"exemplars": 3},
            "exemplars: found int, expected an ExemplarSet or a folder",
        ),
        ({"method": 3}, "method: found '3', expected auto"),
        ({"preset": 3}, "preset: found '3', expected song2017"),
        ({"method": "patch-paired"}, "needs the photographs that the exemplars were made from"),
    ],
)
def test_what_cannot_be_used_is_named(exemplars, arguments, message):
    with pytest.raises(UsageError, match=message):
        Stylizer(**{"exemplars": exemplars} | arguments)


def test_a_model_is_looked_for_before_the_work():
    with pytest.raises(ModelFileError, match="no model of this name comes with facestyle"):
        Stylizer.from_model("nobody")
    with pytest.raises(UsageError, match="method: is given by the trained network"):
        Stylizer.from_model("nobody", method="energy")


def test_settings_in_vain_are_said(exemplars, caplog):
    Stylizer(exemplars, method="energy", combine="single", smoothness=2)
    assert "smoothness: has no effect, for combine is 'single'" in caplog.text


# --- Frozen records ---------------------------------------------------------------------------


def test_records_cannot_be_written_to(result, portrait):
    copied = pickle.loads(pickle.dumps(result))
    for one in (result, copied):
        for array in (one.face.landmarks, one.labels, one.matte, one.outcome.image):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0
        with pytest.raises(TypeError, match="frozen"):
            one.timings["total"] = 0.0
        one.image[:1] = one.image[:1]  # the user's own
    assert copied.timings == dict(result.timings)
    given = np.zeros((4, 4), np.float32)
    Portrait(portrait.image, portrait.face, given)
    given[0] = 1  # what was handed in stays as it was
