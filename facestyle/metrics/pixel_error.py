"""PSNR: the logarithm of the mean square error."""

import numpy as np

from facestyle.metrics.inputs import Image, check_pair, unit_range, weights


def psnr(result: Image, truth: Image, mask: Image | None = None) -> float:
    """Return the peak signal-to-noise ratio of the masked pixels.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        Pictures of the same shape; the mean square error is taken over the channels too.
    mask : (H, W), optional
        Weight of each pixel, 0 or more.

    Returns
    -------
    float
        Decibels, 0 or more for pictures in range; infinite for equal pictures; higher is better.

    Raises
    ------
    UsageError
        If the pictures differ in shape, or the mask does not fit.

    References
    ----------
    Huynh-Thu, Ghanbari: Scope of Validity of PSNR in Image/Video Quality Assessment.
    Electronics Letters 2008.
    """
    check_pair(result, truth)
    square = (unit_range(result).astype(np.float64) - unit_range(truth)) ** 2
    if square.ndim == 3:
        square = square.mean(axis=2)
    error = float((square * weights(mask, square.shape)).sum())
    return float("inf") if error == 0 else -10 * float(np.log10(error))
