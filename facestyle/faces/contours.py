"""Closed contours of a face's features, from the mesh where there is one, else from landmarks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facestyle.faces.face import Face
from facestyle.frozen import FrozenRecord

# vertices of MediaPipe's mesh; "right" is the subject's right, at the picture's left
MESH_LIPS = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185,
)  # fmt: skip
MESH_MOUTH = (
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191,
)  # fmt: skip
MESH_RIGHT_EYE = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
MESH_LEFT_EYE = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
MESH_RIGHT_BROW = (46, 53, 52, 65, 55, 107, 66, 105, 63, 70)
MESH_LEFT_BROW = (276, 283, 282, 295, 285, 336, 296, 334, 293, 300)
MESH_NOSE = (168, 6, 197, 195, 5, 4, 1, 2, 98, 327, 129, 358, 64, 294, 48, 278, 219, 439)
MESH_CHEEKS_AND_FOREHEAD = (
    50, 280, 101, 330, 117, 346, 205, 425, 151, 9, 108, 337, 69, 299, 104, 333, 67, 297,
)  # fmt: skip
# positions of the face's right and left edge, its top and its chin in Face.outline
OUTLINE_RIGHT, OUTLINE_LEFT, OUTLINE_TOP, OUTLINE_CHIN = 28, 8, 0, 18


@dataclass(frozen=True)
class Contours(FrozenRecord):
    """Polygons of a face's features, each (N, 2) float64 xy px."""

    lips: np.ndarray
    right_eye: np.ndarray
    left_eye: np.ndarray
    right_brow: np.ndarray
    left_brow: np.ndarray
    nose: np.ndarray


def face_width(face: Face) -> float:
    """Width of the face oval between the ears, px."""
    return float(np.hypot(*(face.outline[OUTLINE_LEFT] - face.outline[OUTLINE_RIGHT])))


def feature_contours(face: Face) -> Contours:
    """Polygons around lips, eyes, brows and nose."""
    if face.mesh is not None:
        mesh = face.mesh
        return Contours(
            lips=mesh[list(MESH_LIPS)],
            right_eye=mesh[list(MESH_RIGHT_EYE)],
            left_eye=mesh[list(MESH_LEFT_EYE)],
            right_brow=mesh[list(MESH_RIGHT_BROW)],
            left_brow=mesh[list(MESH_LEFT_BROW)],
            nose=mesh[list(MESH_NOSE)],
        )
    points = face.landmarks
    return Contours(
        lips=points[48:60],
        right_eye=points[36:42],
        left_eye=points[42:48],
        right_brow=_thicken(points[17:22], face),
        left_brow=_thicken(points[22:27], face),
        nose=points[27:36],
    )


def corresponding_points(first: Face, second: Face) -> tuple[np.ndarray, np.ndarray]:
    """Points of two faces that mean the same: the mesh's contours, or the 68 landmarks.

    Returns
    -------
    first_points, second_points : (N, 2) float64
        xy px, in the same order.
    """
    if first.mesh is None or second.mesh is None:
        return (
            np.vstack([first.landmarks, first.outline]),
            np.vstack([second.landmarks, second.outline]),
        )
    chosen = sorted(
        {
            *MESH_LIPS, *MESH_MOUTH, *MESH_RIGHT_EYE, *MESH_LEFT_EYE, *MESH_RIGHT_BROW,
            *MESH_LEFT_BROW, *MESH_NOSE, *MESH_CHEEKS_AND_FOREHEAD,
        }
    )  # fmt: skip
    return (
        np.vstack([first.mesh[chosen], first.outline]),
        np.vstack([second.mesh[chosen], second.outline]),
    )


def _thicken(line: np.ndarray, face: Face) -> np.ndarray:
    """Make a polygon of a brow's upper edge."""
    chin, top = face.outline[OUTLINE_CHIN], face.outline[OUTLINE_TOP]
    down = (chin - top) / np.hypot(*(chin - top))
    return np.vstack([line, line[::-1] + 0.12 * face.inter_ocular * down])
