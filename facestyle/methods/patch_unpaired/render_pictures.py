"""The layers' pictures at the size of the rendering: what the votes read of them, and no more.

Turned hair is most of the layers, and little of each is used. Rows that nobody reads are left
untouched: the system gives no memory for them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from facestyle.faces.contours import face_width
from facestyle.imaging.color import from_lab, to_lab
from facestyle.imaging.levels import to_bytes
from facestyle.kernels.flat_pictures import FlatPictures
from facestyle.methods.patch_unpaired.layers import turned_picture
from facestyle.methods.patch_unpaired.palette import harmonized
from facestyle.methods.patch_unpaired.prepared import PreparedExemplar, resize, resized_size
from facestyle.methods.patch_unpaired.sources import PatchSources


def scaled_exemplar(
    exemplars: Sequence[PreparedExemplar], number: int, sources: PatchSources, scale: float
) -> np.ndarray:
    """One exemplar at `scale` times the sources' size, in the palette of the first.

    Parameters
    ----------
    exemplars : sequence of PreparedExemplar
        That the sources were made of.
    number : int
        Which of them.
    sources : PatchSources
    scale : float

    Returns
    -------
    (h, w, 3) uint8
        sRGB.
    """
    if scale == 1:
        return sources.layers[number].image
    exemplar = exemplars[number]
    factor = _factor(exemplar, sources, scale)
    if not number:
        return resize(to_bytes(exemplar.portrait.image), factor)
    image = resize(exemplar.portrait.image, factor)
    return to_bytes(from_lab(harmonized(to_lab(image), sources.harmonies[number])))


def render_pictures(
    sources: PatchSources,
    exemplars: Sequence[PreparedExemplar],
    scale: float,
    field: np.ndarray,
    reach: float,
) -> tuple[FlatPictures, list[np.ndarray]]:
    """What a field is rendered from.

    Parameters
    ----------
    sources : PatchSources
    exemplars : sequence of PreparedExemplar
        That the sources were made of.
    scale : float
        Size of the rendering over that of the sources.
    field : (h, w, 3) int32
        Layer, row and column.
    reach : float
        Matches up to so far away vote, px of the field.

    Returns
    -------
    FlatPictures
        Of turned hair those rows alone that the votes read; black elsewhere.
    list of (h, w, 3) uint8
        The exemplars in it, whole.
    """
    sizes = [_size(sources, exemplars, number, scale) for number in range(len(sources.layers))]
    heights, widths = np.array(sizes, np.int64).T.copy()
    ends = np.cumsum(heights * widths)
    starts = ends - heights * widths
    pixels = np.zeros(3 * int(ends[-1]), np.uint8)
    originals: list[np.ndarray] = []
    for number, (layer, size) in enumerate(zip(sources.layers, sizes, strict=True)):
        part = pixels[3 * int(starts[number]) : 3 * int(ends[number])].reshape(*size, 3)
        if layer.origin == len(originals):
            part[:] = scaled_exemplar(exemplars, number, sources, scale)
            originals.append(part)
            continue
        rows = _rows_read(field, number, size[0], scale, reach)
        if rows.any():
            matrix = _scaled_matrix(layer.matrix, scale)
            part[rows] = turned_picture(originals[layer.origin], matrix, size)[rows]
    return FlatPictures(pixels, starts, heights, widths), originals


def _rows_read(
    field: np.ndarray, number: int, height: int, scale: float, reach: float
) -> np.ndarray:
    """Which rows of a layer's picture the votes may read, (height,) bool."""
    used = np.unique(field[..., 1][field[..., 0] == number])
    read = np.zeros(height, bool)
    around = math.ceil(scale * (reach + 1)) + 2
    for row in used.tolist():
        # what lies outside is moved to the border
        first = min(max(int(scale * row) - around, 0), height - 1)
        read[first : max(int(scale * row) + around + 1, first + 1)] = True
    return read


def _size(
    sources: PatchSources, exemplars: Sequence[PreparedExemplar], number: int, scale: float
) -> tuple[int, int]:
    """Height and width of a layer's picture at a scale."""
    height, width = sources.layers[number].region_map.shape
    if number >= len(sources.faces):
        return round(height * scale), round(width * scale)
    if scale == 1:
        return height, width
    exemplar = exemplars[number]
    own = exemplar.portrait.matte.shape
    wide, high = resized_size((own[0], own[1]), _factor(exemplar, sources, scale))
    return high, wide


def _factor(exemplar: PreparedExemplar, sources: PatchSources, scale: float) -> float:
    return float(sources.face_width * scale / face_width(exemplar.portrait.face))


def _scaled_matrix(matrix: np.ndarray, scale: float) -> np.ndarray:
    """The same affine map between pictures `scale` times as large (pixel centers at integers)."""
    result = matrix.copy()
    half = (scale - 1) / 2
    # x' = s x + (s - 1) / 2 in both pictures
    result[:, 2] = scale * matrix[:, 2] + half - matrix[:, :2] @ np.array([half, half])
    return result
