"""Colors of the person and of what is behind, at the matte's soft edge."""

from __future__ import annotations

import numpy as np

from facestyle.imaging.guided_filter import box_filter, resize_channels
from facestyle.imaging.normalized_convolution import expanded, normalized, premultiplied


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
    # the wide window is smooth: a reduced copy is enough to start from
    reduction = max(1, int(0.35 * inter_ocular / 8))
    height, width = matte.shape
    small = (max(8, width // reduction), max(8, height // reduction))
    small_image = resize_channels(image, *small, interpolation=3)
    small_matte = resize_channels(matte, *small, interpolation=3)
    means = _window_means(small_image, small_image, small_matte, 0.35 * inter_ocular / reduction)
    mean_foreground, mean_background = (resize_channels(m, width, height) for m in means)
    foreground = _fuse(image, matte, mean_foreground, mean_background)
    means = _window_means(foreground, mean_background, matte, max(2.0, 0.03 * inter_ocular))
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
