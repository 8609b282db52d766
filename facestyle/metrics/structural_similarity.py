"""SSIM and MS-SSIM: do two pictures have the same local structure, at one scale or at five?"""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.metrics import structural_similarity

from facestyle.errors import UsageError
from facestyle.metrics.inputs import Image, check_pair, gray, weights

SIGMA = 1.5  # Wang et al. 2004, section III.C: an 11x11 Gaussian window
RADIUS = 5  # px: the 11 x 11
C1, C2 = 0.01**2, 0.03**2  # equations 7 and 9, for values in [0, 1]
SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # Wang et al. 2003, section 3.2
SMALLEST = 2 * RADIUS * 2 ** (len(SCALE_WEIGHTS) - 1) + 1  # px: one window at the last scale


def ssim(result: Image, truth: Image, mask: Image | None = None) -> float:
    """Return the masked mean of the structural similarity map of the gray pictures.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        Pictures of the same shape, at least 11 pixels wide and high.
    mask : (H, W), optional
        Weight of each pixel of the map, 0 or more.

    Returns
    -------
    float
        In [-1, 1]; 1 for equal pictures; higher is better. The mean is over all pixels;
        scikit-image's leaves out a border of 5 pixels.

    Raises
    ------
    UsageError
        If the pictures differ in shape or are too small, or the mask does not fit.

    References
    ----------
    Wang, Bovik, Sheikh, Simoncelli: Image Quality Assessment: From Error Visibility to
    Structural Similarity. IEEE TIP 2004, equation 13. Its section III.C sets the Gaussian window
    of sigma 1.5, K1 = .01 and K2 = .03.
    """
    check_pair(result, truth)
    _check_size(result, 2 * RADIUS + 1, "SSIM")
    _, similarity = structural_similarity(
        gray(result),
        gray(truth),
        data_range=1.0,
        full=True,
        gaussian_weights=True,
        sigma=SIGMA,
        use_sample_covariance=False,
    )
    return float((similarity * weights(mask, similarity.shape)).sum())


def ms_ssim(result: Image, truth: Image) -> float:
    """Return the multi-scale structural similarity of the gray pictures.

    Contrast and structure are compared at five scales, each half the size of the one before,
    and luminance at the last; a picture that is right only in its coarse shapes is told from
    one that is right only in its fine ones.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        Pictures of the same shape, at least 161 pixels wide and high.

    Returns
    -------
    float
        In [0, 1]; 1 for equal pictures; higher is better. A scale whose structure is inverted
        counts as 0, as in piq and torchmetrics.

    Raises
    ------
    UsageError
        If the pictures differ in shape or are smaller than 161 pixels.

    References
    ----------
    Wang, Simoncelli, Bovik: Multiscale Structural Similarity for Image Quality Assessment.
    Asilomar 2003, equation 7.
    """
    check_pair(result, truth)
    _check_size(result, SMALLEST, "MS-SSIM")
    first, second = gray(result).astype(np.float64), gray(truth).astype(np.float64)
    product = 1.0
    for scale, weight in enumerate(SCALE_WEIGHTS):
        luminance, structure = _components(first, second)
        last = scale == len(SCALE_WEIGHTS) - 1
        term = float((luminance * structure).mean() if last else structure.mean())
        product *= max(term, 0.0) ** weight
        if not last:
            first, second = _halved(first), _halved(second)
    return float(product)


def _components(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Maps of the luminance term, and of contrast times structure, where the window fits."""
    mean_1, mean_2 = _windowed(first), _windowed(second)
    variances = _windowed(first**2) - mean_1**2 + _windowed(second**2) - mean_2**2
    covariance = _windowed(first * second) - mean_1 * mean_2
    luminance = (2 * mean_1 * mean_2 + C1) / (mean_1**2 + mean_2**2 + C1)
    return luminance, (2 * covariance + C2) / (variances + C2)


def _windowed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gaussian mean around every pixel whose 11x11 window lies inside."""
    blurred = ndimage.gaussian_filter(values, SIGMA, radius=RADIUS)
    return np.asarray(blurred[RADIUS:-RADIUS, RADIUS:-RADIUS])


def _halved(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of 2x2 pixels; an odd last row or column is repeated first."""
    even = np.pad(values, [(0, side % 2) for side in values.shape], mode="edge")
    size = (even.shape[1] // 2, even.shape[0] // 2)
    return np.asarray(cv2.resize(even, size, interpolation=cv2.INTER_AREA))


def _check_size(image: Image, smallest: int, name: str) -> None:
    if min(image.shape[:2]) < smallest:
        raise UsageError(
            f"{name} needs pictures of at least {smallest} px a side; found {image.shape[:2]}: "
            "compare larger pictures"
        )
