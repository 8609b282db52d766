"""How much there is to see behind a person: things behind an exemplar come back behind others."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.imaging.normalized_convolution import normalized, premultiplied

# What a background's tones and colors differ by from which it shows things (RMS, Lab of 1). Bundled
# sets have .18 at most: charcoal with a smudge on one side. Of the grounds of 27 photographs seven
# have more than .22: harbors, windows, foliage.
BUSY = 0.22
_WIDTH, _SIGMA = 48.0, 4.0  # px of a face, and of the blur: strokes are finer than things
_LEAST = 0.1  # share of a picture below which its ground is nothing


def ground_spread(lab: np.ndarray, behind: np.ndarray, face_width: float) -> float:
    """Measure how far tones and colors of a background, without its strokes, differ.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab of 1.
    behind : (H, W) bool
        The background.
    face_width : float
        px.

    Returns
    -------
    float
        RMS from the mean, Lab of 1; 0 where there is next to no background.
    """
    scale = min(1.0, _WIDTH / face_width)
    size = (max(8, round(lab.shape[1] * scale)), max(8, round(lab.shape[0] * scale)))
    share = cv2.resize(behind.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    ground = share > 0.95
    if ground.mean() < _LEAST:
        return 0.0
    small = cv2.resize(lab, size, interpolation=cv2.INTER_AREA)
    weight = ground.astype(np.float32)
    blurred = cv2.GaussianBlur(premultiplied(small, weight), (0, 0), _SIGMA)
    tones = normalized(blurred, 1e-6)[ground]
    return float(np.sqrt(tones.var(axis=0).sum()))
