"""Named settings: the papers' choices, and files in which a user keeps a look."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facestyle.errors import OutputExistsError, UsageError, clause
from facestyle.files import read_regular
from facestyle.frozen import FrozenRecord
from facestyle.methods import METHODS, method_settings
from facestyle.settings import Settings

SUFFIX = ".toml"
_LARGEST_FILE = 2**20  # bytes; a preset has some hundred


@dataclass(frozen=True)
class Preset(FrozenRecord):
    """A method with settings.

    Attributes
    ----------
    method : str
        A name that `Stylizer` takes.
    options : dict of str to object
        Settings of the stylizer and of the method; the others stay as they are.
    """

    method: str = "auto"
    options: dict[str, Any] = field(default_factory=dict)


def preset_names() -> tuple[str, ...]:
    """Names of the papers' presets."""
    return tuple(preset for name in METHODS for preset in method_settings(name).PRESETS)


def find_preset(preset: str | Path) -> Preset:
    """A preset by its name, or from a file that `write_preset` wrote.

    Parameters
    ----------
    preset : str or Path
        A name among `preset_names`, or a .toml file.

    Returns
    -------
    Preset

    Raises
    ------
    UsageError
        If there is no such preset, or the file is damaged.
    """
    for name in METHODS:
        options = method_settings(name).PRESETS.get(str(preset))
        if options is not None:
            return Preset(name, dict(options))
    path = Path(preset) if isinstance(preset, str | Path) else Path()
    if path.suffix.lower() != SUFFIX:
        raise UsageError(
            f"preset: found '{preset}', expected {', '.join(preset_names())}, or a {SUFFIX} file"
        )
    return _read_preset(path)


def write_preset(path: str | Path, method: str, options: Mapping[str, Any]) -> None:
    """Keep a method and its settings in a file, so that a look can be shared.

    Parameters
    ----------
    path : path-like
        A .toml file; replaced where it exists, whole or not at all.
    method : str
    options : mapping of str to object
        Settings; those that are None are left out.

    Raises
    ------
    UsageError
        If the file has another suffix, or cannot be written.
    """
    import tomli_w

    from facestyle.files import write_whole

    path = Path(path)
    check_preset_file(path)
    known = {
        name: _plain(value, path.parent) for name, value in options.items() if value is not None
    }
    content = tomli_w.dumps({"method": method, "options": known}).encode()
    try:
        write_whole(path, lambda file: file.write(content))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error


def check_preset_file(path: Path, *, overwrite: bool = True) -> None:
    """Raise, before any work, what would keep a preset from being written.

    Raises
    ------
    OutputExistsError
        If the file exists and `overwrite` is false.
    UsageError
        If it has another suffix, or its folder is missing.
    """
    if path.suffix.lower() != SUFFIX:
        raise UsageError(f"{path}: expected a name that ends in {SUFFIX}")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: cannot be written (No such file or directory)")
    if not overwrite and os.path.lexists(path):
        raise OutputExistsError(
            f"{path}: exists already. Allow overwriting (--overwrite) or choose another name."
        )


def shared_settings(*settings: Settings) -> dict[str, Any]:
    """All settings that make a look, those at their defaults too, so that it stays what it is.

    What says where to compute is left out.
    """
    return {
        name: getattr(chosen, name)
        for chosen in settings
        for name, option in chosen.options().items()
        if not option.of_machine
    }


def _read_preset(path: Path) -> Preset:
    try:
        content = tomllib.loads(read_regular(path, _LARGEST_FILE).decode("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is no preset, but no text (UTF-8) at all") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: is no preset ({clause(error)})") from error
    except (RecursionError, ValueError) as error:  # a date or a number that does not exist
        raise UsageError(f"{path}: is no preset; its values are none of TOML's") from error
    method, options = content.get("method", "auto"), content.get("options", {})
    unknown = content.keys() - {"method", "options"}
    if unknown or not isinstance(method, str) or not isinstance(options, dict):
        raise UsageError(
            f'{path}: is no preset; expected method = "..." and a table [options], as '
            "--save-preset writes them"
        )
    return Preset(method, {name: _restored(v, path.parent) for name, v in options.items()})


def _plain(value: Any, folder: Path) -> Any:
    """A setting as TOML has it; files are named from the preset's folder on."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, str | Path) and os.path.isfile(value):
        return os.path.relpath(value, folder)
    return str(value) if isinstance(value, Path) else value


def _restored(value: Any, folder: Path) -> Any:
    """A setting as the stylizer takes it."""
    if isinstance(value, list):
        return tuple(value)
    beside = isinstance(value, str) and os.path.isfile(folder / value)
    return str(folder / value) if beside else value
