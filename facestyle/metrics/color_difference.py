"""CIE color differences: how far apart are the colors of two pictures, as an eye sees them?"""

import numpy as np
from skimage.color import deltaE_ciede2000

from facestyle.metrics.inputs import Image, check_pair, lab, weights


def delta_e_76(result: Image, truth: Image, mask: Image | None = None) -> float:
    """Return the masked mean color difference, CIE 1976.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        sRGB pictures of the same shape.
    mask : (H, W), optional
        Weight of each pixel, 0 or more.

    Returns
    -------
    float
        0 or more; 0 for equal pictures; lower is better. Mean Euclidean distance in CIE L*a*b*
        (D65), where white and black are 100 apart.

    Raises
    ------
    UsageError
        If the pictures differ in shape, or the mask does not fit.

    References
    ----------
    ISO/CIE 11664-4:2019, formerly CIE 15, section 8.2.1: the L*a*b* color difference.
    """
    check_pair(result, truth)
    distance = np.linalg.norm(lab(result) - lab(truth), axis=2)
    return float((distance * weights(mask, distance.shape)).sum())


def delta_e_2000(result: Image, truth: Image, mask: Image | None = None) -> float:
    """Return the masked mean color difference, CIEDE2000.

    It corrects what CIE 1976 overstates: differences of saturated colors, and of blues.

    Parameters
    ----------
    result, truth : (H, W, 3) or (H, W), float in [0, 1] or uint8
        sRGB pictures of the same shape.
    mask : (H, W), optional
        Weight of each pixel, 0 or more.

    Returns
    -------
    float
        0 or more; 0 for equal pictures; lower is better. White and black are 100 apart.

    Raises
    ------
    UsageError
        If the pictures differ in shape, or the mask does not fit.

    References
    ----------
    Sharma, Wu, Dalal: The CIEDE2000 Color-Difference Formula. Color Research and Application
    2005, equations 2-22; scikit-image's implementation, with kL = kC = kH = 1.
    """
    check_pair(result, truth)
    distance = deltaE_ciede2000(lab(result).astype(np.float64), lab(truth).astype(np.float64))
    return float((distance * weights(mask, distance.shape)).sum())
