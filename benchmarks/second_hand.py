"""Another artist, made from the drawings of one: darker, softer, hatched by a rule.

What is tuned on one hand only shows here. The drawings keep their shapes; their own fine strokes
are blurred away, their tones bent, and parallel strokes laid over the shades, crossed in the
darkest.
"""

import zlib

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]

_GAMMA = 1.4  # of the tones: darker halves
_SOFT = 0.7  # sigma, px: takes most of the first hand's strokes away
_LENGTH, _WIDTH = 13, 0.6  # of a stroke, px: its whole length, and sigma across
_DEPTH = 0.09  # of the strokes at full shade, standard deviation
# direction in degrees, and the shade from which strokes are laid
_LAYERS = ((35.0, 0.05), (110.0, 0.45))


def redraw(drawing: Image, name: str) -> Image:
    """Draw with the second hand what the first has drawn.

    Parameters
    ----------
    drawing : (H, W, 3) float32
        In [0, 1].
    name : str
        Of the sitter: no two drawings have the same strokes.

    Returns
    -------
    (H, W, 3) float32
        Gray.
    """
    random = np.random.default_rng(zlib.crc32(name.encode()))
    tone = cv2.cvtColor(cv2.GaussianBlur(drawing, (0, 0), _SOFT), cv2.COLOR_RGB2GRAY) ** _GAMMA
    shade, result = 1 - tone, tone.copy()
    for degrees, least in _LAYERS:
        grain = random.standard_normal(tone.shape).astype(np.float32)
        strokes = cv2.filter2D(grain, -1, _stroke(degrees))
        result += _DEPTH * strokes / strokes.std() * np.clip((shade - least) / (1 - least), 0, 1)
    return np.repeat(np.clip(result, 0, 1)[..., None], 3, axis=2).astype(np.float32)


def _stroke(degrees: float) -> Image:
    """One stroke, (side, side)."""
    reach = _LENGTH // 2 + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    angle = np.deg2rad(degrees)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    stroke = np.exp(-0.5 * (across / _WIDTH) ** 2) * (np.abs(along) <= _LENGTH / 2)
    return stroke.astype(np.float32)
