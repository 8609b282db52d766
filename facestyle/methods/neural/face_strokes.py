"""Where a trained network draws with all its strength, and where a face is spared."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces import Face, find_faces
from facestyle.faces.face_coordinates import polygon_mask

# In distances between ear and ear: how far beyond the outline, which ends below the hair of high
# foreheads, and the deviation of the border
_BEYOND, _SOFT = 0.1, 0.05


def stroke_weights(image: np.ndarray, on_faces: float) -> np.ndarray | None:
    """Return how strong strokes are at each pixel: less on faces.

    A network draws its waves and panes on cheeks as on walls, where they look like tattoos.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    on_faces : float
        Strength on faces, in [0, 1].

    Returns
    -------
    (H, W) float32 or None
        1 away from faces; None where they are strong everywhere.
    """
    if on_faces == 1:
        return None
    faces = find_faces(image)
    if not faces:
        return None
    within = np.zeros(image.shape[:2], np.float32)
    for face in faces:
        np.maximum(within, _soft_mask(face, (image.shape[0], image.shape[1])), out=within)
    return 1 - (1 - np.float32(on_faces)) * within


def _soft_mask(face: Face, shape: tuple[int, int]) -> np.ndarray:
    """From chin to hair, fading over the border, (H, W) float32."""
    hull = cv2.convexHull(np.vstack((face.landmarks, face.outline)).astype(np.float32))[:, 0]
    width = float(np.linalg.norm(face.landmarks[16] - face.landmarks[0]))
    mask = polygon_mask(shape, hull, _BEYOND * width).astype(np.float32)
    return cv2.GaussianBlur(mask, (0, 0), max(_SOFT * width, 0.5))
