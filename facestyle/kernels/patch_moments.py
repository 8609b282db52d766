"""How drawings vary with their photographs, patch by patch."""

# mypy: allow-untyped-defs

import numpy as np
from numpy.typing import NDArray

from facestyle.kernels.arrays import as_input
from facestyle.kernels.compiling import compiled
from facestyle.kernels.patch_grid import PatchPlaces, checked_places
from facestyle.kernels.pointers import pointer
from facestyle.kernels.threads import run_in_threads

Floats = NDArray[np.float32]


def pooled_moments(photos: Floats, drawings: Floats, places: PatchPlaces, half: int) -> Floats:
    """Covariance of drawings with their photographs, pooled over each node's candidates.

    Parameters
    ----------
    photos : (N, 1, H, W) float32
        Gray.
    drawings : (N, C, H, W) float32
    places : PatchPlaces
        The candidates.
    half : int
        Patches reach so far from their center, px.

    Returns
    -------
    (h, w, C + 1) float32
        Covariance of each channel with the photograph, and the photograph's variance (last): means
        over the candidates, each about its own mean.

    Raises
    ------
    ValueError
        An array has another type or shape, or a patch lies outside its picture.
    """
    photos = as_input("photos", photos, np.float32, (None, 1, None, None))
    count, _, height, width = photos.shape
    drawings = as_input("drawings", drawings, np.float32, (count, None, height, width))
    places = checked_places(places, half, (count, height, width))
    moments = np.empty((*places.picture.shape[:2], drawings.shape[1] + 1), np.float32)
    run_in_threads(
        _pooled_moments, len(moments), photos, drawings, places, int(half), moments, least=1
    )
    return moments


@compiled(part=True)
def _moments(photos, n, top, left, side):
    """Mean and variance of a patch of gray photo n."""
    height, width = photos.shape[2:]
    photo, place = pointer(photos), (np.int64(n) * height + top) * width + left
    total, square = np.float32(0), np.float32(0)
    for v in range(side):
        for u in range(side):
            value = photo[place + v * width + u]
            total += value
            square += value * value
    area = np.float32(side * side)
    mean = total / area
    return mean, square / area - mean * mean


@compiled(part=True)
def _covariance(photos, drawings, n, channel, top, left, mean, side):
    """Covariance of a patch of gray photo n, whose mean is known, with its drawing."""
    channels, height, width = drawings.shape[1:]
    photo, drawing = pointer(photos), pointer(drawings)
    ours = (np.int64(n) * height + top) * width + left
    theirs = ((np.int64(n) * channels + channel) * height + top) * width + left
    total = np.float32(0)
    for v in range(side):
        for u in range(side):
            total += (photo[ours + v * width + u] - mean) * drawing[theirs + v * width + u]
    return total / np.float32(side * side)


@compiled
def _pooled_moments(photos, drawings, places, half, moments, first, last):
    index, ys, xs = places
    channels, count = drawings.shape[1], index.shape[2]
    side = 2 * half + 1
    for i in range(first, last):
        for j in range(index.shape[1]):
            moments[i, j] = 0
            for k in range(count):
                top, left = ys[i, j, k] - half, xs[i, j, k] - half
                mean, variance = _moments(photos, index[i, j, k], top, left, side)
                moments[i, j, channels] += variance / count
                for channel in range(channels):
                    n = index[i, j, k]
                    shared = _covariance(photos, drawings, n, channel, top, left, mean, side)
                    moments[i, j, channel] += shared / count
