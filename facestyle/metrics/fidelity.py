"""How close a result is to the true picture: PSNR, SSIM, colour difference, GMSD."""

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from facestyle.metrics.inputs import (
    Image,
    check_pair,
    eight_bit,
    grey,
    lab,
    unit_range,
    weights,
)

GMSD_STABILITY = 170 / 255**2  # Xue et al. 2014, section II: c = 170 for grey levels 0-255


def fidelity(result: Image, truth: Image, mask: Image | None = None) -> dict[str, float]:
    """Judge a result against the true picture, both as files of 8 bits would hold them.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        sRGB pictures of the same shape.
    mask : (H, W), optional
        Weight of each pixel, 0 or more; all pixels count the same without one.

    Returns
    -------
    dict
        ``psnr`` (dB), ``ssim``, ``delta_e`` (CIE76) and ``gmsd``.
    """
    check_pair(result, truth)
    result, truth = eight_bit(result), eight_bit(truth)
    return {
        "psnr": psnr(result, truth, mask),
        "ssim": ssim(result, truth, mask),
        "delta_e": delta_e(result, truth, mask),
        "gmsd": gmsd(result, truth, mask),
    }


def psnr(result: Image, truth: Image, mask: Image | None = None) -> float:
    """Return the peak signal-to-noise ratio of the masked pixels.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        Pictures of the same shape; the mean square error is taken over the channels too.
    mask : (H, W), optional
        Weight of each pixel.

    Returns
    -------
    float
        Decibels; infinite for equal pictures.
    """
    check_pair(result, truth)
    square = (unit_range(result).astype(np.float64) - unit_range(truth)) ** 2
    if square.ndim == 3:
        square = square.mean(axis=2)
    error = float((square * weights(mask, square.shape)).sum())
    return float("inf") if error == 0 else -10 * float(np.log10(error))


def ssim(result: Image, truth: Image, mask: Image | None = None) -> float:
    """Return the masked mean of the structural similarity map of the grey pictures.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        Pictures of the same shape, at least 11 pixels wide and high.
    mask : (H, W), optional
        Weight of each pixel of the map.

    Returns
    -------
    float
        1 for equal pictures.

    References
    ----------
    Wang, Bovik, Sheikh, Simoncelli: Image Quality Assessment: From Error Visibility to
    Structural Similarity. IEEE TIP 2004. Its section III.C sets the Gaussian window of
    sigma 1.5, K1 = .01 and K2 = .03.
    """
    check_pair(result, truth)
    _, similarity = structural_similarity(
        grey(result),
        grey(truth),
        data_range=1.0,
        full=True,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    return float((similarity * weights(mask, similarity.shape)).sum())


def delta_e(result: Image, truth: Image, mask: Image | None = None) -> float:
    """Return the masked mean colour difference, CIE76.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        sRGB pictures of the same shape.
    mask : (H, W), optional
        Weight of each pixel.

    Returns
    -------
    float
        Mean Euclidean distance in CIE L*a*b* (D65), where white and black are 100 apart.
    """
    check_pair(result, truth)
    distance = np.linalg.norm(lab(result) - lab(truth), axis=2)
    return float((distance * weights(mask, distance.shape)).sum())


def gmsd(result: Image, truth: Image, mask: Image | None = None) -> float:
    """Return the gradient magnitude similarity deviation inside the mask.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        Pictures of the same shape.
    mask : (H, W), optional
        Weight of each pixel.

    Returns
    -------
    float
        0 for equal pictures; lower is better.

    References
    ----------
    Xue, Zhang, Mou, Bovik: Gradient Magnitude Similarity Deviation: A Highly Efficient
    Perceptual Image Quality Index. IEEE TIP 2014, equations 3-6; Prewitt gradients at half
    size, of the grey pictures.
    """
    check_pair(result, truth)
    ours, theirs = _gradient_magnitude(grey(result)), _gradient_magnitude(grey(truth))
    similarity = (2 * ours * theirs + GMSD_STABILITY) / (ours**2 + theirs**2 + GMSD_STABILITY)
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
