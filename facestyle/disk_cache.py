"""Analyzes kept on disk between runs: dataclasses of arrays, by a fingerprint of their inputs.

Nothing is unpickled: an entry is an .npz of plain arrays, or one .npy. A damaged entry counts as
absent.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import os
import tempfile
import types
import typing
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np

# change it whenever an analysis changes: older entries are not found then
VERSION = "4"
_LOG = logging.getLogger(__name__)
T = TypeVar("T")


def cache_folder() -> Path:
    """Folder of the cache: $FACESTYLE_CACHE, or the user's cache folder.

    Raises
    ------
    FileNotFoundError
        The user has no home folder, as in many containers.
    """
    chosen = os.environ.get("FACESTYLE_CACHE")
    if chosen:
        return Path(chosen)
    import platformdirs

    try:
        folder = Path(platformdirs.user_cache_dir("facestyle"))
    except RuntimeError as error:
        raise FileNotFoundError(f"no folder for the cache ({error})") from error
    if not folder.is_absolute():  # what older releases of platformdirs give
        raise FileNotFoundError(f"no folder for the cache (found {folder})")
    return folder


def fingerprint(*parts: str | bytes) -> str:
    """Hash of what an entry depends on, with the cache's version."""
    digest = hashlib.blake2b(VERSION.encode(), digest_size=20)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def load(kind: type[T], key: str) -> T | None:
    """Read a dataclass back, or None where it is not in the cache."""
    path = Path(f"{key}.npz")
    try:
        path = cache_folder() / path
        # NumPy leaves a damaged archive open that it opened itself
        with path.open("rb") as file, np.load(file, allow_pickle=False) as entries:
            arrays = {name: entries[name] for name in entries.files}
        return unpack(kind, arrays)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError) as error:
        _LOG.info("cache entry %s is unreadable (%s); computing it again", path, error)
        return None


def save(key: str, value: Any) -> None:
    """Write a dataclass; a cache that cannot be written is no error."""
    arrays = pack(value)
    _write(f"{key}.npz", lambda file: np.savez(file, **arrays))  # type: ignore[arg-type]


def load_array(key: str) -> np.ndarray | None:
    """Map an array that `save_array` wrote, read-only, or None where it is not in the cache."""
    path = Path(f"{key}.npy")
    try:
        path = cache_folder() / path
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError) as error:
        _LOG.info("cache entry %s is unreadable (%s); computing it again", path, error)
        return None


def save_array(key: str, array: np.ndarray) -> None:
    """Write one large array as a file that `load_array` maps instead of reading it."""
    _write(f"{key}.npy", lambda file: np.save(file, array, allow_pickle=False))


def _write(name: str, write: Callable[[BinaryIO], None]) -> None:
    """Write an entry under another name first; a cache that cannot be written is no error."""
    temporary = ""
    try:
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            write(file)
        os.replace(temporary, folder / name)
    except OSError as error:
        _LOG.info("cannot write to the cache: %s", error)
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def pack(value: Any) -> dict[str, np.ndarray]:
    """Take a dataclass of arrays, numbers, strings, tuples and such dataclasses to plain arrays."""
    arrays: dict[str, np.ndarray] = {}
    _flatten("value", value, arrays)
    return arrays


def unpack(kind: type[T], arrays: dict[str, np.ndarray]) -> T:
    """Make a dataclass again from what `pack` made of it; KeyError where a part is missing."""
    return typing.cast(T, _rebuild(kind, "value", arrays))


def _flatten(name: str, value: Any, arrays: dict[str, np.ndarray]) -> None:
    """Store a value under `name`, or its parts under names that start with it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            _flatten(f"{name}.{field.name}", getattr(value, field.name), arrays)
    elif isinstance(value, tuple):
        arrays[f"{name}#"] = np.array(len(value))
        for index, item in enumerate(value):
            _flatten(f"{name}.{index}", item, arrays)
    elif value is not None:
        arrays[name] = np.asarray(value)


def _rebuild(kind: Any, name: str, arrays: dict[str, np.ndarray]) -> Any:
    """Make a value of type `kind` again from what `_flatten` stored."""
    if isinstance(kind, types.UnionType):
        (kind,) = (member for member in typing.get_args(kind) if member is not types.NoneType)
        present = any(stored.startswith((name + ".", name + "#")) for stored in arrays)
        return _rebuild(kind, name, arrays) if present or name in arrays else None
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        parts = {
            field.name: _rebuild(hints[field.name], f"{name}.{field.name}", arrays)
            for field in dataclasses.fields(kind)
        }
        return typing.cast(Any, kind)(**parts)
    if typing.get_origin(kind) is tuple:
        count = int(arrays[f"{name}#"])
        kinds = typing.get_args(kind)
        item_kinds = [kinds[0]] * count if kinds[-1] is Ellipsis else list(kinds)
        return tuple(
            _rebuild(item, f"{name}.{index}", arrays) for index, item in enumerate(item_kinds)
        )
    stored = arrays[name]
    return stored if kind is np.ndarray else kind(stored.item())
