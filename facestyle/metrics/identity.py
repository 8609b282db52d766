"""Is it still the same person? Distance between dlib's face-recognition descriptors."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.faces.landmarks import check_landmarks, model_path
from facestyle.metrics.inputs import Image, check_image, eight_bit

SAME_PERSON = 0.6  # dlib's threshold: 99.38 % right on Labeled Faces in the Wild
MODEL_FILE = "dlib_face_recognition_resnet_model_v1.dat"


def identity_distance(
    image_a: Image,
    image_b: Image,
    landmarks_a: NDArray[np.floating[Any]],
    landmarks_b: NDArray[np.floating[Any]],
) -> float:
    """Return how far apart the persons in two pictures are.

    Parameters
    ----------
    image_a, image_b : (H, W, 3) or (H, W), float in [0, 1] or uint8
        sRGB pictures of any size.
    landmarks_a, landmarks_b : (68, 2)
        The face in each, xy pixels.

    Returns
    -------
    float
        0 or more, seldom above 1; 0 for the same picture; below .6 (``SAME_PERSON``) it is the
        same person; lower is better.

    Raises
    ------
    LandmarksError
        If an array does not hold 68 points.

    References
    ----------
    King: dlib 19.3, dnn_face_recognition_ex; a ResNet of 29 layers that maps an aligned face of
    150 px to 128 numbers.
    """
    first = face_descriptor(image_a, landmarks_a)
    second = face_descriptor(image_b, landmarks_b)
    return float(np.linalg.norm(first - second))


def face_descriptor(image: Image, landmarks: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Return the 128 numbers that stand for a person.

    Parameters
    ----------
    image : (H, W, 3) or (H, W), float in [0, 1] or uint8
        sRGB picture.
    landmarks : (68, 2)
        The face, xy pixels.

    Returns
    -------
    (128,) float64
        Distances between such descriptors are Euclidean.
    """
    check_image(image)
    landmarks = check_landmarks(landmarks, "identity distance")
    rgb = eight_bit(image)
    if rgb.ndim == 2:
        rgb = np.repeat(rgb[..., None], 3, axis=2)
    shape = _dlib_shape(landmarks)
    return np.array(_network().compute_face_descriptor(np.ascontiguousarray(rgb), shape))


def _dlib_shape(landmarks: NDArray[np.floating[Any]]) -> Any:
    """dlib's own type for landmarks; the box is not used in aligning the face."""
    import dlib

    points = [dlib.point(int(x), int(y)) for x, y in np.round(landmarks)]
    left, top = np.floor(landmarks.min(axis=0)).astype(int)
    right, bottom = np.ceil(landmarks.max(axis=0)).astype(int)
    box = dlib.rectangle(int(left), int(top), int(right), int(bottom))
    return dlib.full_object_detection(box, points)


@cache
def _network() -> Any:
    """The face-recognition network, which comes with its own package."""
    import dlib

    return dlib.face_recognition_model_v1(str(model_path(MODEL_FILE)))
