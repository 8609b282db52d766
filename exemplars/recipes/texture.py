"""What enlarging cannot bring back: skin relief, strand contrast and film grain."""

from __future__ import annotations

import cv2
import numpy as np

from recipes.faces import Face
from recipes.filters import blur, masked_blur, noise
from recipes.relight import skin_mask

# RMS of the luma's Laplacian levels inside the face, sigma_l = 2^(l + 1) iod / 250:
# typical of sharp studio headshots
LEVELS = 5


def skin_relief(
    face: Face, shape: tuple[int, ...], light: tuple[float, float], rng: np.random.Generator
) -> np.ndarray:
    """Relative brightness of pores and fine folds under a raking light, about +-1, (H, W)."""
    unit = face.inter_ocular
    height = np.zeros(shape[:2], np.float32)
    for sigma, weight in ((0.0045, 1.0), (0.008, 0.8), (0.016, 0.3)):
        field = noise(shape[:2], sigma * unit, rng)
        # pores are pits: round bottoms, flat rims
        height -= weight * sigma * unit * np.maximum(field, 0)
    slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    relief = light[0] * slope_x + light[1] * slope_y
    relief /= relief.std()
    # some patches of skin are smoother than others
    patches = 1 + 0.35 * noise(shape[:2], 0.18 * unit, rng)
    return np.clip(relief, -3, 3) * np.clip(patches, 0.3, 1.7) * skin_mask(face, shape)


def lift_levels(
    luma: np.ndarray, matte: np.ndarray, face: Face, targets: tuple[float, ...], limit: float = 2.2
) -> np.ndarray:
    """Scale each Laplacian level so that its RMS inside the face reaches the set's target.

    The gain is the same over the whole level (no halos from local gains) and lies within
    [1 / limit, limit].
    """
    hull = np.zeros(luma.shape, np.float32)
    cv2.fillConvexPoly(hull, cv2.convexHull(face.outline.astype(np.int32)), 1.0)
    hull *= matte
    result, current = np.zeros_like(luma), luma
    for level, target in enumerate(targets):
        low = masked_blur(luma, matte, 2.0 ** (level + 1) * face.inter_ocular / 250)
        detail = current - low
        rms = float(np.sqrt((detail**2 * hull).sum() / hull.sum()))
        gain = float(np.clip(target / max(rms, 1e-6), 1 / limit, limit))
        # big edges are strong enough already: compress what is far above the level's RMS
        knee = 4 * target
        result += knee * np.tanh(gain * detail / knee)
        current = low
    return result + current


def film_grain(
    luma: np.ndarray, amount: float, rng: np.random.Generator, size: float = 0.75
) -> np.ndarray:
    """Grain to add to an encoded luma picture: strongest in the mid-tones, (H, W)."""
    grain = 0.75 * noise(luma.shape, size, rng) + 0.45 * noise(luma.shape, 2 * size, rng)
    middle = 0.35 + 0.65 * np.clip(4 * luma * (1 - luma), 0, 1) ** 0.7
    return amount * grain * blur(middle, 1.5)
