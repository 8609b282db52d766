"""Where square patches lie: those of a picture, and their candidates in other pictures."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input


class PatchGrid(NamedTuple):
    """Patches of one picture around the nodes of a grid.

    Attributes
    ----------
    rows, columns : (h,), (w,) int64
        Of the nodes, px.
    half : int
        Patches reach so far from their node: their side is q = 2 half + 1, px.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    half: int


class PatchPlaces(NamedTuple):
    """K patches of other pictures for each node.

    Attributes
    ----------
    picture : (h, w, K) int32
        Which picture.
    rows, columns : (h, w, K) int32
        Of the patch's center.
    """

    picture: NDArray[np.int32]
    rows: NDArray[np.int32]
    columns: NDArray[np.int32]


def checked_grid(grid: PatchGrid, size: tuple[int, ...]) -> PatchGrid:
    """Check types and that patches lie inside a picture; ValueError where not.

    Parameters
    ----------
    grid : PatchGrid
    size : (int, int)
        Height and width.

    Returns
    -------
    PatchGrid
        Read-only.
    """
    half = int(grid.half)
    rows = as_input("grid.rows", grid.rows, np.int64, (None,))
    columns = as_input("grid.columns", grid.columns, np.int64, (None,))
    _expect_inside("grid.rows", rows, half, size[0] - half)
    _expect_inside("grid.columns", columns, half, size[1] - half)
    return PatchGrid(rows, columns, half)


def checked_places(places: PatchPlaces, half: int, pictures: tuple[int, ...]) -> PatchPlaces:
    """Check types and that patches lie inside their pictures; ValueError where not.

    Parameters
    ----------
    places : PatchPlaces
    half : int
        Of the patches.
    pictures : (int, int, int)
        Number, height and width of the pictures.

    Returns
    -------
    PatchPlaces
        Read-only.
    """
    count, height, width = pictures
    picture = as_input("places.picture", places.picture, np.int32, (None, None, None))
    rows = as_input("places.rows", places.rows, np.int32, picture.shape)
    columns = as_input("places.columns", places.columns, np.int32, picture.shape)
    _expect_inside("places.picture", picture, 0, count)
    _expect_inside("places.rows", rows, half, height - half)
    _expect_inside("places.columns", columns, half, width - half)
    return PatchPlaces(picture, rows, columns)


def _expect_inside(name: str, values: NDArray[Any], low: int, end: int) -> None:
    if values.size and not (values.min() >= low and values.max() < end):
        raise ValueError(
            f"{name}: found {values.min()} to {values.max()}, expected {low} to {end - 1}"
        )
