"""A result that was redrawn small, carried up to the size of the picture."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.imaging.guided_filter import apply_coefficients, guided_coefficients

# window of the local model, px of the small result, and the variance of luma that counts as flat:
# a few strokes wide, and above the noise of a photograph
_RADIUS, _EPSILON = 4.0, 1e-3
# how much strokes are sharpened when enlarged twice or more, the radius in px of the small result,
# and the contrast below which it is grain that is sharpened less; chosen on a portrait of 12 MP, at
# 100 %: 3 in two rounds hardens everything to cut paper
_SHARPENED, _SOFT, _CONTRAST = 2.0, 0.9, 0.25


def enlarged_like(result: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """Bring a result to its picture's size, with the picture's edges (joint upsampling).

    The result is a local linear model of the picture's luma (He and Sun 2015), which is evaluated
    at full size, and the strokes that the model does not explain, enlarged cubically. Edges of
    strokes are as sharp at full size as they were in the result.

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
    enlarged = apply_coefficients(luma, slope, offset)
    unexplained = result - apply_coefficients(small, slope, offset)
    for channel in range(3):  # one by one, to spare memory
        strokes = np.ascontiguousarray(unexplained[..., channel])
        enlarged[..., channel] += _enlarge_sharply(strokes, (height, width))
    return np.clip(enlarged, 0, 1, out=enlarged)


def _enlarge_sharply(strokes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Enlarge one channel of strokes, (h, w), with edges as sharp as a larger picture's.

    An unsharp mask that goes no further than the neighboring pixels, so that no halos appear.
    """
    scale = size[0] / strokes.shape[0]
    square = np.ones((3, 3), np.uint8)
    lowest, highest = cv2.erode(strokes, square), cv2.dilate(strokes, square)
    amount = _SHARPENED * min(1.0, scale - 1)
    share = amount * np.clip((highest - lowest) / _CONTRAST, 0, 1)
    low, high, share = (
        cv2.resize(a, size[::-1], interpolation=cv2.INTER_LINEAR) for a in (lowest, highest, share)
    )
    enlarged = cv2.resize(strokes, size[::-1], interpolation=cv2.INTER_CUBIC)
    share *= enlarged - cv2.GaussianBlur(enlarged, (0, 0), _SOFT * scale)
    return np.clip(enlarged + share, low, high)
