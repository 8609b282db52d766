"""Where a trained network draws with all its strength, and where a face is spared."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.faces import Face, find_faces
from facestyle.faces.face_coordinates import polygon_mask

# In distances between ear and ear: how far beyond the outline, which ends below the hair of high
# foreheads, and the deviation of the border
_BEYOND, _SOFT = 0.1, 0.05
# Strength on faces up to a width, px of what the network redraws, and falling with its cube
# beyond: strokes have a size in pixels, and on a face of 330 px they were tattoos even at .15. Of
# 1, .55 and .35 (two sitters, 480 px, five styles, by eye) .55 left a beard of waves
_USUAL_STRENGTH, _FULL_WIDTH = 0.4, 180.0


def stroke_weights(
    image: np.ndarray,
    on_faces: float | None = None,
    scale: float = 1.0,
    *,
    landmarks: str = "auto",
) -> np.ndarray | None:
    """Return how strong strokes are at each pixel: less on faces.

    A network draws its waves and panes on cheeks as on walls, where they look like tattoos.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    on_faces : float, optional
        Strength on faces, in [0, 1]; the usual one if None, less on large faces.
    scale : float
        Size of what the network redraws over that of the picture.
    landmarks : {"auto", "dlib", "mesh"}
        What finds faces.

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
    return weights_on((image.shape[0], image.shape[1]), faces, on_faces, scale)


def weights_on(
    shape: tuple[int, int], faces: Sequence[Face], on_faces: float | None, scale: float
) -> np.ndarray:
    """Return how strong strokes are at each pixel of a picture with these faces.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the picture.
    faces : sequence of Face
    on_faces, scale
        See `stroke_weights`.

    Returns
    -------
    (H, W) float32
    """
    weights = np.ones(shape, np.float32)
    for face in faces:
        strength = _usual_strength(_width(face) * scale) if on_faces is None else on_faces
        mask = _soft_mask(face, shape)
        np.minimum(weights, 1 - (1 - np.float32(strength)) * mask, out=weights)
    return weights


def _usual_strength(width: float) -> float:
    """Strength on a face of this width in px."""
    return _USUAL_STRENGTH * min(1.0, _FULL_WIDTH / max(width, 1.0)) ** 3


def _width(face: Face) -> float:
    """From ear to ear, px."""
    return float(np.linalg.norm(face.landmarks[16] - face.landmarks[0]))


def _soft_mask(face: Face, shape: tuple[int, int]) -> np.ndarray:
    """From chin to hair, fading over the border, (H, W) float32."""
    hull = cv2.convexHull(np.vstack((face.landmarks, face.outline)).astype(np.float32))[:, 0]
    width = _width(face)
    mask = polygon_mask(shape, hull, _BEYOND * width).astype(np.float32)
    return cv2.GaussianBlur(mask, (0, 0), max(_SOFT * width, 0.5))
