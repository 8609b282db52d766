"""The page's dials, made from the same classes of settings as the command line's options."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from facestyle.errors import UsageError
from facestyle.methods import METHODS, method_settings
from facestyle.pipeline.settings import StylizerSettings
from facestyle.settings import Option, Settings, expected, kind_of

# what the page has beside the methods' own; paths stay out: visitors name no files of the server
GENERAL = ("strength", "background", "exposure", "face", "landmarks", "seed")


def describe_dials() -> dict[str, Any]:
    """Everything that can be chosen, for the page to draw.

    Returns
    -------
    dict
        "general" and, by method, lists of dials: name, kind ("range", "number", "choice", "switch"
        or "text"), help, and what the kind needs.
    """
    methods = {
        method.replace("_", "-"): {
            "summary": method_settings(method).SUMMARY,
            "dials": _dials(method_settings(method).SETTINGS),
        }
        for method in METHODS
    }
    return {"general": _dials(StylizerSettings, GENERAL), "methods": methods}


def parse_dials(values: Mapping[str, Any], method: str) -> dict[str, Any]:
    """The settings that a visitor has changed, checked for their names and types.

    Parameters
    ----------
    values : mapping of str to object
        As the page sends them.
    method : str
        "auto" or a method's name.

    Returns
    -------
    dict
        Keywords of a stylizer; their values are checked by the settings themselves.

    Raises
    ------
    UsageError
        If there is no such dial.
    """
    classes: list[type[Settings]] = [StylizerSettings]
    name = method.replace("-", "_")
    classes += [method_settings(known).SETTINGS for known in METHODS if name in ("auto", known)]
    found: dict[str, Any] = {}
    for key, value in values.items():
        owner = next((s for s in classes if key in s.options() and _is_open(s, key)), None)
        if owner is None:
            raise UsageError(f"{key}: method {method} has no such setting on the page")
        found[key] = _typed(owner, key, value)
    return found


def _is_open(settings: type[Settings], name: str) -> bool:
    if settings is StylizerSettings:
        return name in GENERAL
    kind, _ = kind_of(settings, name)
    return not _names_a_file(kind)


def _names_a_file(kind: Any) -> bool:
    return Path in (kind, *typing.get_args(kind))


def _dials(settings: type[Settings], names: tuple[str, ...] | None = None) -> list[dict[str, Any]]:
    defaults = settings.defaults()
    return [
        {"name": name, "default": defaults[name], "help": option.help, **_kind(settings, name)}
        for name, option in settings.options().items()
        if (names is None or name in names) and _is_open(settings, name)
    ]


def _kind(settings: type[Settings], name: str) -> dict[str, Any]:
    kind, _ = kind_of(settings, name)
    option: Option = settings.options()[name]
    if option.choices and typing.get_origin(kind) is not tuple:
        return {"kind": "choice", "choices": list(option.choices)}
    if kind is bool:
        return {"kind": "switch"}
    if kind in (int, float):
        closed = option.low is not None and option.high is not None and kind is float
        step = 1 if kind is int else 0.01
        limits = {"low": option.low, "high": option.high, "step": step}
        return {"kind": "range" if closed else "number", **limits}
    return {"kind": "text", "expected": expected(kind, option)}


def _typed(settings: type[Settings], name: str, value: Any) -> Any:
    """A value of JSON as the setting wants it."""
    kind, optional = kind_of(settings, name)
    if value is None and optional:
        return None
    if typing.get_origin(kind) is tuple:
        items = value if isinstance(value, list) else str(value).split(",")
        inner = typing.get_args(kind)[0]
        try:
            return tuple(inner(item) for item in items)
        except (TypeError, ValueError):
            raise UsageError(f"{name}: found '{value}', expected several values") from None
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
