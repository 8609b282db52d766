"""Flow in the Middlebury format: ``.flo`` files."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import FlowFileError, clause
from facestyle.files import read_regular, write_whole
from facestyle.flow.warping import check_flow

Flow = NDArray[np.float32]

_MAGIC = b"PIEH"  # the float 202021.25, little endian
_LARGEST = 99_999  # px of a side, as in Middlebury's own reader
_LARGEST_FILE = 2**32  # bytes: 23,000 px square
_UNKNOWN = 1e9  # px; larger components mean that the motion is not known
_UNKNOWN_WRITTEN = 1e10  # what Middlebury's own writer puts there


def read_flo(path: str | os.PathLike[str]) -> Flow:
    """Read a flow that another program found.

    Parameters
    ----------
    path : path-like
        Middlebury ``.flo``: "PIEH", width and height as int32, then x and y of every vector as
        float32, little endian.

    Returns
    -------
    (H, W, 2) float32
        Motion in pixels, xy. Unknown vectors are NaN.

    Raises
    ------
    FlowFileError
        If the file is missing, no regular file, of another format, damaged, or longer or shorter
        than it says.
    """
    path = Path(path)
    try:
        data = read_regular(path, _LARGEST_FILE)
    except OSError as error:
        raise FlowFileError(f"{path}: cannot be read ({clause(error)}).") from error
    if data[:4] != _MAGIC or len(data) < 12:
        raise FlowFileError(
            f"{path}: is no Middlebury flow file; expected it to start with 'PIEH', width and "
            f"height, found {len(data)} bytes that start with {data[:4]!r}."
        )
    width, height = (int(side) for side in np.frombuffer(data, "<i4", 2, 4))
    if not (1 <= width <= _LARGEST and 1 <= height <= _LARGEST):
        raise FlowFileError(
            f"{path}: says it is {width} x {height} px; expected 1 to {_LARGEST} px a side."
        )
    expected = 12 + 8 * width * height
    if len(data) != expected:
        raise FlowFileError(
            f"{path}: has {len(data)} bytes; a flow of {width} x {height} px has {expected}. "
            "It may be cut short: make or copy it again."
        )
    flow = np.frombuffer(data, "<f4", offset=12).reshape(height, width, 2).astype(np.float32)
    flow[~(np.abs(flow) <= _UNKNOWN).all(axis=2)] = np.nan
    return flow


def write_flo(path: str | os.PathLike[str], flow: Flow) -> None:
    """Write a flow as a Middlebury ``.flo`` file: all of it or nothing.

    Parameters
    ----------
    path : path-like
        Its folder must exist.
    flow : (H, W, 2) float32
        Motion in pixels, xy; NaN where unknown.

    Raises
    ------
    FlowFileError
        If the file cannot be written.
    UsageError
        If the array is no flow.
    """
    check_flow(flow)
    path = Path(path)
    height, width = flow.shape[:2]
    known = np.isfinite(flow).all(axis=2, keepdims=True)
    vectors = np.where(known, flow, _UNKNOWN_WRITTEN).astype("<f4")
    header = _MAGIC + np.array([width, height], "<i4").tobytes()
    try:
        write_whole(path, lambda file: file.write(header + vectors.tobytes()))
    except OSError as error:
        raise FlowFileError(f"{path}: cannot be written ({clause(error)}).") from error


def flo_name(start: int, end: int) -> str:
    """Name the file with the flow from one frame to another, as Ruder's published code does.

    >>> flo_name(3, 4), flo_name(4, 3)
    ('forward_3_4.flo', 'backward_4_3.flo')
    """
    direction = "forward" if start < end else "backward"
    return f"{direction}_{start}_{end}.flo"
