"""A nearest-neighbor field and the costs of its matches."""

# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input
from facestyle.kernels.compiling import compiled
from facestyle.kernels.patchmatch_problem import RADIUS, Sources


class Matches(NamedTuple):
    """What each pixel is copied from.

    Attributes
    ----------
    field : (h, w, 3) int32
        Source, row and column.
    cost : (h, w) float32
        Cost of the match without the coherence term.
    """

    field: NDArray[np.int32]
    cost: NDArray[np.float32]


def checked_matches(matches: Matches) -> Matches:
    """Check types and shapes; ValueError where they differ."""
    cost = as_input("matches.cost", matches.cost, np.float32, (None, None))
    return Matches(as_input("matches.field", matches.field, np.int32, (*cost.shape, 3)), cost)


def doubled(
    field: NDArray[np.int32], shape: tuple[int, int], sources: Sources
) -> NDArray[np.int32]:
    """Bring a field of half the size to the next finer level.

    Parameters
    ----------
    field : (h, w, 3) int32
    shape : (int, int)
        Height and width of the finer level.
    sources : Sources
        Of the finer level.

    Returns
    -------
    (H, W, 3) int32

    Raises
    ------
    ValueError
        An array has another type or shape.
    """
    field = as_input("field", field, np.int32, (None, None, 3))
    height = as_input("sources.height", sources.height, np.int64, (None,))
    width = as_input("sources.width", sources.width, np.int64, height.shape)
    out = np.empty((*shape, 3), np.int32)
    _double(field, height, width, out)
    return out


def count_use(field: NDArray[np.int32], sources: Sources) -> NDArray[np.float32]:
    """Count how many pixels each source pixel fills: (P,) for a field (h, w, 3) int32."""
    field = as_input("field", field, np.int32, (None, None, 3))
    start = as_input("sources.start", sources.start, np.int64, (None,))
    width = as_input("sources.width", sources.width, np.int64, start.shape)
    use = np.zeros(len(sources.regions), np.float32)
    _count_use(field, start, width, use)
    return use


@compiled
def _count_use(field, start, width, use):
    for y in range(field.shape[0]):
        for x in range(field.shape[1]):
            k = field[y, x, 0]
            use[start[k] + field[y, x, 1] * width[k] + field[y, x, 2]] += 1


@compiled
def _double(coarse, height, width, out):
    for y in range(out.shape[0]):
        ny = min(y // 2, coarse.shape[0] - 1)
        for x in range(out.shape[1]):
            nx = min(x // 2, coarse.shape[1] - 1)
            k = coarse[ny, nx, 0]
            out[y, x, 0] = k
            row, column = 2 * coarse[ny, nx, 1] + y % 2, 2 * coarse[ny, nx, 2] + x % 2
            out[y, x, 1] = min(max(row, RADIUS), height[k] - RADIUS - 1)
            out[y, x, 2] = min(max(column, RADIUS), width[k] - RADIUS - 1)
