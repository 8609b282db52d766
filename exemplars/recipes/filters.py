"""Small image filters that the recipes share."""

from __future__ import annotations

import cv2
import numpy as np

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def blur(values: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur of (H, W) or (H, W, 3) values; a wide one is computed on a reduced copy."""
    height, width = values.shape[:2]
    step = max(1, int(sigma / 4))
    if step > 1:
        small = (max(2, width // step), max(2, height // step))
        values = cv2.resize(values, small, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(values, (0, 0), sigma / step, borderType=cv2.BORDER_REFLECT_101)
    if step > 1:
        blurred = cv2.resize(blurred, (width, height), interpolation=cv2.INTER_CUBIC)
    return blurred


def masked_blur(values: np.ndarray, weight: np.ndarray, sigma: float) -> np.ndarray:
    """Normalized convolution: the weighted mean in a Gaussian neighborhood."""
    total = blur(weight, sigma) + 1e-4
    if values.ndim == 3:
        return blur(values * weight[..., None], sigma) / total[..., None]
    return blur(values * weight, sigma) / total


def fill_from(values: np.ndarray, weight: np.ndarray, sigmas: tuple[float, ...]) -> np.ndarray:
    """Spread `values` from where `weight` is 1 to everywhere, near neighbors first."""
    total = np.zeros(weight.shape, np.float32)
    filled = np.zeros_like(values)
    for level, sigma in enumerate(sigmas):
        trust = np.float32(1e-2**level)
        filled += trust * blur(values * weight[..., None], sigma)
        total += trust * blur(weight, sigma)
    return filled / (total[..., None] + 1e-12)


def luminance(rgb: np.ndarray) -> np.ndarray:
    """Rec. 709 luma of gamma-encoded RGB, (H, W)."""
    return rgb @ LUMA


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """Rise smoothly from 0 at `low` to 1 at `high`."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def noise(shape: tuple[int, ...], sigma: float, rng: np.random.Generator) -> np.ndarray:
    """Gaussian noise of unit variance, low-passed at `sigma` px."""
    values = rng.standard_normal(shape).astype(np.float32)
    if sigma > 0:
        values = blur(values, sigma)
    return values / values.std()


def guided_filter(guide: np.ndarray, values: np.ndarray, radius: float, eps: float) -> np.ndarray:
    """Smooth `values` but for the edges of a gray guide (He et al. 2010, with Gaussian windows)."""
    if values.ndim == 3:
        planes = [guided_filter(guide, values[..., c], radius, eps) for c in range(3)]
        return np.dstack(planes)
    mean_g, mean_v = blur(guide, radius), blur(values, radius)
    slope = (blur(guide * values, radius) - mean_g * mean_v) / (
        blur(guide * guide, radius) - mean_g**2 + eps
    )
    return blur(slope, radius) * guide + blur(mean_v - slope * mean_g, radius)
