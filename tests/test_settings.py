"""Settings: what is checked, what the messages say, and the command line that is made of them."""

import argparse
import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from facestyle.cli.setting_options import add_method_settings, add_settings, given_settings
from facestyle.cli.stylize import add_arguments
from facestyle.errors import UsageError
from facestyle.methods import METHODS, method_choices, method_settings
from facestyle.pipeline.settings import StylizerSettings
from facestyle.settings import GIVEN, Settings, expected, kind_of, setting

CLASSES = {name: method_settings(name).SETTINGS for name in METHODS}
ALL = {"stylizer": StylizerSettings, **CLASSES}


@dataclass(frozen=True)
class Toy(Settings):
    """One setting of each kind."""

    share: float = setting(0.5, "a number", low=0.0, high=1.0, metavar="0..1")
    count: int = setting(3, "a whole number", low=1, metavar="N")
    brush: str = setting("round", "a choice", choices=("round", "flat"))
    title: str = setting("none", "any text", metavar="TEXT")
    wet: bool = setting(False, "100% wet")
    limits: tuple[float, float] = setting((0.5, 2.0), "two numbers", low=0.0, metavar="LOW,HIGH")
    weights: tuple[float, ...] | None = setting(None, "numbers", low=0.0, metavar="X,X,...")
    file: Path | None = setting(None, "a file", metavar="FILE")


def parsed(*arguments, settings=Toy):
    """The settings that a command line gives, by name."""
    parser = argparse.ArgumentParser()
    add_settings(parser, settings)
    return given_settings(parser.parse_args(arguments), settings)


# --- Equal values ---------------------------------------------------------------------------


def test_equal_settings_are_alike_and_lists_serve_as_tuples():
    from_integers = Toy(share=1, limits=[1, 2], weights=[np.float32(0.5), 2])
    assert from_integers == Toy(share=1.0, limits=(1.0, 2.0), weights=(0.5, 2.0))
    assert repr(from_integers) == repr(Toy(share=1.0, limits=(1.0, 2.0), weights=(0.5, 2.0)))
    assert type(from_integers.weights[0]) is float


@dataclass(frozen=True)
class Dependent(Settings):
    """One setting that needs another, whatever that is."""

    file: Path | None = setting(None, "a file", metavar="FILE")
    share: float | None = setting(None, "of it", low=0.0, only_with=("file", GIVEN))


def test_a_setting_may_need_another_whatever_that_is():
    assert Dependent(share=0.5).without_effect() == [("share", "no file is given")]
    assert Dependent(share=0.5, file="any").without_effect() == []
    assert Dependent().without_effect() == []


def test_settings_without_effect_are_found():
    energy = method_settings("energy").SETTINGS
    assert energy().without_effect() == []
    single = energy(combine="single", smoothness=2, seams="output")
    assert [name for name, _ in single.without_effect()] == ["smoothness", "seams"]
    for name in METHODS:
        for preset in method_settings(name).PRESETS.values():
            assert method_settings(name).SETTINGS(**preset).without_effect() == []


# --- Checks ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"share": 1.5}, "share: found 1.5, expected a number from 0 to 1"),
        ({"share": -0.1}, "share: found -0.1, expected a number from 0 to 1"),
        ({"share": float("nan")}, "share: found nan, expected a number from 0 to 1"),
        ({"share": "much"}, "share: found 'much', expected a number from 0 to 1"),
        ({"share": True}, "share: found True, expected a number from 0 to 1"),
        ({"share": None}, "share: found None, expected a number from 0 to 1"),
        ({"count": 0}, "count: found 0, expected a whole number from 1"),
        ({"count": 2.5}, "count: found 2.5, expected a whole number from 1"),
        ({"count": 2.0}, "count: found 2.0, expected a whole number from 1"),
        ({"brush": "fan"}, "brush: found 'fan', expected round or flat"),
        ({"brush": 1}, "brush: found 1, expected round or flat"),
        ({"title": 1}, "title: found 1, expected TEXT"),
        ({"wet": 1}, "wet: found 1, expected true or false"),
        ({"wet": "yes"}, "wet: found 'yes', expected true or false"),
        ({"limits": (1.0,)}, "limits: found (1.0,), expected 2 numbers from 0"),
        ({"limits": (1.0, 2.0, 3.0)}, "limits: found (1.0, 2.0, 3.0), expected 2 numbers from 0"),
        ({"limits": (-1.0, 2.0)}, "limits: found (-1.0, 2.0), expected 2 numbers from 0"),
        ({"limits": (1.0, float("inf"))}, "limits: found (1.0, inf), expected 2 numbers from 0"),
        ({"limits": 1.0}, "limits: found 1.0, expected 2 numbers from 0"),
        ({"weights": (1.0, "x")}, "weights: found (1.0, 'x'), expected numbers from 0"),
        ({"file": 3}, "file: found 3, expected FILE"),
    ],
)
def test_values_that_do_not_fit_are_named(values, message):
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        Toy(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"share": 0},
        {"share": 1},
        {"share": np.float32(0.25)},
        {"count": 10**6},
        {"count": np.int64(4)},
        {"wet": True},
        {"limits": (0, 0)},
        {"weights": None},
        {"weights": ()},
        {"weights": (1, 0.5, 2)},
        {"file": None},
        {"file": "a.png"},
        {"file": Path("a.png")},
    ],
)
def test_values_at_the_ends_of_what_fits(values):
    made = Toy(**values)
    ((name, value),) = values.items()
    assert getattr(made, name) == value


def test_several_kinds_in_one():
    neural = CLASSES["neural"]
    for model in (None, "glass", Path("wave.safetensors")):
        assert neural(model=model).model == model
    with pytest.raises(UsageError, match="model: found 5, expected MODEL"):
        neural(model=5)
    for face in ("largest", "all", 2, "2"):
        assert StylizerSettings(face=face).face == face
    for face in (0, "0", -1, 1.5, "second", True, None):
        with pytest.raises(UsageError, match=f"face: found '?{face}'?, expected largest"):
            StylizerSettings(face=face)


def test_faces_are_counted():
    assert StylizerSettings(face="2").which_face == 2
    assert StylizerSettings(face=2).which_face == 2
    assert StylizerSettings(face="all").which_face == "all"
    assert StylizerSettings().which_face == "largest"


def test_replaced_changes_that_alone_and_checks_it():
    toy = Toy(share=0.1, wet=True)
    other = toy.replaced(count=7)
    assert dataclasses.asdict(other) == {**dataclasses.asdict(toy), "count": 7}
    with pytest.raises(UsageError, match="count: found 0"):
        toy.replaced(count=0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        toy.count = 1


@pytest.mark.parametrize("kind", ALL)
def test_defaults_fit_and_everything_is_explained(kind):
    settings = ALL[kind]
    made = settings()
    assert {f.name: getattr(made, f.name) for f in dataclasses.fields(made)} == settings.defaults()
    for name, option in settings.options().items():
        assert option.help, name
        assert expected(kind_of(settings, name)[0], option), name
        assert name in settings.__doc__


@pytest.mark.parametrize("kind", ALL)
def test_every_choice_and_both_ends_are_taken(kind):
    settings = ALL[kind]
    for name, option in settings.options().items():
        values = [*option.choices]
        if kind_of(settings, name)[0] in (int, float):
            values += [end for end in (option.low, option.high) if end is not None]
            beyond = [
                end + step for end, step in ((option.low, -1), (option.high, 1)) if end is not None
            ]
            for value in beyond:
                with pytest.raises(UsageError, match=f"{name}: found"):
                    settings(**{name: value})
        for value in values:
            assert getattr(settings(**{name: value}), name) == value


# --- Command line ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        ((), {}),
        (("--share", "0.25"), {"share": 0.25}),
        (("--count", "4"), {"count": 4}),
        (("--brush", "flat"), {"brush": "flat"}),
        (("--title", "Wave"), {"title": "Wave"}),
        (("--wet",), {"wet": True}),
        (("--no-wet",), {"wet": False}),
        (("--limits", "0.9,2.8"), {"limits": (0.9, 2.8)}),
        (("--weights", "1, 2,0.5"), {"weights": (1.0, 2.0, 0.5)}),
        (("--file", "a.png"), {"file": Path("a.png")}),
    ],
)
def test_options_give_what_the_class_takes(arguments, values):
    assert parsed(*arguments) == values
    Toy(**values)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--share", "2"), "'2': expected a number from 0 to 1"),
        (("--share", "nan"), "'nan': expected a number from 0 to 1"),
        (("--count", "1.5"), "'1.5': expected a whole number from 1"),
        (("--count", "0"), "'0': expected a whole number from 1"),
        (("--brush", "fan"), "invalid choice: 'fan'"),
        (("--limits", "1"), "'1': expected 2 numbers from 0, with commas between"),
        (("--limits", "-1,2"), "expected"),
        (("--limits", "1,inf"), "'1,inf': expected 2 numbers from 0"),
        (("--weights", "1,x"), "'1,x': expected numbers from 0, with commas between"),
    ],
)
def test_options_that_do_not_fit_are_named(arguments, message, capsys):
    with pytest.raises(SystemExit):
        parsed(*arguments)
    assert message in capsys.readouterr().err


def help_of(parser):
    """Help texts by option, in one line each."""
    return {
        flag: action.help.replace("%%", "%")
        for action in parser._actions
        for flag in action.option_strings
        if flag.startswith("--")
    }


def test_help_shows_the_defaults():
    parser = argparse.ArgumentParser()
    add_settings(parser, Toy)
    texts = help_of(parser)
    assert texts["--share"] == "a number (0.5)"
    assert texts["--wet"] == "100% wet (no)"
    assert texts["--limits"] == "two numbers (0.5,2)"
    assert texts["--file"] == "a file"  # none: another part decides
    assert "100% wet (no)" in parser.format_help()


@pytest.fixture(scope="module")
def command():
    """The parser of `facestyle stylize`."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser


@pytest.mark.parametrize("kind", ALL)
def test_every_setting_is_an_option_of_the_command(command, kind):
    texts, settings = help_of(command), ALL[kind]
    for name in settings.options():
        assert f"--{name.replace('_', '-')}" in texts
    # nothing is given: what is not asked for stays with the class, or a preset
    assert given_settings(command.parse_args(["a.jpg"]), StylizerSettings) == {}


@pytest.mark.parametrize("kind", ALL)
def test_defaults_in_help_are_those_of_the_class(command, kind):
    texts = help_of(command)
    for name, default in ALL[kind].defaults().items():
        text = texts[f"--{name.replace('_', '-')}"]
        if default is None:
            continue
        shown = text.rpartition("(")[2].rstrip(")")
        by_method = dict(part.split(" ") for part in shown.split(", ") if " " in part)
        shown = by_method.get(kind.replace("_", "-"), shown)
        if isinstance(default, bool):
            assert shown == ("yes" if default else "no")
        elif isinstance(default, tuple):
            assert tuple(float(part) for part in shown.split(",")) == default
        else:
            assert type(default)(shown) == default


def sample(settings, name):
    """A value that is not the default, as text and as it should arrive."""
    option, (kind, _) = settings.options()[name], kind_of(settings, name)
    default = settings.defaults()[name]
    if kind is bool:
        return [], not default
    if option.choices:
        value = next(choice for choice in option.choices if choice != default)
        return [value], value
    if kind in (int, float):
        value = next(v for v in (option.high, option.low, 1) if v not in (None, default))
        return [str(value)], kind(value)
    if kind not in (str, Path) and getattr(kind, "__origin__", None) is tuple:
        return ["1,2"], (1.0, 2.0)
    return ["all" if name == "face" else "keep"], Path("keep") if kind is Path else None


@pytest.mark.parametrize("kind", ALL)
def test_every_option_arrives_as_the_class_takes_it(command, kind):
    settings = ALL[kind]
    for name in settings.options():
        words, value = sample(settings, name)
        flag = f"--{name.replace('_', '-')}"
        if kind_of(settings, name)[0] is bool and not value:
            flag = f"--no-{flag[2:]}"
        given = given_settings(command.parse_args(["a.jpg", flag, *words]), StylizerSettings)
        assert given.keys() == {name}
        assert given[name] == (words[0] if value is None else value)
        settings(**given)


def test_shared_options_show_the_default_of_each_method(command):
    text = help_of(command)["--identity"]
    assert text.endswith("(patch-paired 0.7, patch-unpaired 0.8)")
    assert help_of(command)["--texture"].endswith("(0.5)")


def test_methods_have_groups_of_their_own():
    parser = argparse.ArgumentParser()
    add_method_settings(parser)
    titles = [group.title for group in parser._action_groups]
    for name in ("energy", "patch_paired", "patch_unpaired", "neural"):
        title = f"--method {name.replace('_', '-')} ({method_settings(name).SUMMARY})"
        assert title in titles


def test_choices_of_the_command_are_those_of_the_library(command):
    from facestyle.choices import BACKGROUNDS
    from facestyle.compositing.background import parse_background

    (action,) = (a for a in command._actions if a.dest == "method")
    assert tuple(action.choices) == method_choices()
    assert set(method_choices()) == {
        "auto",
        "patch",
        "energy",
        "patch-paired",
        "patch-unpaired",
        "neural",
    }
    (action,) = (a for a in command._actions if a.dest == "background")
    assert action.metavar.split("|") == [*BACKGROUNDS, "#rrggbb"]
    assert all(parse_background(name).kind == name for name in BACKGROUNDS)


def test_options_of_all_methods_have_one_meaning():
    """A name that two methods share is of one kind, so that one option can stand for both."""
    for name in {name for settings in CLASSES.values() for name in settings.options()}:
        owners = [s for s in CLASSES.values() if name in s.options()]
        kinds = {str(kind_of(settings, name)) for settings in owners}
        options = {dataclasses.replace(s.options()[name], help="") for s in owners}
        assert len(kinds) == len(options) == 1, name
    assert not {n for s in CLASSES.values() for n in s.options()} & set(StylizerSettings.options())
