"""Settings that explain themselves: defined once, they give checks, command lines and presets.

A class of settings is a frozen dataclass whose fields are made by `setting`. It checks its values
when it is made; a command line is built from the same fields (`facestyle.cli.setting_options`).
Nothing heavy is imported, so that ``--help`` answers at once.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import numbers
import operator
import types
import typing
from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facestyle.errors import UsageError


class _Given:
    """All values but None."""

    def __contains__(self, value: object) -> bool:
        return value is not None


# for `Option.only_with`: whatever the other setting is, as long as it is given
GIVEN: Container[Any] = _Given()


@dataclass(frozen=True)
class Option:
    """What a user is told of one setting, and what it may be.

    Attributes
    ----------
    help : str
        One line.
    choices : tuple of str
        All values that it may have; empty where they are not counted.
    low, high : float or None
        Least and largest value of a number, or of each number of several.
    metavar : str or None
        What stands for the value in a help text.
    only_with : (str, container) or None
        Another setting, and its values with which this one has an effect, such as ``(True,)`` or
        `GIVEN`; None: always.
    of_machine : bool
        Whether it says where to compute, not what: it is no part of a look that is shared.
    """

    help: str
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    metavar: str | None = None
    only_with: tuple[str, Container[Any]] | None = None
    of_machine: bool = False


def setting(default: Any, help: str, **limits: Any) -> Any:
    """A field of a class of settings.

    Parameters
    ----------
    default : object
        None for what another part decides.
    help : str
        One line for the user.
    **limits
        Fields of `Option`.

    Returns
    -------
    dataclasses.Field
    """
    return field(default=default, metadata={"option": Option(help, **limits)})


@dataclass(frozen=True)
class Settings:
    """Base of all settings; fields not made by `setting` are left to the class itself.

    Equal values are kept alike: whole numbers of a float setting as floats, lists as tuples.

    Raises
    ------
    UsageError
        If a value has another type than its field, or is none of the choices, or out of range.
    """

    def __post_init__(self) -> None:
        for name, option in self.options().items():
            given = getattr(self, name)
            kind, optional = kind_of(type(self), name)
            value = _alike(given, kind)
            if value is None and optional:
                continue
            if not _fits(value, kind, option):
                raise UsageError(
                    f"{name}: found {_shown(given)}, expected {expected(kind, option)}"
                )
            object.__setattr__(self, name, value)

    @classmethod
    def options(cls) -> dict[str, Option]:
        """What the user is told of each setting, by its name."""
        return {
            f.name: f.metadata["option"] for f in dataclasses.fields(cls) if "option" in f.metadata
        }

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """The default of each setting."""
        return {f.name: f.default for f in dataclasses.fields(cls) if "option" in f.metadata}

    def without_effect(self) -> list[tuple[str, str]]:
        """Settings that differ from their defaults in vain.

        Returns
        -------
        list of (str, str)
            The setting, and why it has no effect, in words.
        """
        found = []
        usual = self.defaults()
        for name, option in self.options().items():
            if option.only_with is None or getattr(self, name) == usual[name]:
                continue
            other, values = option.only_with
            value = getattr(self, other)
            if value not in values:
                why = f"no {other} is given" if value is None else f"{other} is {_shown(value)}"
                found.append((name, why))
        return found

    def replaced(self, **changes: Any) -> typing.Self:
        """The same settings but for some, checked."""
        return dataclasses.replace(self, **changes)


@functools.cache
def _hints(settings: Any) -> dict[str, Any]:
    return typing.get_type_hints(settings)


def kind_of(settings: type[Settings], name: str) -> tuple[Any, bool]:
    """The type of a setting without None, and whether it may be None."""
    kind = _hints(typing.cast(Any, settings))[name]
    if not isinstance(kind, types.UnionType):
        return kind, False
    members = [member for member in typing.get_args(kind) if member is not types.NoneType]
    optional = len(members) < len(typing.get_args(kind))
    return functools.reduce(operator.or_, members), optional


def expected(kind: Any, option: Option) -> str:
    """In words: what a setting may be."""
    if option.choices:
        return ", ".join(option.choices[:-1]) + f" or {option.choices[-1]}"
    if kind is bool:
        return "true or false"
    parts = typing.get_args(kind)
    if typing.get_origin(kind) is tuple:
        inner = expected(parts[0], dataclasses.replace(option, choices=()))
        words = inner.removeprefix("a number").removeprefix("text")
        noun = "numbers" if parts[0] in (float, int) else "names"
        return f"{noun}{words}" if parts[-1] is Ellipsis else f"{len(parts)} {noun}{words}"
    if kind not in (float, int):
        return option.metavar or "text"
    words = "a whole number" if kind is int else "a number"
    form = ".0f" if kind is int else "g"
    if option.low is not None and option.high is not None:
        return f"{words} from {option.low:{form}} to {option.high:{form}}"
    return words if option.low is None else f"{words} from {option.low:{form}}"


def _fits(value: Any, kind: Any, option: Option) -> bool:
    """Whether a value is one that a setting may have."""
    if isinstance(kind, types.UnionType):
        return any(_fits(value, member, option) for member in typing.get_args(kind))
    if option.choices and isinstance(value, str):
        return value in option.choices
    if typing.get_origin(kind) is tuple:
        parts = typing.get_args(kind)
        if not isinstance(value, tuple):
            return False
        counted = parts[-1] is not Ellipsis
        return (not counted or len(value) == len(parts)) and all(
            _fits(item, parts[0], option) for item in value
        )
    if kind is bool:
        return isinstance(value, bool)
    if kind in (float, int):
        # NumPy's numbers are such numbers too
        allowed = numbers.Real if kind is float else numbers.Integral
        if isinstance(value, bool) or not isinstance(value, allowed):
            return False
        low = -math.inf if option.low is None else option.low
        high = math.inf if option.high is None else option.high
        return math.isfinite(value) and bool(low <= float(value) <= high)
    if kind is str:
        return isinstance(value, str) and not option.choices
    if kind is Path:
        return isinstance(value, str | Path)
    return True


def _alike(value: Any, kind: Any) -> Any:
    """A value in the one form that equal values have; one of another kind as it is."""
    if typing.get_origin(kind) is tuple and isinstance(value, list | tuple):
        return tuple(_alike(item, typing.get_args(kind)[0]) for item in value)
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return value
    if kind is float:
        return float(value)
    return int(value) if kind is int and isinstance(value, numbers.Integral) else value


def _shown(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str | Path) else str(value)
