"""Analyzes kept on disk between runs: dataclasses of arrays, by a fingerprint of their inputs.

Nothing is unpickled: an entry is a file of plain arrays with a checksum. One that is damaged, or
holds other types than were asked for, counts as absent.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from facestyle.array_files import map_array, read_arrays, write_array, write_arrays
from facestyle.cache_files import Bound, cache_folder, cache_limit, note_use

__all__ = [
    "Schema",
    "cache_folder",
    "fingerprint",
    "load",
    "load_array",
    "pack",
    "save",
    "save_array",
    "unpack",
]

# change it whenever an analysis changes: older entries are not found then
VERSION = "37"
_LOG = logging.getLogger(__name__)
_BOUND = Bound()
T = TypeVar("T")


def fingerprint(*parts: str | bytes) -> str:
    """Hash of what an entry depends on, with the cache's version."""
    digest = hashlib.blake2b(VERSION.encode(), digest_size=20)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


@dataclasses.dataclass(frozen=True)
class Schema:
    """What an array in an entry must be: ``Annotated[np.ndarray, Schema("float32", 3)]``.

    Attributes
    ----------
    dtype : str
    ndim : int
    finite : bool
        Whether NaN and infinities make the entry one that counts as absent.
    """

    dtype: str
    ndim: int
    finite: bool = True

    def check(self, array: np.ndarray) -> None:
        """Raise ValueError if the array is another."""
        if array.dtype != self.dtype or array.ndim != self.ndim:
            raise ValueError(f"an array of {array.dtype} {array.shape}; expected {self}")
        if self.finite and array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError("an array that is not finite")


def load(kind: type[T], key: str) -> T | None:
    """Read a dataclass back, or None where it is not in the cache, or is damaged."""
    return _read(f"{key}.npz", lambda path: unpack(kind, read_arrays(path)))


def save(key: str, value: Any) -> None:
    """Write a dataclass; a cache that cannot be written is no error."""
    arrays = pack(value)
    _write(f"{key}.npz", lambda path: write_arrays(path, arrays))


def load_array(key: str) -> np.ndarray | None:
    """Map an array that `save_array` wrote, read-only, or None where it is not in the cache."""
    return _read(f"{key}.npy", map_array)


def save_array(key: str, array: np.ndarray) -> None:
    """Write one large array as a file that `load_array` maps instead of reading it."""
    _write(f"{key}.npy", lambda path: write_array(path, array))


def _read(name: str, read: Callable[[Path], T]) -> T | None:
    try:
        path = cache_folder() / name
        found = read(path)
        note_use(path)
        return found
    except FileNotFoundError:
        return None
    except Exception as error:  # whatever an entry holds, it can be computed again
        _LOG.info("cache entry %s is unreadable (%s); computing it again", name, error)
        return None


def _write(name: str, write: Callable[[Path], None]) -> None:
    """Write an entry; a cache that cannot be written is no error."""
    if cache_limit() == 0:
        return
    try:
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / name)
        _BOUND.written(folder / name)
    except OSError as error:
        _LOG.info("cannot write to the cache: %s", error)


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
        hints = typing.get_type_hints(kind, include_extras=True)
        parts = {
            field.name: _rebuild(hints[field.name], f"{name}.{field.name}", arrays)
            for field in dataclasses.fields(kind)
        }
        return typing.cast(Any, kind)(**parts)
    if typing.get_origin(kind) is tuple:
        return _rebuild_tuple(typing.get_args(kind), name, arrays)
    schemas: tuple[Any, ...] = ()
    if typing.get_origin(kind) is typing.Annotated:
        kind, *rest = typing.get_args(kind)
        schemas = tuple(part for part in rest if isinstance(part, Schema))
    stored = arrays[name]
    if kind is np.ndarray:
        for schema in schemas:
            schema.check(stored)
        return stored
    return _rebuild_scalar(kind, name, stored)


def _rebuild_tuple(
    kinds: tuple[Any, ...], name: str, arrays: dict[str, np.ndarray]
) -> tuple[Any, ...]:
    count = int(arrays[f"{name}#"])
    if not 0 <= count <= len(arrays) or (kinds[-1] is not Ellipsis and count != len(kinds)):
        raise ValueError(f"'{name}' has {count} parts")
    item_kinds = [kinds[0]] * count if kinds[-1] is Ellipsis else list(kinds)
    return tuple(_rebuild(item, f"{name}.{index}", arrays) for index, item in enumerate(item_kinds))


def _rebuild_scalar(kind: Any, name: str, stored: np.ndarray) -> Any:
    value = stored.item()
    accepted = {float: (float, int)}.get(kind, kind)
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"'{name}' is {type(value).__name__}; expected {kind.__name__}")
    return kind(value)
