"""Named settings: exactly the papers', changed one by one, kept in files."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from facestyle import ExemplarSet, Stylizer, cli
from facestyle.errors import UsageError
from facestyle.exemplars import ExemplarPicture
from facestyle.methods import METHODS, method_settings
from facestyle.neural.settings import OptimizeOptions
from facestyle.pipeline.presets import Preset, find_preset, preset_names, write_preset
from facestyle.pipeline.settings import StylizerSettings

# the papers' choices as the papers have them; what a paper does not have stays this project's
PAPERS = {
    "song2017": (
        "energy",
        {
            "tone": "residual",
            "seams": "output",
            "combine": "mrf",
            "residual": 1.0,
            "gain_limits": (0.9, 2.8),
            "grain": 0.0,
            "smoothness": 0.1,
            "temperature": 0.0,
            "dense": True,
            "solver": "auto",
        },
    ),
    "shih2014": (
        "energy",
        {
            "tone": "residual",
            "seams": "none",
            "combine": "single",
            "residual": 1.0,
            "gain_limits": (0.9, 2.8),
            "grain": 0.0,
            "smoothness": 0.1,
            "temperature": 0.1,
            "dense": True,
            "solver": "auto",
        },
    ),
    "gatys2016": (
        "neural",
        {
            "scales": 1,
            "iterations": 500,
            "initial": "noise",
            "pooling": "average",
            "optimizer": "lbfgs",
            "tolerance": 0.0,
        },
    ),
    "ruder2016": (
        "neural",
        {
            "scales": 1,
            "iterations": 1000,
            "initial": "noise",
            "pooling": "max",
            "optimizer": "lbfgs",
            "tolerance": 1e-4,
            "video_preset": "long-term",
        },
    ),
    "johnson2016": ("neural", {"model": "wave", "colors": "style", "area": "whole"}),
}


@pytest.fixture(scope="module")
def pictures():
    return ExemplarSet([], pictures=[ExemplarPicture(np.zeros((40, 40, 3), np.float32), "black")])


@pytest.fixture(scope="module")
def exemplars(sitters):
    return ExemplarSet(sitters[:1])


def exemplars_for(request, name):
    """What a preset's method works with."""
    if name == "johnson2016":
        return None
    return request.getfixturevalue("exemplars" if PAPERS[name][0] == "energy" else "pictures")


def test_all_papers_are_here():
    assert set(preset_names()) == set(PAPERS)


@pytest.mark.parametrize("name", PAPERS)
def test_a_preset_is_exactly_the_papers_settings(request, name):
    method, chosen = PAPERS[name]
    stylizer = Stylizer(exemplars_for(request, name), preset=name)
    assert stylizer.method.name == method
    usual = method_settings(method).SETTINGS.defaults()
    assert dataclasses.asdict(stylizer.method.settings) == usual | chosen
    assert stylizer.settings == Stylizer(exemplars_for(request, "song2017")).settings


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("song2017", {"smoothness": 0.2}),
        ("song2017", {"seams": "weights"}),
        ("song2017", {"tone": "residual"}),  # what it is already
        ("shih2014", {"gain_limits": (0.5, 1.7)}),
        ("shih2014", {"combine": "mrf"}),
        ("gatys2016", {"iterations": 7}),
        ("ruder2016", {"video_preset": "short-term"}),
        ("johnson2016", {"colors": "keep"}),
    ],
)
def test_a_setting_beside_a_preset_changes_that_alone(request, name, change):
    stylizer = Stylizer(exemplars_for(request, name), preset=name, **change)
    method, chosen = PAPERS[name]
    usual = method_settings(method).SETTINGS.defaults()
    assert dataclasses.asdict(stylizer.method.settings) == usual | chosen | change


def test_settings_of_the_stylizer_beside_a_preset(exemplars):
    stylizer = Stylizer(exemplars, preset="song2017", strength=0.5, background="keep")
    assert stylizer.rendering.strength == 0.5
    assert stylizer.rendering.background.kind == "keep"
    assert stylizer.method.settings == Stylizer(exemplars, preset="song2017").method.settings


def test_a_tone_alone_is_no_preset(exemplars):
    """Once, tone="residual" meant all of the paper's choices, unless another one was given."""
    alone = Stylizer(exemplars, method="energy", tone="residual").method.settings
    usual = method_settings("energy").SETTINGS()
    assert alone == usual.replaced(tone="residual")


def test_optimization_gets_what_the_paper_had(pictures):
    gatys = Stylizer(pictures, preset="gatys2016")
    options = gatys.method.options(gatys.rendering)
    minimizer = dataclasses.replace(options.minimizer, tolerance=0.0)
    assert options == dataclasses.replace(
        OptimizeOptions(),
        scales=1,
        iterations=500,
        initial="noise",
        pooling="average",
        minimizer=minimizer,
    )
    assert options.minimizer.method == "lbfgs"
    assert options.minimizer.tolerance == 0


def test_a_preset_of_another_method_is_refused(exemplars):
    with pytest.raises(UsageError, match="is of method energy, the method asked for is patch-unp"):
        Stylizer(exemplars, method="patch-unpaired", preset="song2017")
    with pytest.raises(UsageError, match=r"found . style pictures and a trained network"):
        Stylizer(exemplars, preset="johnson2016")


def test_a_preset_is_not_changed_by_using_it(exemplars):
    before = {name: find_preset(name) for name in PAPERS}
    found = find_preset("song2017")
    with pytest.raises(TypeError, match="frozen"):
        found.options["smoothness"] = 3.0
    Stylizer(exemplars, preset="song2017", smoothness=0.3)
    assert {name: find_preset(name) for name in PAPERS} == before


# --- Files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAPERS)
def test_a_preset_comes_back_from_its_file(name, tmp_path):
    preset = find_preset(name)
    write_preset(tmp_path / "look.toml", preset.method, preset.options)
    assert find_preset(tmp_path / "look.toml") == preset
    assert find_preset(str(tmp_path / "look.toml")) == preset


@pytest.mark.parametrize("method", METHODS)
def test_every_setting_comes_back_from_a_file(method, tmp_path):
    settings = method_settings(method).SETTINGS()
    write_preset(tmp_path / "all.TOML", method, dataclasses.asdict(settings))
    found = find_preset(tmp_path / "all.TOML")
    assert found.method == method
    assert method_settings(method).SETTINGS(**found.options) == settings


def test_a_file_is_a_preset_of_the_stylizer(exemplars, tmp_path):
    path = tmp_path / "look.toml"
    path.write_text(
        'method = "energy"\n[options]\n'
        'gain_limits = [0.9, 2.8]\nstrength = 1\nbackground = "#123"\n'
    )
    stylizer = Stylizer(exemplars, preset=path, tone="residual")
    usual = method_settings("energy").SETTINGS()
    assert stylizer.method.settings == usual.replaced(gain_limits=(0.9, 2.8), tone="residual")
    assert stylizer.rendering.background.kind == "color"
    path.write_text("")
    assert find_preset(path) == Preset("auto", {})


def test_what_is_none_is_left_out(tmp_path):
    write_preset(tmp_path / "a.toml", "neural", {"size": None, "colors": "keep"})
    assert find_preset(tmp_path / "a.toml") == Preset("neural", {"colors": "keep"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"method = ", "is no preset"),
        (b"\xff\xfe\x00", "is no preset"),
        (b"method = 3", "expected method = "),
        (b"options = 3", "expected method = "),
        (b'[[options]]\ntone = "first"', "expected method = "),
        (b'tone = "first"', "expected method = "),
        (b'method = "energy"\n[settings]\n', "a table [options]"),
    ],
)
def test_a_damaged_file_is_named(content, message, tmp_path):
    path = tmp_path / "look.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=re.escape(message)) as raised:
        find_preset(path)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("colour = 3", "colour: no such option"),
        ('tone = "last"', "tone: found 'last', expected first or residual"),
        ("tone = 1", "tone: found 1"),
        ("gain_limits = [1]", "gain_limits: found (1,), expected 2 numbers"),
        ("gain_limits = [[1, 2], 3]", "gain_limits: found"),
        ("smoothness = nan", "smoothness: found nan"),
        ("strength = 2", "strength: found 2, expected a number from 0 to 1"),
        ("face = 1979-05-27", "face: found 1979-05-27"),
        ("seed = {a = 1}", "seed: found {'a': 1}"),
        ("size = 64", "size: belongs to method neural"),
    ],
)
def test_settings_in_a_file_are_checked(exemplars, options, message, tmp_path):
    path = tmp_path / "look.toml"
    path.write_text(f'method = "energy"\n[options]\n{options}\n')
    with pytest.raises(UsageError, match=re.escape(message)):
        Stylizer(exemplars, preset=path)


def test_a_file_with_an_unknown_method_is_refused(exemplars, tmp_path):
    path = tmp_path / "look.toml"
    path.write_text('method = "water"')
    with pytest.raises(UsageError, match="method: found 'water', expected auto, patch, energy"):
        Stylizer(exemplars, preset=path)


def test_presets_that_are_not_there_are_named(tmp_path):
    with pytest.raises(UsageError, match="preset: found 'song', expected song2017, shih2014"):
        find_preset("song")
    missing = tmp_path / "none.toml"
    with pytest.raises(UsageError, match=re.escape(f"{missing}: cannot be read (No such file")):
        find_preset(missing)


def test_files_that_cannot_be_written_are_named(tmp_path):
    with pytest.raises(UsageError, match=r"look\.json: expected a name that ends in \.toml"):
        write_preset(tmp_path / "look.json", "energy", {})
    with pytest.raises(UsageError, match=r"none.look\.toml: cannot be written \(No such file"):
        write_preset(tmp_path / "none" / "look.toml", "energy", {})
    assert list(tmp_path.iterdir()) == []


# --- Command ---------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path, sitters, monkeypatch):
    """The command in a folder with a portrait and an exemplar."""
    from facestyle.io.images import write_image

    monkeypatch.chdir(tmp_path)
    write_image("me.png", sitters[1].image)
    write_image("look.png", sitters[2].image)
    return lambda *arguments: cli.main(["me.png", "--exemplars", "look.png", "-q", *arguments])


def test_the_command_keeps_a_look_and_takes_it_up_again(command, tmp_path):
    look = ["--preset", "song2017", "--smoothness", "0.3", "--background", "keep"]
    assert command(*look, "-o", "a.png", "--save-preset", "kept.toml") == 0
    song = find_preset("song2017").options
    changed = {"smoothness": 0.3, "background": "keep"}
    every = StylizerSettings.defaults() | method_settings("energy").SETTINGS.defaults()
    assert find_preset(tmp_path / "kept.toml") == Preset("energy", every | song | changed)
    assert command("--preset", "kept.toml", "-o", "b.png") == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert command("--method", "energy", "-o", "c.png") == 0
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "c.png").read_bytes()


def test_a_preset_is_kept_only_when_something_was_made(command):
    Path("none.jpg").write_bytes(b"no picture")
    arguments = ["none.jpg", "--exemplars", "look.png", "-q", "--method", "energy"]
    assert cli.main([*arguments, "-o", "a.png", "--save-preset", "kept.toml"]) != 0
    assert not Path("kept.toml").exists()


def test_the_command_names_presets_that_it_cannot_take(command, capsys):
    assert command("--preset", "gatys") == 2
    assert (
        "preset: found 'gatys', expected song2017, shih2014, gatys2016" in capsys.readouterr().err
    )
    assert command("--preset", "song2017", "--method", "patch") == 2
    assert "tone: belongs to method energy; the method is patch" in capsys.readouterr().err
    assert command("--preset", "song2017", "--size", "64") == 2
    assert "size: belongs to method neural; the method is energy" in capsys.readouterr().err
    Path("taken.toml").write_text("")
    assert command("--method", "energy", "--save-preset", "taken.toml") == 3
    assert "taken.toml: exists already" in capsys.readouterr().err
    assert command("--method", "energy", "--save-preset", "look.yaml") == 2
    assert "look.yaml: expected a name that ends in .toml" in capsys.readouterr().err


def test_a_preset_decides_how_exemplars_are_read(command, monkeypatch, capsys):
    """Neural style transfer needs no faces in its style pictures."""
    from facestyle.io.images import write_image

    write_image("wave.png", np.zeros((40, 40, 3), np.float32))
    monkeypatch.setattr(Stylizer, "__init__", lambda self, exemplars, **_: refuse(len(exemplars)))

    def refuse(count):
        raise UsageError(f"{count} pictures")

    assert command("--exemplars", "wave.png", "--preset", "ruder2016") == 2
    assert "1 pictures" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\0", "no text"),
        (b"a = [", "no preset (Invalid value"),
        (b"a = " + b"[" * 5000, "no preset"),
        (b"a = 2020-13-77", "no preset"),
        (b"#" * 2**21, "holds 2097152 bytes"),
    ],
)
def test_odd_preset_files_get_one_clear_line(tmp_path, content, said):
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"odd\.toml: [^\n]*") as caught:
        find_preset(path)
    assert said in str(caught.value)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_a_device_is_no_preset(tmp_path):
    (tmp_path / "endless.toml").symlink_to("/dev/zero")
    with pytest.raises(UsageError, match="is a device; only regular files are read"):
        find_preset(tmp_path / "endless.toml")
