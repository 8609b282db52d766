"""The guided filter (He, Sun and Tang 2010), plain, subsampled and weighted."""

from __future__ import annotations

import cv2
import numpy as np


def guided_filter(
    guide: np.ndarray,
    source: np.ndarray,
    radius: float,
    epsilon: float,
    *,
    weight: np.ndarray | None = None,
    subsample: int = 1,
) -> np.ndarray:
    """Filter `source` so that its edges follow those of `guide`.

    Parameters
    ----------
    guide : (H, W) float32
        Gray guide in [0, 1].
    source : (H, W) or (H, W, C) float32
        What is filtered.
    radius : float
        Radius of the box window, px.
    epsilon : float
        Variance of the guide below which an area counts as flat.
    weight : (H, W) float32, optional
        Confidence of each pixel; statistics are normalized by it.
    subsample : int
        Compute the coefficients on a copy reduced by this factor (He and Sun 2015).

    Returns
    -------
    ndarray
        Shape of `source`, float32.
    """
    slope, offset = guided_coefficients(
        _reduce(guide, subsample),
        _reduce(source, subsample),
        radius / subsample,
        epsilon,
        weight=None if weight is None else _reduce(weight, subsample),
    )
    return apply_coefficients(guide, slope, offset)


def guided_coefficients(
    guide: np.ndarray,
    source: np.ndarray,
    radius: float,
    epsilon: float,
    *,
    weight: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Averaged slope and offset of the local model source = slope * guide + offset (eq. 5-8).

    Parameters
    ----------
    guide : (H, W) float32
        Gray guide in [0, 1].
    source : (H, W) or (H, W, C) float32
        What is filtered.
    radius : float
        Of the box window, px.
    epsilon : float
        Variance of the guide below which an area counts as flat.
    weight : (H, W) float32, optional
        Confidence of each pixel.

    Returns
    -------
    slope, offset : ndarray
        Shape of `source`, float32.
    """
    size = 2 * max(1, round(radius)) + 1

    confidence = None if weight is None else weight + np.float32(1e-3)
    total = None if confidence is None else box_filter(confidence, size)

    def mean(values: np.ndarray) -> np.ndarray:
        """Mean over the window, by confidence."""
        if confidence is None or total is None:
            return box_filter(values, size)
        if values.ndim == 2:
            return box_filter(values * confidence, size) / total
        return box_filter(values * confidence[..., None], size) / total[..., None]

    channels = source[..., None] if source.ndim == 2 else source
    mean_guide = mean(guide)
    variance = mean(guide * guide) - mean_guide * mean_guide
    mean_source = mean(channels)
    covariance = mean(channels * guide[..., None])
    covariance -= mean_guide[..., None] * mean_source
    slope = covariance / (np.maximum(variance, 0)[..., None] + np.float32(epsilon))
    offset = mean(mean_source - slope * mean_guide[..., None])
    slope = mean(slope)
    if source.ndim == 2:
        return slope[..., 0], offset[..., 0]
    return slope, offset


def apply_coefficients(guide: np.ndarray, slope: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Evaluate the local linear model on a guide of any size.

    Parameters
    ----------
    guide : (H, W) float32
    slope, offset : (h, w) or (h, w, C) float32
        From `guided_coefficients`, at the guide's size or smaller.

    Returns
    -------
    (H, W) or (H, W, C) float32
    """
    height, width = guide.shape
    if slope.shape[:2] != guide.shape:
        slope = resize_channels(slope, width, height)
        offset = resize_channels(offset, width, height)
    factor = guide if slope.ndim == 2 else guide[..., None]
    fitted = slope * factor
    fitted += offset
    return fitted


def box_filter(values: np.ndarray, size: int) -> np.ndarray:
    """Mean over a size x size window, (H, W) or (H, W, C) with any number of channels."""
    if values.ndim == 2 or values.shape[2] <= 4:
        blurred = cv2.blur(values, (size, size), borderType=cv2.BORDER_REFLECT_101)
        return blurred.reshape(values.shape)
    parts = [
        box_filter(np.ascontiguousarray(values[..., i : i + 4]), size)
        for i in range(0, values.shape[2], 4)
    ]
    return np.concatenate(parts, axis=2)


def resize_channels(
    values: np.ndarray, width: int, height: int, interpolation: int = cv2.INTER_LINEAR
) -> np.ndarray:
    """Resize (H, W) or (H, W, C) arrays with any number of channels.

    Parameters
    ----------
    values : (H, W) or (H, W, C) float32
    width, height : int
        Of the result, px.
    interpolation : int
        OpenCV's.

    Returns
    -------
    ndarray
        `values` itself where the size is the same.
    """
    if values.shape[:2] == (height, width):
        return values
    if values.ndim == 2 or values.shape[2] <= 4:
        resized = cv2.resize(values, (width, height), interpolation=interpolation)
        return resized.reshape((height, width, *values.shape[2:]))
    parts = [
        resize_channels(np.ascontiguousarray(values[..., i : i + 4]), width, height, interpolation)
        for i in range(0, values.shape[2], 4)
    ]
    return np.concatenate(parts, axis=2)


def _reduce(values: np.ndarray, factor: int) -> np.ndarray:
    if factor == 1:
        return values
    height, width = values.shape[:2]
    return resize_channels(
        values, max(2, width // factor), max(2, height // factor), cv2.INTER_AREA
    )
