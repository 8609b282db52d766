"""Finished parts of a video that is being made: what a killed run leaves and the next one takes up.

Beside ``out.mp4`` stands a folder ``out.mp4.parts`` with one file of plain arrays for every
finished segment, in order. A file appears whole or not at all, so that a run can be killed at any
moment, and ends with a checksum: one that was damaged later counts as absent, and so do those
behind it. What it was made from is named in ``manifest.json``.
"""

import hashlib
import io
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import VideoError, clause

_MANIFEST = "manifest.json"
_OWN_FILES = re.compile(r"manifest\.json|\d{6}\.npz|.*\.unfinished", re.DOTALL)
_DIGEST = hashlib.sha256
_DIGEST_BYTES = 32  # of SHA-256
_MOST_NAME_BYTES = 240  # of 255 that file systems take

State = Mapping[str, NDArray[Any]]
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class ResumePoint:
    """Where to go on.

    Attributes
    ----------
    frames : int
        Frames that are finished and need not be made again.
    state : dict of str to ndarray, or None
        What was given to `finish_segment` after them; None at the beginning, and where no frame
        is left to be made.
    """

    frames: int = 0
    state: dict[str, NDArray[Any]] | None = None


class Parts:
    """The folder of finished parts.

    Parameters
    ----------
    output : Path
        The file that is being made.
    settings : Mapping
        Everything that its bytes depend on, as JSON values; parts made from others are removed.
    check : callable
        Raises ValueError or KeyError for arrays that are no part of this kind.
    resume : bool
        Whether parts are kept at all.
    """

    def __init__(
        self,
        output: Path,
        settings: Mapping[str, Any],
        *,
        check: Callable[[Arrays], None],
        resume: bool = True,
    ) -> None:
        self.output = output
        self.folder = parts_folder(output)
        self._check = check
        try:
            if not (resume and is_unfinished(output, settings)):
                self.remove()
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(_MANIFEST, json.dumps(_manifest(settings)).encode())
        except OSError as error:
            raise VideoError(
                f"{output}: cannot write into {self.folder} ({clause(error)})."
            ) from error
        self.count = self._count()

    def save(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Add a part; it is there when this returns, however the run ends.

        Raises
        ------
        VideoError
            If it cannot be written, for instance because the disk is full.
        """
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays)
        data = buffer.getbuffer()
        unfinished = self.folder / f"{self.count:06d}.npz.unfinished"
        try:
            with open(unfinished, "wb") as file:
                file.write(data)
                file.write(_DIGEST(data).digest())
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, self._path(self.count))
        except OSError as error:
            raise VideoError(
                f"{self.output}: cannot write {unfinished} ({clause(error)})."
            ) from error
        self.count += 1

    def load(self, number: int) -> Arrays:
        """Read a part.

        Raises
        ------
        VideoError
            If it is missing or damaged.
        """
        path = self._path(number)
        try:
            data = memoryview(path.read_bytes())
            data, digest = data[:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
            if _DIGEST(data).digest() != digest:
                raise ValueError("its checksum is wrong")
            with np.load(io.BytesIO(data), allow_pickle=False) as entries:
                arrays = {name: entries[name] for name in entries.files}
            self._check(arrays)
        except (OSError, ValueError, KeyError) as error:
            raise VideoError(
                f"{self.output}: the unfinished part {path} is damaged ({clause(error)}). Run the "
                "command again; it is made anew."
            ) from error
        return arrays

    def keep(self, count: int) -> None:
        """Forget the parts behind the first `count`."""
        self.count = min(self.count, count)

    def remove(self) -> None:
        """Delete the folder and the files that this class put there."""
        if not self.folder.is_dir():
            return
        for path in self.folder.iterdir():
            if _OWN_FILES.fullmatch(path.name):
                path.unlink(missing_ok=True)
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _count(self) -> int:
        """Count the parts from the first up to the first that is missing or damaged."""
        number = 0
        while self._path(number).is_file():
            try:
                self.load(number)
            except VideoError:
                break
            number += 1
        return number

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.npz"

    def _write(self, name: str, data: bytes) -> None:
        unfinished = self.folder / f"{name}.unfinished"
        unfinished.write_bytes(data)
        os.replace(unfinished, self.folder / name)


def parts_folder(output: Path) -> Path:
    """Name the folder for the parts of a file; long names are shortened to one of their own."""
    name = os.fsencode(output.name)
    if len(name) > _MOST_NAME_BYTES:
        mark = _DIGEST(name).hexdigest()[:16].encode()
        name = name[:200].decode("utf-8", "ignore").encode() + b"-" + mark
    return output.with_name(os.fsdecode(name) + ".parts")


def is_unfinished(output: Path, settings: Mapping[str, Any] | None = None) -> bool:
    """Whether an interrupted run, with these settings if any are given, left parts of a file."""
    path = parts_folder(output) / _MANIFEST
    if settings is None:
        return path.is_file()
    try:
        with open(path, "rb") as file:
            return bool(json.loads(file.read(4096)) == _manifest(settings))
    except (OSError, ValueError, RecursionError):
        return False


def _manifest(settings: Mapping[str, Any]) -> dict[str, str]:
    text = json.dumps(dict(settings), sort_keys=True)
    return {"settings": _DIGEST(text.encode()).hexdigest()}


def pack_state(state: State | None) -> dict[str, NDArray[Any]]:
    """Name the arrays of a state as they are stored beside a part's own.

    Raises
    ------
    VideoError
        If one is no plain array.
    """
    packed = {f"state.{name}": np.asarray(value) for name, value in (state or {}).items()}
    for name, value in packed.items():
        if value.dtype.hasobject:
            raise VideoError(f"{name} is not a plain array, but of type {value.dtype}.")
    return packed


def unpack_state(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]] | None:
    """Take the state out of a part's arrays; None if there is none."""
    own = (name for name in arrays if name.startswith("state."))
    return {name.removeprefix("state."): arrays[name] for name in own} or None
