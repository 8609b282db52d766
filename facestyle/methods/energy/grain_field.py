"""Film grain on a picture: noise of a grain's size and, at each tone, of its strength."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np

from facestyle.methods.energy.film_grain import TONES, Grain
from facestyle.row_bands import row_bands

# sigma of a Gaussian that averages as much as a pixel does, px (a box of 1 px)
_PIXEL = 12**-0.5
_LEVELS = np.linspace(0, 1, 256)


def add_grain(
    image: np.ndarray,
    grain: Grain,
    inter_ocular: float,
    *,
    seed: int,
    behind: Grain | None = None,
    matte: np.ndarray | None = None,
) -> None:
    """Add grain to a picture, in place.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    grain : Grain
        Of the person; or of the whole picture, without a matte.
    inter_ocular : float
        Of the picture, px.
    seed : int
    behind : Grain, optional
        Of the background, as strong or stronger: the same field goes on there. None: none.
    matte : (H, W) float32, optional
        Opacity of the person.
    """
    sigma, share = printed(grain, inter_ocular)
    person = _strengths(grain, share)
    rest = np.zeros_like(person) if behind is None else _strengths(behind, share)
    for rows, field in grain_field(image.shape[:2], sigma, seed):
        band = image[rows]
        level = cv2.cvtColor(band, cv2.COLOR_RGB2GRAY)
        level = cv2.convertScaleAbs(level, alpha=255)
        strength = cv2.LUT(level, person)
        if matte is not None:
            outside = cv2.LUT(level, rest)
            strength = outside + matte[rows] * (strength - outside)
        field *= strength
        band += cv2.cvtColor(field, cv2.COLOR_GRAY2RGB)
        np.clip(band, 0, 1, out=band)


def printed(grain: Grain, inter_ocular: float) -> tuple[float, float]:
    """Sigma of a grain in a picture, px, and the share of its strength that pixels leave of it.

    Parameters
    ----------
    grain : Grain
    inter_ocular : float
        Of the picture, px.

    Returns
    -------
    sigma, share : float
    """
    scale = inter_ocular / grain.unit
    if scale >= 1:
        return grain.sigma * scale, 1.0
    # pixels average over more grains; white noise keeps its power on an area
    finest = math.sqrt(max(grain.sigma**2 - _PIXEL**2, 0))
    sigma = math.hypot(finest * scale, _PIXEL)
    return sigma, min(1.0, grain.sigma * scale / sigma)


def grain_field(
    shape: tuple[int, int], sigma: float, seed: int
) -> Iterator[tuple[slice, np.ndarray]]:
    """Make Gaussian noise of deviation 1 a band of rows at a time, as if at once.

    Parameters
    ----------
    shape : (int, int)
        Of the picture, px.
    sigma : float
        Of the Gaussian, px.
    seed : int

    Yields
    ------
    rows : slice
    field : (rows, W) float32
    """
    height, width = shape
    radius = math.ceil(3 * sigma)
    kernel = cv2.getGaussianKernel(2 * radius + 1, sigma, cv2.CV_32F)
    kernel /= np.sqrt(np.square(kernel).sum())
    random = np.random.default_rng([seed, 0x6741])
    alone = np.ones(1, np.float32)
    across = np.empty((0, width), np.float32)  # white noise, smoothed along its rows
    for rows in row_bands(height, width, multiple=2 * radius):
        more = rows.stop + 2 * radius - rows.start - len(across)
        white = random.standard_normal((more, width + 2 * radius), np.float32)
        fresh = cv2.sepFilter2D(white, -1, kernel, alone)[:, radius : radius + width]
        across = np.concatenate([across, fresh])
        last = len(across) - radius
        yield rows, cv2.sepFilter2D(across, -1, alone, kernel)[radius:last]
        across = across[len(across) - 2 * radius :]


def _strengths(grain: Grain, share: float) -> np.ndarray:
    """Deviation at each of 256 levels of luma, (256,) float32."""
    return (share * np.interp(_LEVELS, TONES, grain.by_tone)).astype(np.float32)
