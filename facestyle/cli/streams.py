"""The standard streams as a user may leave them: closed, full, or with few characters."""

import contextlib
import os
import sys
from typing import Any, TextIO


def prepare_streams() -> None:
    """Make stdout and stderr take every text, even where they are closed.

    A file's name is bytes: one that is not UTF-8 is written as it is, and a character that the
    console does not know as an escape.
    """
    _open_missing_descriptors()
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
            continue
        utf8 = (stream.encoding or "").lower().replace("-", "") == "utf8"
        with contextlib.suppress(AttributeError, ValueError):  # a stand-in, as tests have
            stream.reconfigure(errors="surrogateescape" if utf8 else "backslashreplace")


def write_line(line: str, stream: TextIO) -> bool:
    """Write a line at once, without breaking a progress bar; false where the stream takes none."""
    tqdm: Any = sys.modules.get("tqdm")
    try:
        if tqdm is None:
            print(line, file=stream, flush=True)
        else:
            tqdm.tqdm.write(line, file=stream)
            stream.flush()
    except (OSError, ValueError):  # full, or its reader (such as `head`) is gone, or closed
        _silence(stream)
        return False
    return True


def flush_streams() -> None:
    """Write what is left; what cannot be written is given up."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _silence(stream)


def _silence(stream: TextIO) -> None:
    """Have the stream swallow everything from now on."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def _open_missing_descriptors() -> None:
    """Occupy closed standard descriptors, so that no picture is opened in their places."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            with contextlib.suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # takes the lowest that is free: this one
