"""Laplacian stacks inside a matte, with their local energies (Shih et al. 2014, section 4)."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.frozen import FrozenRecord
from facestyle.imaging.normalized_convolution import normalized, weighted_channels
from facestyle.imaging.resampling import resized_rows
from facestyle.row_bands import row_bands

# bands of the stack (DESIGN 4.1, step 2)
LEVELS = 6
# sigma of level l is 2^(l+1) px for a face of this inter-ocular distance
REFERENCE_INTER_OCULAR = 250.0
# a Gaussian wider than this many px is computed on a halved grid: a pyramid, not wide filters
_DECIMATE_AT = 2.5
# weight of the mean color where the matte leaves nothing to average
_FLOOR = 1e-4

# px from which pictures are resized a few rows at a time, for the sake of memory
_LARGE = 2**21


@dataclass(frozen=True)
class LaplacianStack(FrozenRecord):
    """Band-pass levels of a picture, their local energies, and the low-pass residual.

    Attributes
    ----------
    bands : tuple of (h_l, w_l, 3) float32
        Level 0 is the finest and has the picture's size; coarse levels are decimated.
    energies : tuple of (h'_l, w'_l, 3) float32
        Local mean square of each band inside the matte, on still coarser grids.
    residual : (h, w, 3) float32
        What is left below the last level.
    sigmas : tuple of float
        Standard deviation of each level's Gaussian, px of the full picture.
    """

    bands: tuple[np.ndarray, ...]
    energies: tuple[np.ndarray, ...]
    residual: np.ndarray
    sigmas: tuple[float, ...]


def level_sigma(level: int, inter_ocular: float) -> float:
    """Standard deviation of a level's Gaussian, px (Shih 2014, eq. 2, scaled to the face)."""
    return 2.0 ** (level + 1) * inter_ocular / REFERENCE_INTER_OCULAR


def gaussian_blur(values: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian filter with reflected borders; nothing happens below a sigma of .3 px.

    Parameters
    ----------
    values : (H, W) or (H, W, C<=4) float32
    sigma : float
        px.
    """
    if sigma < 0.3:
        return values
    size = 2 * math.ceil(2.5 * sigma) + 1
    blurred = cv2.GaussianBlur(values, (size, size), sigma, borderType=cv2.BORDER_REFLECT_101)
    return blurred.reshape(values.shape)


def build_stack(
    lab: np.ndarray,
    matte: np.ndarray,
    inter_ocular: float,
    levels: int = LEVELS,
    *,
    energies: bool = True,
    in_place: bool = False,
) -> LaplacianStack:
    """Split a picture into a Laplacian stack by normalized convolution inside a matte.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab/100.
    matte : (H, W) float32
        Weight of each pixel in [0, 1]; what lies outside does not leak in.
    inter_ocular : float
        Inter-ocular distance, px: the unit of the levels' sigmas.
    levels : int
    energies : bool
        Compute the bands' energies; where the gains are known already, nobody asks for them.
    in_place : bool
        Let the finest band take the memory of `lab`, which is lost then.

    Notes
    -----
    Shih et al. keep every level at full size. A Gaussian of more than 2.5 px is computed on a
    halved grid here, which costs a tenth and changes nothing that the eye can see.
    """
    mean = cv2.mean(lab, (matte > 0.5).astype(np.uint8))[:3]
    current, level_matte = lab, matte
    weighted = lab  # before the first level
    bands, local_energies, sigmas = [], [], []
    decimation, reached = 1, 0.0
    for level in range(levels):
        sigma = level_sigma(level, inter_ocular)
        halve = sigma / decimation >= _DECIMATE_AT and min(current.shape[:2]) > 8
        blur = functools.partial(
            _filtered, sigma=math.sqrt(sigma**2 - reached**2) / decimation, halve=halve
        )
        weighted = blur(weighted) if level else weighted_channels(lab, matte, blur)
        low = normalized(weighted, _FLOOR, mean)
        band = _difference(current, low, lab if in_place and level == 0 else None)
        bands.append(band)
        if energies:
            local_energies.append(_local_energy(band, level_matte, sigma / decimation))
        sigmas.append(sigma)
        if halve:
            level_matte = half_size(level_matte)
            decimation *= 2
        current, reached = low, sigma
    return LaplacianStack(tuple(bands), tuple(local_energies), current, tuple(sigmas))


def collapse_stack(
    stack: LaplacianStack,
    gains: list[np.ndarray],
    residual: np.ndarray,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Multiply each band by its gain map and add everything up (Shih et al. 2014, eq. 5).

    Parameters
    ----------
    stack : LaplacianStack
    gains : list of (h, w, 3) float32
        One gain map for each band, of any size.
    residual : (h, w, 3) float32
        What replaces the stack's own residual.
    out : (H, W, 3) float32, optional
        Where the result goes, such as the memory of the finest band.

    Returns
    -------
    (H, W, 3) float32
        Lab/100.
    """
    total = residual
    for band, gain in zip(reversed(stack.bands), reversed(gains), strict=True):
        is_last = out is not None and band is stack.bands[0]
        below, total = total, out if is_last and out is not None else np.empty_like(band)
        for rows in _rows_of(band):
            scaled = _like(gain, band, rows)
            scaled = np.multiply(band[rows], scaled, out=scaled if scaled.base is None else None)
            np.add(_like(below, band, rows), scaled, out=total[rows])
    return total


def reduced(image: np.ndarray, scale: float) -> np.ndarray:
    """Reduce a picture by area averaging; one as narrow as a line keeps one pixel.

    Parameters
    ----------
    image : (H, W) or (H, W, C) uint8 or float32
    scale : float
        From 1 of its size on it is returned as it is.
    """
    if scale >= 1:
        return image
    height, width = image.shape[:2]
    if round(min(height, width) * scale) < 1:  # OpenCV refuses sides of 0 px
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        return cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def half_size(values: np.ndarray) -> np.ndarray:
    """Halve a picture by area averaging, rounding the size up."""
    height, width = values.shape[:2]
    size = ((width + 1) // 2, (height + 1) // 2)
    return cv2.resize(values, size, interpolation=cv2.INTER_AREA)


def _filtered(values: np.ndarray, sigma: float, halve: bool) -> np.ndarray:
    """Blurred, and halved where the blur leaves nothing that the half size cannot hold."""
    if halve and sigma >= 2 * _DECIMATE_AT:
        # blurred at half size it takes an eighth of the time; a box of 2 px has variance 1/4
        return gaussian_blur(half_size(values), math.sqrt(sigma**2 - 0.25) / 2)
    blurred = gaussian_blur(values, sigma)
    return half_size(blurred) if halve else blurred


def _difference(current: np.ndarray, low: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    """What a level has beyond the next one."""
    band = np.empty_like(current) if out is None else out
    for rows in _rows_of(current):
        np.subtract(current[rows], _like(low, current, rows), out=band[rows])
    return band


def _local_energy(band: np.ndarray, matte: np.ndarray, sigma: float) -> np.ndarray:
    """Mean square of a band around each pixel, inside the matte (Shih et al. 2014, eq. 3)."""
    # energies are smooth: a coarser grid holds them
    halvings = 0
    height, width = band.shape[:2]
    while halvings < 2 and sigma >= 1.2 and min(height, width) > 8:
        height, width = (height + 1) // 2, (width + 1) // 2
        sigma /= 2
        halvings += 1

    def smoothed(values: np.ndarray) -> np.ndarray:
        for _ in range(halvings):
            values = half_size(values)
        return gaussian_blur(values, sigma)

    return normalized(weighted_channels(band, matte, smoothed, squared=True), _FLOOR)


def _rows_of(picture: np.ndarray) -> Iterator[slice]:
    """Bands of a large picture; a small one is resized faster in one piece."""
    height, width = picture.shape[:2]
    return row_bands(height, width) if height * width > _LARGE else iter([slice(0, height)])


def _like(values: np.ndarray, other: np.ndarray, rows: slice) -> np.ndarray:
    """Some rows of `values` at the size of `other`."""
    height, width = other.shape[:2]
    return resized_rows(values, (height, width), rows)
