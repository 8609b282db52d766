"""Files of plain arrays that notice damage: what was not written whole by this module is refused.

An .npz or .npy of NumPy, followed by a mark, its length and a checksum. Nothing is unpickled.
"""

import io
import math
import mmap
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import clause
from facestyle.files import open_regular, read_regular, write_whole

_MARK = b"facestyle-arrays-1"
_FOOTER = struct.Struct(f"<{len(_MARK)}sQI")
_PLAIN = "biufU"  # kinds of types: bool, whole numbers, floats, text
_LONGEST_HEAD = 4096  # bytes of an .npy before its values
# of an entry of a ZIP archive, before its name: what goes before, and two lengths (APPNOTE, 4.3.7)
_BEFORE_LENGTHS, _NAME_LENGTHS = 26, struct.Struct("<HH")
_CHUNK = 2**24  # bytes that are read at a time; any number of this order does


class DamagedError(ValueError):
    """The file is not what this module wrote."""


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write named arrays as one file: all of it or nothing.

    Parameters
    ----------
    path : Path
        Its folder must exist.
    arrays : Mapping of str to ndarray
        Of numbers, bools or text.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    data = buffer.getbuffer()
    write_whole(path, lambda file: (file.write(data), file.write(_footer(data))))


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Read what `write_arrays` wrote.

    Raises
    ------
    OSError
        If it cannot be read, or is no regular file.
    DamagedError
        If it is anything else, or was changed.
    """
    data = memoryview(read_regular(path))
    payload = data[: max(0, len(data) - _FOOTER.size)]
    _check(data[len(payload) :], payload)
    try:
        return _unpacked(payload)
    except Exception as error:  # what another program sealed may raise anything
        raise DamagedError(clause(error)) from error


def _unpacked(payload: memoryview) -> dict[str, NDArray[Any]]:
    """Arrays of an .npz, each copied once; `numpy.load` copies thrice, and sums once more."""
    arrays, values = {}, np.frombuffer(payload, np.uint8)
    with zipfile.ZipFile(io.BytesIO(payload)) as entries:
        for entry in entries.infolist():
            if entry.compress_type != zipfile.ZIP_STORED or not entry.filename.endswith(".npy"):
                raise DamagedError(f"'{entry.filename}' is no plain array")
            names = _NAME_LENGTHS.unpack_from(payload, entry.header_offset + _BEFORE_LENGTHS)
            start = entry.header_offset + _BEFORE_LENGTHS + _NAME_LENGTHS.size + sum(names)
            stored = _array_in(values[start : start + entry.file_size])
            arrays[entry.filename.removesuffix(".npy")] = stored.copy("K")
    return arrays


def _array_in(data: NDArray[np.uint8]) -> NDArray[Any]:
    """The array that an .npy holds, in the same memory."""
    head = io.BytesIO(data[:_LONGEST_HEAD].tobytes())
    version = np.lib.format.read_magic(head)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    shape, is_fortran, dtype = read(head)
    if dtype.kind not in _PLAIN:
        raise DamagedError(f"an array of {dtype}")
    start, size = head.tell(), math.prod(shape) * dtype.itemsize
    if start + size > data.size:
        raise DamagedError("it is cut off")
    values = data[start : start + size].view(dtype)
    return values.reshape(shape[::-1]).T if is_fortran else values.reshape(shape)


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Write one array as a file that `map_array` maps instead of reading it."""

    def write(file: BinaryIO) -> None:
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        data = buffer.getbuffer()
        file.write(data)
        file.write(_footer(data))

    write_whole(path, write)


def map_array(path: Path) -> NDArray[Any]:
    """Map an array that `write_array` wrote, read-only; its checksum is tested first.

    Raises
    ------
    OSError, DamagedError
        As `read_arrays`.
    """
    with open_regular(path) as file:
        try:
            mapped = np.memmap(file, np.uint8, "r")
        except ValueError as error:  # an empty file
            raise DamagedError(str(error)) from error
    payload = mapped[: max(0, mapped.size - _FOOTER.size)]
    _check(mapped[payload.size :].tobytes(), payload.data)
    forget_pages(mapped)
    try:
        return _array_in(payload)
    except Exception as error:  # as above
        raise DamagedError(clause(error)) from error


def forget_pages(values: NDArray[Any]) -> None:
    """Leave what was read of a mapped array to the system, which has it again when it is asked.

    Parameters
    ----------
    values : ndarray
        Of `map_array`, or a view of it; others stay as they are.
    """
    pages: Any = values
    while isinstance(pages, np.ndarray):
        pages = pages.base
    if isinstance(pages, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_DONTNEED)


def _footer(data: memoryview) -> bytes:
    return _FOOTER.pack(_MARK, len(data), _checksum(data))


def _check(footer: memoryview | bytes, payload: memoryview) -> None:
    if len(footer) != _FOOTER.size:
        raise DamagedError("too short")
    mark, length, checksum = _FOOTER.unpack(footer)
    if mark != _MARK or length != len(payload) or checksum != _checksum(payload):
        raise DamagedError("it was changed, cut off or not written by this program")


def _checksum(data: memoryview) -> int:
    # CRC-32 runs at memory speed nearly: what is large is mapped for the sake of a quick start
    value = 0
    for start in range(0, len(data), _CHUNK):
        value = zlib.crc32(data[start : start + _CHUNK], value)
    return value
