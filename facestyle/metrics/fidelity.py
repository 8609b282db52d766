"""Four measures of how close a result is to the true picture, in one call."""

from facestyle.metrics.color_difference import delta_e_76
from facestyle.metrics.gradient_similarity import gmsd
from facestyle.metrics.inputs import Image, check_pair, eight_bit
from facestyle.metrics.pixel_error import psnr
from facestyle.metrics.structural_similarity import ssim


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
        ``psnr`` (dB), ``ssim``, ``delta_e`` (CIE 1976) and ``gmsd``.

    Raises
    ------
    UsageError
        If the pictures differ in shape, or the mask does not fit.
    """
    check_pair(result, truth)
    result, truth = eight_bit(result), eight_bit(truth)
    return {
        "psnr": psnr(result, truth, mask),
        "ssim": ssim(result, truth, mask),
        "delta_e": delta_e_76(result, truth, mask),
        "gmsd": gmsd(result, truth, mask),
    }
