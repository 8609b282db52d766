"""Checks of the arrays that kernels get: compiled code itself checks nothing."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Number = float | np.floating[Any]


def as_input(
    name: str, array: NDArray[Any], dtype: DTypeLike, shape: Sequence[int | None]
) -> NDArray[Any]:
    """Check an array that a kernel reads.

    Parameters
    ----------
    name : str
        For the message.
    array : array
    dtype : dtype
        What it has to be.
    shape : sequence of int or None
        What it has to be; None allows any length.

    Returns
    -------
    array
        Read-only and C-contiguous: a view, or a copy where the array is not. All inputs are
        read-only, because Numba would compile a kernel again for those that are.

    Raises
    ------
    ValueError
        It has another dtype or shape.
    """
    _check(name, array, dtype, shape)
    if not (array.flags.c_contiguous and array.flags.aligned):
        array = array.copy(order="C")
    view = array.view(np.ndarray)
    view.flags.writeable = False
    return view


def as_output(
    name: str, array: NDArray[Any], dtype: DTypeLike, shape: Sequence[int | None]
) -> NDArray[Any]:
    """Check an array that a kernel writes.

    Parameters
    ----------
    name, array, dtype, shape
        As of `as_input`.

    Returns
    -------
    array
        The same memory.

    Raises
    ------
    ValueError
        It has another dtype or shape, is not C-contiguous or read-only.
    """
    _check(name, array, dtype, shape)
    if not array.flags.carray:
        raise ValueError(
            f"{name}: found strides {array.strides}, writeable: {array.flags.writeable}; "
            "expected a C-contiguous array that can be written"
        )
    return array.view(np.ndarray)


def _check(name: str, array: NDArray[Any], dtype: DTypeLike, shape: Sequence[int | None]) -> None:
    fits = array.ndim == len(shape) and all(
        expected in (None, found) for found, expected in zip(array.shape, shape, strict=True)
    )
    if array.dtype != dtype or not fits:
        sides = ", ".join("any" if side is None else str(side) for side in shape)
        raise ValueError(
            f"{name}: found {array.dtype} {array.shape}, expected {np.dtype(dtype)} ({sides})"
        )
