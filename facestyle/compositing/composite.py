"""Putting the stylized person back into the picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facestyle.compositing.foreground import EdgeTile
from facestyle.imaging.normalized_convolution import expanded
from facestyle.imaging.resampling import resized_window
from facestyle.row_bands import row_bands


def composite(
    image: np.ndarray,
    matte: np.ndarray,
    layers: tuple[np.ndarray, np.ndarray],
    stylized: np.ndarray,
    background: np.ndarray | None,
    strength: float = 1.0,
) -> np.ndarray:
    """Place the stylized person before a new background, or before its own.

    What the matte's two layers do not explain of the picture (a strand of hair that the matte
    missed) stays as far as the background stays, so that nothing changes at strength 0.

    Parameters
    ----------
    image : (H, W, 3) float32
        The input, sRGB in [0, 1].
    matte : (H, W) float32
    layers : (foreground, background), each (H, W, 3) float32
        From `separate_layers`.
    stylized : (H, W, 3) float32
        The person in the new style; replaces the foreground layer.
    background : (H, W, 3) float32, (3,) float32 or None
        What goes behind; None keeps the input's own background.
    strength : float
        How much of the new background to take.

    Returns
    -------
    (H, W, 3) float32
        In [0, 1].
    """
    foreground, behind = layers
    opacity = expanded(matte)
    # what the layers say, and what they don't explain
    person = foreground - behind
    person *= opacity
    unexplained = image - behind
    unexplained -= person
    if background is not None:
        share = np.float32(min(strength, 1.0))
        behind = behind + share * (background - behind)
        unexplained *= 1 - share
    result = stylized - behind
    result *= opacity
    result += behind
    result += unexplained
    return np.clip(result, 0, 1, out=result)


def composite_edges(
    image: np.ndarray,
    matte: np.ndarray,
    tiles: Sequence[EdgeTile],
    stylized: np.ndarray,
    background: np.ndarray | None,
    strength: float = 1.0,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """What `composite` makes of layers that are known at the matte's soft edge alone.

    Parameters
    ----------
    image : (H, W, 3) float32
        The input, sRGB in [0, 1].
    matte : (H, W) float32
    tiles : sequence of EdgeTile
        From `separate_edges`.
    stylized : (H, W, 3) float32
        The person in the new style.
    background : (h, w, 3) float32, (3,) float32 or None
        What goes behind, enlarged where it is smaller (cubic interpolation); None keeps the
        input's own background.
    strength : float
        How much of the new background to take.
    out : (H, W, 3) float32, optional
        Where the result goes, such as the memory of `stylized`.

    Returns
    -------
    (H, W, 3) float32
        In [0, 1].
    """
    height, width = matte.shape
    result = np.empty_like(image) if out is None else out

    def behind(rows: slice, columns: slice) -> np.ndarray | None:
        if background is None or background.ndim == 1:
            return background
        if background.shape[:2] == matte.shape:
            return background[rows, columns]
        return resized_window(background, matte.shape, rows, columns, cubic=True)

    soft = []
    for tile in tiles:
        at = tile.place
        layers = (tile.foreground, tile.background)
        soft.append(composite(image[at], matte[at], layers, stylized[at], behind(*at), strength))
    for rows in row_bands(height, width):
        _place(image, matte, stylized, behind(rows, slice(0, width)), strength, rows, result)
    for tile, done in zip(tiles, soft, strict=True):
        result[tile.place] = done
    return result


def _place(
    image: np.ndarray,
    matte: np.ndarray,
    stylized: np.ndarray,
    background: np.ndarray | None,
    strength: float,
    rows: slice,
    result: np.ndarray,
) -> None:
    """Composite some rows where the matte is hard: there, the layers are the picture itself."""
    own, opacity = image[rows], expanded(matte[rows])
    if background is not None:
        own = own + np.float32(min(strength, 1.0)) * (background - own)
    band = stylized[rows] - own
    band *= opacity
    band += own
    np.clip(band, 0, 1, out=result[rows])
