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
# Below the jaw, up to so far, is a throat in shade: of L, a and b the latter two fall with L + 16
_SHADOW, _JAW, _DARK = 0.35, slice(4, 13), 16.0
# ... share of the face's L from which on it is one: a black collar has .07, throats of five sitters
# .18 and more
_BLACK = (0.1, 0.17)
_REDDER = 1.5  # deviations of a and b there, over those of the face
# Above the brows, up to so far, is a forehead, which dlib's landmarks leave out: paler than cheeks,
# a and b may be so many times as far off. By eye: sky and lamps light it
_FRONT, _PALER = 0.5, 2.0
_ABOVE_BROWS = 0.05  # from where on what is not of a face's color is hair
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
    above, front, throat = _beside_the_features(face, shape, width)
    beyond = cv2.distanceTransform(1 - polygon_mask(shape, hull), cv2.DIST_L2, 5) / width
    colors = polygon_mask(shape, hull, -_UNSURE * width) > 0
    soft = max(_SOFT * width, 0.5)
    lab = 100 * to_lab(cv2.GaussianBlur(image, (0, 0), soft))
    chroma = float(lab[..., 1:].std(axis=(0, 1)).mean())
    colorful = np.interp(chroma, (_GRAY, _COLORFUL), (0, 1))
    fade = _FADE_IN_GRAY + colorful * (_FADE - _FADE_IN_GRAY)
    alike, shaded, paler, hair = _alike(lab, colors)
    alike = np.maximum(alike, np.maximum(throat * shaded, front * paler))
    near = np.square(np.cos(np.pi / 2 * np.minimum(beyond / fade, 1))) * alike
    core = core * (1 - colorful * above * hair)
    spared = np.maximum(core, near).astype(np.float32)
    return cv2.GaussianBlur(spared, (0, 0), soft)


def ear_to_ear(face: Face) -> float:
    """The face's width, px."""
    return float(np.linalg.norm(face.landmarks[16] - face.landmarks[0]))


def _beside_the_features(
    face: Face, shape: tuple[int, int], width: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is above the brows; forehead or fringe; and where the chin's shadow falls.

    Each (H, W) float32 from 0 to 1.
    """
    points = face.landmarks
    down = points[8] - points[27]
    down = down / max(float(np.linalg.norm(down)), 1e-6)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    height = (x * down[0] + y * down[1]) / width
    brows = float((points[17:27] @ down).min()) / width
    above = np.clip((brows - height) / _ABOVE_BROWS, 0, 1)
    front, throat = (
        cv2.GaussianBlur(_band(shape, line, away * width * down), (0, 0), max(_SOFT * width, 0.5))
        for line, away in (
            (points[17:27], -_FRONT),
            (points[_JAW] - 2 * _RIM * width * down, _SHADOW),
        )
    )
    return above, front, throat


def _band(shape: tuple[int, int], line: np.ndarray, away: np.ndarray) -> np.ndarray:
    """What lies between a line and itself, moved: (H, W) float32 of 0 and 1."""
    return polygon_mask(shape, np.vstack((line, (line + away)[::-1]))).astype(np.float32)


def _alike(lab: np.ndarray, inside: np.ndarray) -> tuple[np.ndarray, ...]:
    """How much each pixel has the colors of most of those inside, shaded, paler, or darker others.

    Each (H, W) float32 from 0 to 1.
    """
    own = lab[inside]
    if len(own) < _FEWEST:
        none = np.zeros(inside.shape, np.float32)
        return none, none, none, none
    off = np.abs(own - np.median(own, axis=0))
    most = _OUTLIERS * np.maximum(1.5 * np.median(off, axis=0), 1.0)
    own = own[(off <= most).all(axis=1)]
    deviation = own.std(axis=0)
    scale = np.hypot(deviation, _CHROMA_FLOOR)
    scale[0] = _SHADING * deviation[0] + _MORE_SHADING
    mean = own.mean(axis=0)
    lit = _own(np.linalg.norm((lab - mean) / scale, axis=2))
    shade = (_out_of_shade(lab, mean) - mean[1:]) / (_REDDER * scale[1:])
    darker = np.clip((mean[0] - lab[..., 0]) / scale[0], 0, 1)
    visible = np.interp(lab[..., 0] / max(mean[0], 1), _BLACK, (0, 1)).astype(np.float32)
    paler = _own(np.linalg.norm((lab - mean)[..., 1:] / (_PALER * scale[1:]), axis=2))
    shaded = _own(np.linalg.norm(shade, axis=2)) * visible
    return lit, shaded, paler * (1 - darker), (1 - lit) * darker


def _out_of_shade(lab: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Values a and b at the face's light, or at less where that suits better: shades are redder."""
    chroma = lab[..., 1:]
    full = (mean[0] + _DARK) / (np.minimum(lab[..., 0], mean[0]) + _DARK)
    best = (chroma @ mean[1:]) / np.maximum(np.square(chroma).sum(axis=2), 1)
    return np.asarray(chroma * np.clip(best, 1, full)[..., None])


def _own(distance: np.ndarray) -> np.ndarray:
    return np.clip((_OTHER - distance) / (_OTHER - _OWN), 0, 1).astype(np.float32)
