"""MediaPipe's 468-point face mesh: fitting, and its 68-point and outline subsets."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.faces.networks import run_network

# vertices of the face oval, clockwise from the top middle of the forehead
OUTLINE = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
# the 12 of them above the temples, as positions in OUTLINE
FOREHEAD = (0, 1, 2, 3, 4, 5, 30, 31, 32, 33, 34, 35)

# mesh vertices nearest to the 68 points of the iBUG scheme
LANDMARKS_68 = (
    162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389,
    71, 63, 105, 66, 107, 336, 296, 334, 293, 301, 168, 197, 5, 4, 75, 97, 2, 326, 305,
    33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,
    61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87,
)  # fmt: skip

_CROP = 192  # input side of the network, px


def fit_mesh(
    image: np.ndarray, center: np.ndarray, side: float, tilt: float, rounds: int = 2
) -> np.ndarray:
    """Fit the face mesh inside a rotated square.

    Parameters
    ----------
    image : (H, W, 3) uint8
        RGB.
    center : (2,) float64
        Center of the square, xy px.
    side : float
        Side of the square, px: about 1.5 times the face's larger extent.
    tilt : float
        Rotation of the face, radians.
    rounds : int
        Fits; each later one is centerd on the mesh that the one before found.

    Returns
    -------
    (468, 2) float64
        Vertices, xy px.
    """
    points = np.empty((0, 2))
    for _ in range(rounds):
        crop, matrix = _crop_square(image, center, side, tilt)
        (output,) = run_network("face_landmark.tflite", crop, ("conv2d_21",))
        points = output.reshape(468, 3)[:, :2].astype(np.float64)
        inverse = cv2.invertAffineTransform(matrix)
        points = points @ inverse[:, :2].T + inverse[:, 2]
        center, side, tilt = _square_around(points)
    return points


def mesh_presence(image: np.ndarray, mesh: np.ndarray) -> float:
    """How surely there is a face where a mesh was fitted or is expected.

    Parameters
    ----------
    image : (H, W, 3) uint8
        RGB.
    mesh : (468, 2) float64
        Vertices, xy px.

    Returns
    -------
    float
        The network's own score, a logarithm of odds: above 0 for a face.
    """
    crop, _ = _crop_square(image, *_square_around(mesh))
    (score,) = run_network("face_landmark.tflite", crop, ("conv2d_31",))
    return float(score.ravel()[0])


def _square_around(points: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Center, side and tilt of the square that the network expects around a mesh."""
    low, high = points.min(axis=0), points.max(axis=0)
    tilt = float(np.arctan2(*(points[263] - points[33])[::-1]))
    return (low + high) / 2, float((high - low).max() * 1.5), tilt


def _crop_square(
    image: np.ndarray, center: np.ndarray, side: float, tilt: float
) -> tuple[np.ndarray, np.ndarray]:
    """The network's input from a rotated square, and the matrix that takes pixels to it."""
    matrix = cv2.getRotationMatrix2D(
        (float(center[0]), float(center[1])), np.degrees(tilt), _CROP / side
    )
    matrix[:, 2] += _CROP / 2 - center
    return _warp_reduced(image, matrix, _CROP / side).astype(np.float32) / 255, matrix


def fit_mesh_to_landmarks(image: np.ndarray, landmarks: np.ndarray) -> np.ndarray | None:
    """Fit the mesh where 68 landmarks say the face is.

    Returns
    -------
    (468, 2) float64 or None
        None where mesh and landmarks disagree by more than .2 of the inter-ocular distance on
        average: then the network did not see the face (statues, cartoons).
    """
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    right, left = landmarks[36:42].mean(axis=0), landmarks[42:48].mean(axis=0)
    across = left - right
    up = np.array([across[1], -across[0]])
    # the landmarks end at the brows: move the square up to hold the forehead
    center = (low + high) / 2 + 0.15 * up
    points = fit_mesh(
        image,
        center,
        float((high - low).max() * 1.75),
        float(np.arctan2(across[1], across[0])),
        rounds=1,
    )
    inner = slice(17, 68)
    error = np.hypot(*(points[list(LANDMARKS_68)][inner] - landmarks[inner]).T).mean()
    return points if error < 0.2 * np.hypot(*across) else None


def _warp_reduced(image: np.ndarray, matrix: np.ndarray, scale: float) -> np.ndarray:
    """Warp into the network's square without aliasing: halve the picture first where it shrinks."""
    matrix = matrix.copy()
    while scale < 0.5:
        image = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        # x_full = 2 x_half + .5 for pixel centers at integers
        matrix[:, 2] += matrix[:, :2] @ np.array([0.5, 0.5])
        matrix[:, :2] *= 2
        scale *= 2
    return cv2.warpAffine(image, matrix, (_CROP, _CROP), borderMode=cv2.BORDER_REPLICATE)
