"""Command line options made from classes of settings, so that nothing is said twice."""

from __future__ import annotations

import argparse
import re
import typing
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from facestyle.methods import METHODS, method_settings
from facestyle.pipeline.presets import SUFFIX
from facestyle.pipeline.settings import StylizerSettings
from facestyle.settings import Option, Settings, expected, kind_of


def add_settings(parser: Any, settings: type[Settings], names: Iterable[str] | None = None) -> None:
    """Add an option for each setting; what is not given is None.

    Parameters
    ----------
    parser : argparse.ArgumentParser or group
    settings : type of Settings
    names : iterable of str, optional
        Of the settings to add; all by default.
    """
    defaults = settings.defaults()
    for name in settings.options() if names is None else names:
        _add(parser, settings, name, _shown(defaults[name]))


def add_method_settings(parser: argparse.ArgumentParser) -> None:
    """Add the options of every method in a group of its own; shared ones once."""
    added: set[str] = set()
    for method in METHODS:
        module = method_settings(method)
        new = [name for name in module.SETTINGS.options() if name not in added]
        added.update(new)
        if new:
            title = f"--method {method.replace('_', '-')} ({module.SUMMARY})"
            group = parser.add_argument_group(title)
            for name in new:
                _add(group, module.SETTINGS, name, _defaults_of_all(name))


def given_settings(arguments: argparse.Namespace, *classes: type[Settings]) -> dict[str, Any]:
    """The settings that were given on the command line, of some classes and of all methods."""
    values = {name: getattr(arguments, name, None) for name in _names(*classes)}
    return {name: value for name, value in values.items() if value is not None}


def with_option_names(message: str, arguments: argparse.Namespace) -> str:
    """A message as someone at the command line knows its settings: --by-region, not by_region.

    Parameters
    ----------
    message : str
        That begins with a setting's name, perhaps.
    arguments : argparse.Namespace
        What was given. Settings of a preset are left as the file spells them.
    """
    if SUFFIX in message:
        return message
    for name in _names(StylizerSettings):
        option = _flag(name)
        # area="person", or area=... for any value, as Python has them
        message = re.sub(rf'(?<![\w./-]){name}=(?:"([^"]+)"|\.\.\.)', _typed(option), message)
        if "_" in name:
            message = re.sub(rf"(?<![\w./-]){name}(?![\w./-])", option, message)
        elif getattr(arguments, name, None) is not None and message.startswith(f"{name}: "):
            message = f"--{message}"
    return message


def _typed(option: str) -> Callable[[re.Match[str]], str]:
    """From a setting with its value, as Python has them, to what is typed."""
    return lambda found: f"{option} {found[1]}" if found[1] else option


def _names(*classes: type[Settings]) -> dict[str, None]:
    """Names of the settings of some classes and of all methods, each once."""
    known = [*classes, *(method_settings(method).SETTINGS for method in METHODS)]
    return dict.fromkeys(name for settings in known for name in settings.options())


def _flag(name: str) -> str:
    """The option that gives a setting."""
    return f"--{name.replace('_', '-')}"


def _add(parser: Any, settings: type[Settings], name: str, default: str) -> None:
    option, (kind, _) = settings.options()[name], kind_of(settings, name)
    flag = _flag(name)
    text = option.help.replace("%", "%%") + (f" ({default})" if default else "")
    if kind is bool:
        action = argparse.BooleanOptionalAction
        parser.add_argument(flag, action=action, default=None, help=text)
    elif option.choices:
        parser.add_argument(flag, choices=option.choices, default=None, help=text)
    else:
        metavar = option.metavar or name.upper()
        parser.add_argument(
            flag, type=_parser_of(kind, option), default=None, metavar=metavar, help=text
        )


def _defaults_of_all(name: str) -> str:
    """The default of a setting, or that of each method where they differ."""
    shown = {}
    for method in METHODS:
        defaults = method_settings(method).SETTINGS.defaults()
        if name in defaults:
            shown[method.replace("_", "-")] = _shown(defaults[name])
    if len(set(shown.values())) == 1:
        return next(iter(shown.values()))
    return ", ".join(f"{method} {value}" for method, value in shown.items())


def _shown(default: Any) -> str:
    if default is None:
        return ""
    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, tuple):
        return ",".join(_shown(value) for value in default)
    return f"{default:g}" if isinstance(default, float) else str(default)


def _parser_of(kind: Any, option: Option) -> Callable[[str], Any]:
    """What reads a setting's text; messages say what is expected."""
    if kind in (int, float):
        return _number_parser(kind, option)
    if typing.get_origin(kind) is tuple:
        return _list_parser(kind, option)
    return Path if kind is Path else str


def _number_parser(kind: Any, option: Option) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        try:
            value = kind(text)
        except (ValueError, OverflowError):
            value = float("nan")
        low = -float("inf") if option.low is None else option.low
        high = float("inf") if option.high is None else option.high
        if not low <= value <= high or value in (float("inf"), -float("inf")):
            raise argparse.ArgumentTypeError(f"'{text}': expected {expected(kind, option)}")
        return value

    return parse


def _list_parser(kind: Any, option: Option) -> Callable[[str], Any]:
    parts = typing.get_args(kind)
    one = _parser_of(parts[0], option)
    count = None if parts[-1] is Ellipsis else len(parts)

    def parse(text: str) -> Any:
        try:
            values = tuple(one(part.strip()) for part in text.split(","))
        except argparse.ArgumentTypeError:
            values = ()
        if not values or (count is not None and len(values) != count):
            raise argparse.ArgumentTypeError(
                f"'{text}': expected {expected(kind, option)}, with commas between"
            )
        return values

    return parse
