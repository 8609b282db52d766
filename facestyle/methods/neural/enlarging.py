"""A result that was redrawn small, carried up to the size of the picture."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.imaging.guided_filter import apply_coefficients, guided_coefficients

# window of the local model, px of the small result, and the variance of luma that counts as flat:
# a few strokes wide, and above the noise of a photograph
_RADIUS, _EPSILON = 4.0, 1e-3


def enlarged_like(result: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """Bring a result to its picture's size, with the picture's edges (joint upsampling).

    The result is a local linear model of the picture's luma (He and Sun 2015), which is evaluated
    at full size, and the strokes that the model does not explain, enlarged cubically.

    Parameters
    ----------
    result : (h, w, 3) float32
        sRGB in [0, 1].
    picture : (H, W, 3) float32
        What was redrawn, at its own size.

    Returns
    -------
    (H, W, 3) float32
        `result` itself where the sizes are equal.
    """
    height, width = picture.shape[:2]
    rows, columns = result.shape[:2]
    if (rows, columns) == (height, width):
        return result
    if rows > height or columns > width:
        return cv2.resize(result, (width, height), interpolation=cv2.INTER_AREA)
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(luma, (columns, rows), interpolation=cv2.INTER_AREA)
    slope, offset = guided_coefficients(small, result, _RADIUS, _EPSILON)
    unexplained = result - apply_coefficients(small, slope, offset)
    strokes = cv2.resize(unexplained, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(apply_coefficients(luma, slope, offset) + strokes, 0, 1)
