"""The protocol of methods: fingerprints, and a method that is made up here."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from moving_faces import mean_warping_error, moving_clip

from facestyle import ExemplarSet, Stylizer
from facestyle.cli.setting_options import add_method_settings, given_settings
from facestyle.errors import UsageError
from facestyle.exemplars import ExemplarPicture
from facestyle.methods import METHODS, method_choices, method_settings
from facestyle.methods.choice import check_before_choice
from facestyle.methods.engine import FrameEngine, Outcome, Rendering, Target
from facestyle.methods.frame_by_frame import FilteredFrames, FrameByFrameMethod
from facestyle.pipeline.batch import stylize_files
from facestyle.pipeline.settings import StylizerSettings
from facestyle.pipeline.stills import StillStylizer
from facestyle.settings import Settings, kind_of, setting

GENERAL = {
    "strength": 0.5,
    "background": "keep",
    "exposure": "keep",
    "face": "all",
    "landmarks": "mesh",
    "seed": 3,
    "flow": "deepflow",
}


@dataclass(frozen=True)
class ToySettings(Settings):
    amount: float = setting(1.0, "of inversion", low=0.0, high=1.0, metavar="0..1")
    grain: float = setting(0.0, "noise that is new in each picture", low=0.0, metavar="X")


class ToyMethod(FrameByFrameMethod):
    """Inverts what lies inside the matte; only the registry's entry makes it known."""

    name = "toy"

    def __init__(self, exemplars, settings, *, seed=0):
        self._set, self.settings = exemplars, settings
        self._random = np.random.default_rng(seed)

    @property
    def fingerprint(self):
        return repr(self.settings)

    @property
    def portraits(self):
        return self._set.portraits

    def stylize(self, target, rendering):
        image, person = target.image, target.portrait.matte[..., None]
        grain = self._random.normal(0, self.settings.grain, image.shape)
        inverted = image + self.settings.amount * person * (1 - 2 * image) + grain
        mixed = image + rendering.strength * (np.clip(inverted, 0, 1) - image)
        return Outcome(mixed.astype(np.float32), timings={"toy": 0.0})


@pytest.fixture
def toy(monkeypatch):
    """The registry with one more line, and the folder that it stands for."""
    folder = ModuleType("facestyle.methods.toy")
    folder.ToyMethod = ToyMethod
    settings = ModuleType("facestyle.methods.toy.settings")
    settings.SUMMARY, settings.SETTINGS = "negatives", ToySettings
    settings.PRESETS = {"nadar1855": {"amount": 0.25}}
    monkeypatch.setitem(METHODS, "toy", "ToyMethod")
    monkeypatch.setitem(sys.modules, folder.__name__, folder)
    monkeypatch.setitem(sys.modules, settings.__name__, settings)


@pytest.fixture(scope="module")
def exemplars(sitters):
    return ExemplarSet(sitters[:1])


@pytest.fixture(scope="module")
def black():
    """A style picture."""
    return ExemplarSet([], pictures=[ExemplarPicture(np.zeros((40, 40, 3), np.float32), "black")])


# --- A method made up ------------------------------------------------------------------------


def test_a_new_method_stylizes_pictures(toy, exemplars, astronaut, portrait):
    stylizer = Stylizer(exemplars, method="toy", amount=0.5)
    assert stylizer.method_reason == "toy (asked for)"
    result = stylizer(astronaut)
    assert result.method == "toy"
    expected = astronaut + 0.5 * portrait.matte[..., None] * (1 - 2 * astronaut)
    np.testing.assert_allclose(result.image, expected, atol=1e-6)
    half = Stylizer(exemplars, method="toy", amount=0.5, strength=0.5)(astronaut).image
    np.testing.assert_allclose(half, (astronaut + expected) / 2, atol=1e-6)
    assert result.labels is None
    assert result.aligned.shape == (0, 0, 0, 3)
    assert {"faces", "toy", "total"} == result.timings.keys()


def test_a_new_method_stylizes_clips_steadily(toy, exemplars, astronaut):
    frames, matrices = moving_clip(astronaut, 5)
    stylizer = Stylizer(exemplars, method="toy", grain=0.03)
    results = list(stylizer.video(frames))
    assert all(result.found and result.method == "toy" for result in results)
    x, y = np.round(results[4].face.landmarks[30]).astype(int)
    nose = np.s_[y - 5 : y + 6, x - 5 : x + 6]
    inverted = 255 - frames[4][nose].astype(float)
    assert np.abs(results[4].image[nose] - inverted).mean() < 10
    single = mean_warping_error([stylizer(frame).image for frame in frames[2:]], matrices[2:])
    assert mean_warping_error([r.image for r in results[2:]], matrices[2:]) < 0.5 * single


def test_a_new_method_goes_on_from_a_state(toy, exemplars, astronaut):
    frames = moving_clip(astronaut, 4)[0]
    stylizer = Stylizer(exemplars, method="toy")
    whole, resumed = stylizer.frames(), stylizer.frames()
    assert isinstance(whole, FilteredFrames)
    assert whole.state() == {}
    for frame in frames[:2]:
        whole.step(frame)
    resumed.restore({name: array.copy() for name, array in whole.state().items()})
    for frame in frames[2:]:
        expected = whole.step(frame).outcome.image
        np.testing.assert_array_equal(resumed.step(frame).outcome.image, expected)
    resumed.restore({})
    first = stylizer.frames().step(frames[0])
    np.testing.assert_array_equal(resumed.step(frames[0]).outcome.image, first.outcome.image)


def test_a_new_method_has_options_checks_and_presets(toy, exemplars, tmp_path, astronaut):
    parser = argparse.ArgumentParser()
    add_method_settings(parser)
    given = given_settings(parser.parse_args(["--amount", "0.3"]), StylizerSettings)
    assert given == {"amount": 0.3}
    assert "--method toy (negatives)" in [group.title for group in parser._action_groups]
    assert "toy" in method_choices()
    assert Stylizer(exemplars, method="toy", **given).method.settings.amount == 0.3
    assert Stylizer(exemplars, preset="nadar1855").method.settings == ToySettings(amount=0.25)
    with pytest.raises(UsageError, match="amount: found 2, expected a number from 0 to 1"):
        Stylizer(exemplars, method="toy", amount=2)
    with pytest.raises(UsageError, match="amount: belongs to method toy; the method is energy"):
        Stylizer(exemplars, method="energy", amount=0.5)
    with pytest.raises(UsageError, match="tone: belongs to method energy; the method is toy"):
        Stylizer(exemplars, method="toy", tone="first")


def test_what_a_method_cannot_explain_is_named(toy, exemplars, black, tmp_path, astronaut):
    from facestyle.io.images import write_image

    write_image(tmp_path / "a.png", astronaut)
    stylizer = Stylizer(exemplars, method="toy")
    (result,) = stylize_files(stylizer, [tmp_path / "a.png"], explain=[tmp_path / "why"])
    assert "method toy has nothing to explain" in result.message
    with pytest.raises(UsageError, match="explain: method neural has nothing to explain"):
        stylize_files(Stylizer(black, method="neural"), [], explain=[])


# --- Protocol --------------------------------------------------------------------------------


def test_a_target_without_a_face_says_so(astronaut, portrait):
    assert Target(astronaut, "a", portrait).portrait is portrait
    with pytest.raises(TypeError, match="without a face"):
        _ = Target(astronaut, "a").portrait


def test_most_engines_need_no_look_ahead(toy, exemplars):
    engine = Stylizer(exemplars, method="toy").frames()
    assert isinstance(engine, FrameEngine)
    assert not engine.needs_all_frames
    with pytest.raises(TypeError, match="FilteredFrames needs no look at all frames"):
        engine.study([])


def test_which_methods_need_a_face(exemplars, black):
    rendering = Rendering()
    for name in ("energy", "patch-unpaired"):
        assert Stylizer(exemplars, method=name).method.needs_face(rendering)
    assert not Stylizer(black, method="neural").needs_face
    assert Stylizer(black, method="neural", area="face").needs_face
    assert Stylizer(black, method="neural", by_region=True).needs_face
    assert Stylizer(black, method="neural", background="keep").needs_face


@pytest.mark.parametrize("method", sorted(METHODS))
def test_methods_are_named_as_the_registry_has_them(method):
    from importlib import import_module

    assert getattr(import_module(f"facestyle.methods.{method}"), METHODS[method]).name == method


@pytest.mark.parametrize(
    ("method", "options", "message"),
    [
        ("auto", {"size": 1}, "size: belongs to method neural; the method is auto"),
        ("patch", {"model": "x"}, "model: belongs to method neural; the method is patch"),
        ("patch", {"tone": "first"}, "tone: belongs to method energy; the method is patch"),
        ("neural", {"labels": "mrf"}, "labels: belongs to method patch-unpaired; the method is n"),
        ("auto", {"model": "x", "tone": "first"}, "tone: belongs to method energy; the method is"),
        ("patch-paired", {"labels": "mrf"}, "labels: belongs to method patch-unpaired"),
        ("auto", {"smoothnes": 1}, "smoothnes: no such option"),
        ("magic", {}, "method: found 'magic', expected auto, patch, energy"),
    ],
)
def test_options_of_no_possible_method_are_refused_before_exemplars_are_read(
    method, options, message
):
    with pytest.raises(UsageError, match=message):
        check_before_choice(method, options)


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("auto", {"tone": "first"}),
        ("auto", {"identity": 1, "labels": "mrf"}),
        ("auto", {"model": "x", "size": 64}),
        ("patch", {"labels": "free"}),
        ("neural", {"model": "x"}),
    ],
)
def test_options_that_a_method_may_have_are_left_to_the_choice(method, options):
    check_before_choice(method, options)


# --- Fingerprints ----------------------------------------------------------------------------


def another_value(settings, name, folder):
    """A value that is not the default, and that any method can be made with."""
    option, (kind, _) = settings.options()[name], kind_of(settings, name)
    default = settings.defaults()[name]
    if kind is bool:
        return not default
    if option.choices:
        return next(choice for choice in option.choices if choice != default)
    if kind in (int, float):
        return next(v for v in (option.high, option.low, 1) if v not in (None, default))
    if kind is Path:
        (folder / "file").write_bytes(b"content")
        return folder / "file"
    return (2.0,) if name == "style_weights" else (0.25, 4.0)


def made(exemplars, name, settings, **general):
    from importlib import import_module

    kind = getattr(import_module(f"facestyle.methods.{name}"), METHODS[name])
    general = StylizerSettings(**general)
    return StillStylizer(exemplars, kind(exemplars, settings, seed=general.seed), general)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_setting_changes_the_fingerprint(method, exemplars, black, tmp_path):
    known = black if method == "neural" else exemplars
    settings = method_settings(method).SETTINGS
    marks = {"": made(known, method, settings()).fingerprint}
    assert made(known, method, settings()).fingerprint == marks[""]
    # a model takes the exemplars' place, and the strength on faces belongs to it
    for name in settings.options().keys() - {"model", "face_strength"}:
        changed = settings(**{name: another_value(settings, name, tmp_path)})
        marks[name] = made(known, method, changed).fingerprint
    for name, value in GENERAL.items():
        if method == "neural" and name == "face":
            continue  # it looks for none
        marks[name] = made(known, method, settings(), **{name: value}).fingerprint
    assert GENERAL.keys() == StylizerSettings.options().keys()
    assert len(set(marks.values())) == len(marks)


def test_methods_and_exemplars_change_the_fingerprint(exemplars, black, sitters):
    stylizers = [
        Stylizer(exemplars, method="energy"),
        Stylizer(exemplars, method="patch-unpaired"),
        Stylizer(black, method="neural"),
        Stylizer(ExemplarSet(sitters[1:2]), method="energy"),
        Stylizer(ExemplarSet(sitters[:2]), method="energy"),
        Stylizer(ExemplarSet(sitters[:1], fingerprints=["one"]), method="energy"),
        Stylizer(ExemplarSet(sitters[:1], fingerprints=["two"]), method="energy"),
    ]
    marks = [stylizer.fingerprint for stylizer in stylizers]
    assert len(set(marks)) == len(marks)
    assert Stylizer(ExemplarSet(sitters[:1]), method="energy").fingerprint == marks[0]


def test_the_content_of_a_file_counts(black, tmp_path):
    """The same path, another network: a clip must not go on with it."""
    path, marks = tmp_path / "vgg.safetensors", []
    for content in (b"one", b"two"):
        path.write_bytes(content)
        marks.append(Stylizer(black, method="neural", loss_network=path).fingerprint)
    assert marks[0] != marks[1]
