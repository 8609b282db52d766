"""Finished parts of a video that is being made: what a killed run leaves and the next one takes up.

Beside ``out.mp4`` stands a folder ``out.mp4.parts`` with one file of plain arrays for every
finished segment, in order. A file appears whole or not at all, so that a run can be killed at any
moment; what it was made from is named in ``manifest.json``.
"""

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import VideoError

_MANIFEST = "manifest.json"
_OWN_FILES = re.compile(r"manifest\.json|\d{6}\.npz|.*\.unfinished")

State = Mapping[str, NDArray[Any]]


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
    resume : bool
        Whether parts are kept at all.
    """

    def __init__(self, output: Path, settings: Mapping[str, Any], *, resume: bool = True) -> None:
        self.output = output
        self.folder = output.with_name(output.name + ".parts")
        text = json.dumps(dict(settings), sort_keys=True)
        manifest = {"settings": hashlib.sha256(text.encode()).hexdigest()}
        try:
            if not (resume and self._manifest() == manifest):
                self.remove()
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(_MANIFEST, json.dumps(manifest).encode())
        except OSError as error:
            raise VideoError(
                f"{output}: cannot write into {self.folder} ({error.strerror or error})."
            ) from error
        self.count = self._count()

    def save(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Add a part; it is there when this returns, however the run ends.

        Raises
        ------
        VideoError
            If it cannot be written, for instance because the disk is full.
        """
        unfinished = self.folder / f"{self.count:06d}.npz.unfinished"
        try:
            with open(unfinished, "wb") as file:
                np.savez(file, allow_pickle=False, **arrays)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, self._path(self.count))
        except OSError as error:
            raise VideoError(
                f"{self.output}: cannot write {unfinished} ({error.strerror or error})."
            ) from error
        self.count += 1

    def load(self, number: int) -> dict[str, NDArray[Any]]:
        """Read a part."""
        with open(self._path(number), "rb") as file, np.load(file, allow_pickle=False) as entries:
            return {name: entries[name] for name in entries.files}

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
        while self._path(number).exists():
            try:
                self.load(number)
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
                break
            number += 1
        return number

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.npz"

    def _manifest(self) -> Any:
        try:
            return json.loads((self.folder / _MANIFEST).read_bytes())
        except (OSError, ValueError):
            return None

    def _write(self, name: str, data: bytes) -> None:
        unfinished = self.folder / f"{name}.unfinished"
        unfinished.write_bytes(data)
        os.replace(unfinished, self.folder / name)


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
