"""Where a trained network draws with all its strength, and where a face and its skin are spared."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.faces import Face, find_faces
from facestyle.methods.neural.face_skin import ear_to_ear, face_and_skin
from facestyle.neural.settings import SPARED

_WORKED_ON = 768  # longer side of the copy that skin is looked for on, px: a soft map needs no more
# px of what the network redraws: width of a face up to which it has fewer strokes, falling with its
# square: hatching of 4 px took the eyes and the smile of one of 65 px
_FULL_WIDTH = 90.0


def stroke_weights(
    image: np.ndarray,
    on_faces: float | None = None,
    scale: float = 1.0,
    *,
    landmarks: str = "auto",
    usual: float = SPARED,
) -> np.ndarray | None:
    """Return how strong strokes are at each pixel: less on faces, and on skin beside them.

    A network draws its waves and panes on cheeks as on walls, where they look like tattoos.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    on_faces : float, optional
        Strength on faces, in [0, 1] (`facestyle.neural.sparing`); the usual one if None, less on
        small faces.
    scale : float
        Size of what the network redraws over that of the picture.
    landmarks : {"auto", "dlib", "mesh"}
        What finds faces.
    usual : float
        Strength where none is given, which is less on small faces.

    Returns
    -------
    (H, W) float32 or None
        1 away from faces; None where they are strong everywhere.
    """
    if on_faces == 1:
        return None
    faces = find_faces(image, landmarks=landmarks)
    if not faces:
        return None
    height, width = image.shape[:2]
    less = min(1.0, _WORKED_ON / max(height, width))
    size = (max(1, round(width * less)), max(1, round(height * less)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    scaled = [face.scaled(less) for face in faces]
    weights = weights_on(small, scaled, on_faces, scale / less, usual)
    return np.asarray(cv2.resize(weights, (width, height), interpolation=cv2.INTER_LINEAR))


def weights_on(
    image: np.ndarray,
    faces: Sequence[Face],
    on_faces: float | None,
    scale: float = 1.0,
    usual: float = SPARED,
) -> np.ndarray:
    """Return how strong strokes are at each pixel of a picture with these faces.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    faces : sequence of Face
    on_faces, scale, usual
        See `stroke_weights`.

    Returns
    -------
    (H, W) float32
    """
    weights = np.ones(image.shape[:2], np.float32)
    for face in faces:
        width = ear_to_ear(face) * scale
        strength = usual * _share_of_usual(width) if on_faces is None else on_faces
        np.minimum(
            weights, 1 - (1 - np.float32(strength)) * face_and_skin(image, face), out=weights
        )
    return weights


def _share_of_usual(width: float) -> float:
    """Share of the usual strength on a face of this width in px."""
    return min(1.0, width / _FULL_WIDTH) ** 2
