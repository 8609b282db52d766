"""What can be typed after `facestyle`: verbs, their options, and the values that these take."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

# What a metavar says of a value: a path, or words that are meant as they stand.
_PATHS = ("DIR", "FILE", "PATH", "PICTURE", "PORTRAIT", "INPUT", "STYLE", "MODEL")


@dataclass(frozen=True)
class OptionWords:
    """One option as a shell sees it.

    Attributes
    ----------
    flags : tuple of str
        Such as ``-o`` and ``--output``.
    help : str
        One line.
    takes_value : bool
    values : tuple of str
        Known values; others may be allowed.
    is_path : bool
        Whether the value may be a path.
    """

    flags: tuple[str, ...]
    help: str
    takes_value: bool
    values: tuple[str, ...]
    is_path: bool


@dataclass(frozen=True)
class VerbWords:
    """A verb as a shell sees it.

    Attributes
    ----------
    name, purpose : str
    options : tuple of OptionWords
    values : tuple of str
        Known values of what follows without an option.
    takes_paths : bool
        Whether paths may follow.
    """

    name: str
    purpose: str
    options: tuple[OptionWords, ...]
    values: tuple[str, ...]
    takes_paths: bool


def command_words() -> tuple[VerbWords, ...]:
    """All verbs; the default one, which is left out when typing, comes first."""
    from facestyle.cli import DEFAULT_VERB, VERBS, build_parser

    order = [DEFAULT_VERB, *(verb for verb in VERBS if verb != DEFAULT_VERB)]
    return tuple(_verb(name, VERBS[name], build_parser(name)) for name in order)


def _verb(name: str, purpose: str, parser: argparse.ArgumentParser) -> VerbWords:
    options: list[OptionWords] = []
    values: list[str] = []
    takes_paths = False
    for action in parser._actions:
        known, is_path = _known(action), _is_path(action)
        if action.option_strings:
            flags, help = tuple(action.option_strings), _line(action, parser)
            options.append(OptionWords(flags, help, action.nargs != 0, known, is_path))
        else:
            values += known
            takes_paths = takes_paths or is_path
    return VerbWords(name, purpose, tuple(options), tuple(values), takes_paths)


def _line(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    """The help text as it is printed."""
    if not action.help:
        return ""
    return " ".join((action.help % (vars(action) | {"prog": parser.prog})).split())


def _known(action: argparse.Action) -> tuple[str, ...]:
    """Values that are known by name."""
    if action.choices:
        return tuple(str(choice) for choice in action.choices)
    parts = _metavar(action).split("|")
    words = [part for part in parts if part.isalpha() and part.islower()]
    if "LOOK" in parts:
        from facestyle.looks import bundled_looks

        words += bundled_looks()
    if action.dest == "preset":
        from facestyle.pipeline.presets import preset_names

        words += preset_names()
    return tuple(words)


def _is_path(action: argparse.Action) -> bool:
    parts = _metavar(action).replace(".", "|").split("|")
    return any(part in _PATHS for part in parts) and not action.choices


def _metavar(action: argparse.Action) -> str:
    metavar = action.metavar or ""
    return metavar if isinstance(metavar, str) else metavar[0]
