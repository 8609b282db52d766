"""Lookup tables of colors as .cube files (Adobe, Cube LUT Specification 1.0, 2013)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from facestyle.errors import OutputExistsError, UsageError
from facestyle.files import write_whole

SIZES = (2, 256)  # levels of a channel that the specification allows


def write_cube(
    path: str | os.PathLike[str],
    table: np.ndarray,
    title: str,
    comments: Sequence[str] = (),
    *,
    overwrite: bool = True,
) -> None:
    """Write a table of colors: all of it or nothing.

    Parameters
    ----------
    path : path-like
        Its folder must exist.
    table : (N, N, N, 3) float32
        Output by red, green and blue of the input, in [0, 1]; N is 2 to 256.
    title : str
    comments : sequence of str
        A line each.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    OutputExistsError
        If the file exists and `overwrite` is false.
    UsageError
        If the table is none, or the file cannot be written.
    """
    path = Path(path)
    size = len(table)
    if table.shape != (size, size, size, 3) or not SIZES[0] <= size <= SIZES[1]:
        raise UsageError(
            f"{path}: a table of shape {table.shape}; expected (N, N, N, 3), N from 2 to 256"
        )
    if not overwrite and os.path.lexists(path):
        raise OutputExistsError(
            f"{path}: exists already. Allow overwriting (--overwrite) or choose another name."
        )
    head = [f'TITLE "{title.replace(chr(34), chr(39))}"']
    head += [f"# {' '.join(comment.split())}" for comment in comments]
    head += [f"LUT_3D_SIZE {size}", "DOMAIN_MIN 0 0 0", "DOMAIN_MAX 1 1 1"]
    # red changes fastest
    rows = table.transpose(2, 1, 0, 3).reshape(-1, 3)
    lines = [f"{red:.6f} {green:.6f} {blue:.6f}" for red, green, blue in rows]
    text = "\n".join([*head, *lines]) + "\n"
    try:
        write_whole(path, lambda file: file.write(text.encode()))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror or error})") from error
