"""GMSD: how unevenly are the edges of a picture damaged?"""

import cv2
import numpy as np
from numpy.typing import NDArray

from facestyle.metrics.inputs import Image, check_pair, gray, weights

STABILITY = 170 / 255**2  # Xue et al. 2014, section II: c = 170 for gray levels 0-255


def gmsd(result: Image, truth: Image, mask: Image | None = None) -> float:
    """Return the gradient magnitude similarity deviation inside the mask.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        Pictures of the same shape.
    mask : (H, W), optional
        Weight of each pixel, 0 or more.

    Returns
    -------
    float
        In [0, .5]; 0 for equal pictures; lower is better.

    Raises
    ------
    UsageError
        If the pictures differ in shape, or the mask does not fit.

    References
    ----------
    Xue, Zhang, Mou, Bovik: Gradient Magnitude Similarity Deviation: A Highly Efficient
    Perceptual Image Quality Index. IEEE TIP 2014, equations 3-6; Prewitt gradients at half
    size, of the gray pictures.
    """
    check_pair(result, truth)
    ours, theirs = _gradient_magnitude(gray(result)), _gradient_magnitude(gray(truth))
    similarity = (2 * ours * theirs + STABILITY) / (ours**2 + theirs**2 + STABILITY)
    half_mask = None
    if mask is not None:
        weights(mask, result.shape[:2])  # validates the full-size mask
        size = (similarity.shape[1], similarity.shape[0])
        half_mask = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    w = weights(half_mask, similarity.shape)
    mean = (similarity * w).sum()
    return float(np.sqrt((((similarity - mean) ** 2) * w).sum()))


def _gradient_magnitude(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Prewitt gradient magnitude of the picture at half its size."""
    half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    prewitt = np.array([[1, 0, -1]] * 3, np.float32) / 3
    horizontal, vertical = cv2.filter2D(half, -1, prewitt), cv2.filter2D(half, -1, prewitt.T)
    return np.asarray(np.sqrt(horizontal**2 + vertical**2))
