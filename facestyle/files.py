"""Files as a careful program treats them: only regular ones are read, and they are replaced whole.

A named pipe keeps its reader waiting for ever and ``/dev/zero`` has no end; neither is a picture, a
model or a table of landmarks, whatever it is called.
"""

import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_KINDS = (
    (stat.S_ISFIFO, "a named pipe (FIFO)"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class NotRegularError(OSError):
    """What stands under this name is no regular file; `strerror` says what it is."""


class TooLargeError(OSError):
    """The file is longer than the caller reads; `strerror` says how long it is."""


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular file for reading, without ever waiting for another process.

    Parameters
    ----------
    path : path-like
        Links are followed.

    Returns
    -------
    binary file

    Raises
    ------
    OSError
        As `open` raises it; `NotRegularError` for pipes, sockets and devices.
    """
    try:
        _refuse_other_kinds(path, os.stat(path).st_mode)  # opening a device may do something
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    except ValueError as error:  # a NUL in the name
        raise OSError(22, str(error)) from error
    try:
        _refuse_other_kinds(path, os.fstat(handle).st_mode)  # it may have been exchanged since
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_regular(path: str | os.PathLike[str], most: int | None = None) -> bytes:
    """Read a whole regular file.

    Parameters
    ----------
    path : path-like
    most : int, optional
        Bytes that are read at most.

    Raises
    ------
    OSError
        As `open_regular`; `TooLargeError` if the file is longer than `most`.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read() if most is None else file.read(most + 1)
    if most is not None and len(data) > most:
        raise TooLargeError(27, f"it holds {max(size, len(data))} bytes; at most {most} are read")
    return data


def write_whole(
    path: Path, write: Callable[[BinaryIO], object], *, ready: Callable[[], None] | None = None
) -> None:
    """Write a file beside its place and rename it: a reader sees the old file or the whole new one.

    Its mode is the one that the user's umask gives to new files.

    Parameters
    ----------
    path : Path
        Replaced where it exists; its folder must exist.
    write : callable
        Writes into the file it is given.
    ready : callable, optional
        Called before the file is renamed; what it raises leaves the old file in place.
    """
    with unfinished_file(path) as unfinished:
        with open(unfinished, "xb") as file:
            write(file)
        if ready is not None:
            ready()
        os.replace(unfinished, path)


@contextmanager
def unfinished_file(path: Path) -> Iterator[Path]:
    """Name for a file that is to become `path`; what is left of it at the end is removed."""
    # short, so that it fits wherever the longest name does
    unfinished = path.with_name(f".{secrets.token_hex(6)}.part")
    try:
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)


def _refuse_other_kinds(path: str | os.PathLike[str], mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(21, "is a folder", os.fspath(path))
    name = next((name for is_kind, name in _KINDS if is_kind(mode)), "no regular file")
    raise NotRegularError(22, f"is {name}; only regular files are read", os.fspath(path))
