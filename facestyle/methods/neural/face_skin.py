"""Where a face and the skin beside it are: neck, ears and hands fade, nothing ends at the jaw."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces import Face
from facestyle.faces.face_coordinates import polygon_mask
from facestyle.imaging.color import to_lab

# Lengths in distances between ear and ear. The landmarks' outline lies up to so far beside the
# face's own, so that what is within counts as face if its color does
_RIM = 0.04
_FADE = 1.1  # from the face, up to where skin is spared by less and less: a neck, a hand at a cheek
# ... and where colors do not tell, in pictures of one tint: mean deviation of a and b (Lab). Of 18
# portraits the gray one has 1.2, the others 5.7 and more
_FADE_IN_GRAY, _GRAY, _COLORFUL = 0.2, 1.5, 5.0
_SOFT = 0.02  # deviation of the border, and of what colors are averaged over
_UNSURE = 0.1  # border of a core whose colors are taken: no brows of its rim, no hair
# Colors are a face's own within so many deviations, and not from so many on: by eye on 18 portraits
# of the development half, whose necks in shade are to be in and backgrounds out
_OWN, _OTHER = 1.6, 3.0
# added to the deviations of a face's a and b (Lab), and of its L, which shading changes beyond them
_CHROMA_FLOOR, _SHADING, _MORE_SHADING = 4.0, 2.0, 12.0
_OUTLIERS = 2.0  # deviations from a face's median from which on it is an eye, hair or a highlight
_FEWEST = 16  # px whose colors tell of a face


def face_and_skin(image: np.ndarray, face: Face) -> np.ndarray:
    """Return where a face is and, fading with the distance, where skin of its color is.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    face : Face
        In it.

    Returns
    -------
    (H, W) float32
        From 0 to 1.
    """
    width = max(ear_to_ear(face), 1.0)
    shape = (image.shape[0], image.shape[1])
    points = np.vstack((face.landmarks, face.outline)).astype(np.float32)
    hull = cv2.convexHull(points)[:, 0]
    core = polygon_mask(shape, hull, -_RIM * width)
    beyond = cv2.distanceTransform(1 - polygon_mask(shape, hull), cv2.DIST_L2, 5) / width
    colors = polygon_mask(shape, hull, -_UNSURE * width) > 0
    soft = max(_SOFT * width, 0.5)
    lab = 100 * to_lab(cv2.GaussianBlur(image, (0, 0), soft))
    chroma = float(lab[..., 1:].std(axis=(0, 1)).mean())
    fade = np.interp(chroma, (_GRAY, _COLORFUL), (_FADE_IN_GRAY, _FADE))
    near = np.square(np.cos(np.pi / 2 * np.minimum(beyond / fade, 1))) * _alike(lab, colors)
    spared = np.maximum(core, near).astype(np.float32)
    return cv2.GaussianBlur(spared, (0, 0), soft)


def ear_to_ear(face: Face) -> float:
    """The face's width, px."""
    return float(np.linalg.norm(face.landmarks[16] - face.landmarks[0]))


def _alike(lab: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """How much each pixel has the colors of most of those inside, from 0 to 1."""
    own = lab[inside]
    if len(own) < _FEWEST:
        return np.zeros(inside.shape, np.float32)
    off = np.abs(own - np.median(own, axis=0))
    most = _OUTLIERS * np.maximum(1.5 * np.median(off, axis=0), 1.0)
    own = own[(off <= most).all(axis=1)]
    deviation = own.std(axis=0)
    scale = np.hypot(deviation, _CHROMA_FLOOR)
    scale[0] = _SHADING * deviation[0] + _MORE_SHADING
    distance = np.sqrt(np.square((lab - own.mean(axis=0)) / scale).sum(axis=2))
    return np.clip((_OTHER - distance) / (_OTHER - _OWN), 0, 1).astype(np.float32)
