"""Colors of the person and of what is behind, at the matte's soft edge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.imaging.guided_filter import box_filter, resize_channels
from facestyle.imaging.normalized_convolution import expanded, normalized, premultiplied
from facestyle.imaging.resampling import resized_window

# px; edges are taken apart in tiles of so many rows, and of as many columns at least
_TILE = 128
# where the matte is nearer to 0 or 1 one layer is the picture, and nobody sees the other: the
# thousandth is a quarter of a level of 8 bits at most
_HARD = 1e-3


@dataclass(frozen=True)
class EdgeTile:
    """Both layers of a rectangle that the matte's soft edge passes through.

    Attributes
    ----------
    rows, columns : slice
        Where it is, px.
    foreground, background : (h, w, 3) float32
        sRGB in [0, 1].
    """

    rows: slice
    columns: slice
    foreground: np.ndarray
    background: np.ndarray

    @property
    def place(self) -> tuple[slice, slice]:
        """What takes it out of a picture."""
        return self.rows, self.columns


def separate_layers(
    image: np.ndarray, matte: np.ndarray, inter_ocular: float
) -> tuple[np.ndarray, np.ndarray]:
    """Estimate foreground and background colors (Forte 2021, blur fusion in two passes).

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    matte : (H, W) float32
        Opacity of the foreground.
    inter_ocular : float
        px; the windows' radii are .35 and .03 of it.

    Returns
    -------
    foreground, background : (H, W, 3) float32
        image = matte * foreground + (1 - matte) * background, nearly.
    """
    height, width = matte.shape
    rough = _rough_means(image, matte, inter_ocular)
    mean_foreground, mean_background = (resize_channels(m, width, height) for m in rough)
    return _refined(image, matte, mean_foreground, mean_background, _fine_radius(inter_ocular))


def separate_edges(image: np.ndarray, matte: np.ndarray, inter_ocular: float) -> list[EdgeTile]:
    """Estimate both layers where the matte is neither 0 nor 1: what `separate_layers` says there.

    Elsewhere one of the layers is the picture and the other is not seen. A portrait's soft edge
    fills a tenth of the picture, and two more pictures in memory are much for a large one.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    matte : (H, W) float32
        Opacity of the foreground.
    inter_ocular : float
        px.

    Returns
    -------
    list of EdgeTile
        Without overlap.
    """
    height, width = matte.shape
    rough = _rough_means(image, matte, inter_ocular)
    radius = _fine_radius(inter_ocular)
    margin = max(1, round(radius))
    tiles = []
    for rows, columns in _soft_tiles(matte):
        around = (_wider(rows, margin, height), _wider(columns, margin, width))
        means = [resized_window(mean, (height, width), *around) for mean in rough]
        layers = _refined(image[around], matte[around], means[0], means[1], radius)
        inside = (_within(rows, around[0]), _within(columns, around[1]))
        front, back = (np.ascontiguousarray(layer[inside]) for layer in layers)
        tiles.append(EdgeTile(rows, columns, front, back))
    return tiles


def _soft_tiles(matte: np.ndarray) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of rectangles that hold all of the soft edge."""
    height = len(matte)
    for top in range(0, height, _TILE):
        rows = slice(top, min(top + _TILE, height))
        soft = cv2.inRange(matte[rows], _HARD, 1 - _HARD).any(axis=0)
        places = np.flatnonzero(soft)
        if places.size == 0:
            continue
        gaps = np.flatnonzero(np.diff(places) > _TILE)
        starts = places[np.concatenate([[0], gaps + 1])]
        stops = places[np.concatenate([gaps, [places.size - 1]])] + 1
        for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
            yield rows, slice(start, stop)


def _wider(part: slice, margin: int, length: int) -> slice:
    return slice(max(0, part.start - margin), min(length, part.stop + margin))


def _within(part: slice, whole: slice) -> slice:
    return slice(part.start - whole.start, part.stop - whole.start)


def _rough_means(
    image: np.ndarray, matte: np.ndarray, inter_ocular: float
) -> tuple[np.ndarray, np.ndarray]:
    """Means of both layers in the wide window, which is smooth: on a reduced copy."""
    reduction = max(1, int(0.35 * inter_ocular / 8))
    height, width = matte.shape
    small = (max(8, width // reduction), max(8, height // reduction))
    small_image = resize_channels(image, *small, interpolation=3)
    small_matte = resize_channels(matte, *small, interpolation=3)
    return _window_means(small_image, small_image, small_matte, 0.35 * inter_ocular / reduction)


def _fine_radius(inter_ocular: float) -> float:
    return max(2.0, 0.03 * inter_ocular)


def _refined(
    image: np.ndarray,
    matte: np.ndarray,
    mean_foreground: np.ndarray,
    mean_background: np.ndarray,
    radius: float,
) -> tuple[np.ndarray, np.ndarray]:
    """The second pass, in the narrow window."""
    foreground = _fuse(image, matte, mean_foreground, mean_background)
    means = _window_means(foreground, mean_background, matte, radius)
    return _fuse(image, matte, *means), means[1]


def _window_means(
    foreground: np.ndarray, background: np.ndarray, matte: np.ndarray, radius: float
) -> tuple[np.ndarray, np.ndarray]:
    """Means of both layers around each pixel, weighted by their opacities."""
    size = 2 * max(1, round(radius)) + 1
    front = normalized(box_filter(premultiplied(foreground, matte), size), 1e-5)
    back = normalized(box_filter(premultiplied(background, 1 - matte), size), 1e-5)
    return front, np.clip(back, 0, 1, out=back)


def _fuse(
    image: np.ndarray, matte: np.ndarray, foreground: np.ndarray, background: np.ndarray
) -> np.ndarray:
    """Correct the foreground so that both layers make up the picture."""
    opacity = expanded(matte)
    error = image - background
    error -= opacity * (foreground - background)
    error *= opacity
    error += foreground
    return np.clip(error, 0, 1, out=error)
