"""Faces in drawings of dots and loose strokes, which detectors see where these are blurred."""

from __future__ import annotations

import math

import cv2
import numpy as np

from facestyle.faces.analysis import find_faces
from facestyle.faces.detection import same_face
from facestyle.faces.face import Face
from facestyle.imaging.pyramid import reduced

# Sigmas, shares of the picture's long side; the same face has to be seen in two of the copies. Of
# 47 portraits in dots of 1 to 4 px (150 between the eyes) that show nothing as they are, 42 have
# their face then, 39 of these within .13 inter-ocular distances on the mean; of 185 pictures of
# noise, shapes, textures and things one has one (circles)
_BLURS = (0.005, 0.008, 0.012, 0.016, 0.02, 0.028)
_MOST_TILT = math.radians(60)  # beyond it a face has been seen in its own chin and forehead
_SIDE = 600  # px; larger pictures are reduced, as only coarse things remain


def find_dotted_face(image: np.ndarray, *, landmarks: str = "auto") -> Face | None:
    """Find the face in a drawing in which no detector sees one as it is.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    landmarks : {"auto", "dlib", "mesh"}
        Backend.

    Returns
    -------
    Face or None

    Raises
    ------
    UsageError
        If `landmarks` is no backend.
    """
    longest = max(image.shape[:2])
    scale = min(1.0, _SIDE / longest)
    small = reduced(image, scale)
    seen: list[Face] = []
    for share in _BLURS:
        blurred = cv2.GaussianBlur(small, (0, 0), share * scale * longest)
        for face in find_faces(blurred, landmarks=landmarks, smallest=1.0)[:1]:
            if abs(face.tilt) > _MOST_TILT:
                continue
            if any(same_face(np.array(face.box), np.array(other.box)) for other in seen):
                return face.scaled(1 / scale)
            seen.append(face)
    return None
