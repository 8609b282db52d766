"""From a picture to the faces in it."""

from __future__ import annotations

import numpy as np

from facestyle.choices import LANDMARK_BACKENDS
from facestyle.errors import FaceError, UsageError
from facestyle.faces.detection import detect_dlib, detect_mediapipe
from facestyle.faces.face import Face, Portrait
from facestyle.faces.landmarks import (
    LEAST_INSIDE,
    check_landmarks,
    face_from_landmarks,
    predict_landmarks,
    put_predictor_away,
)
from facestyle.faces.matte import person_matte
from facestyle.faces.mesh import LANDMARKS_68, OUTLINE, fit_mesh, mesh_presence
from facestyle.imaging.levels import to_bytes
from facestyle.imaging.points import share_inside
from facestyle.spare_memory import LARGE

MINIMUM_FACE = 64  # px; below it landmarks are guesses
# Inter-ocular distances that dlib's mouth is from the mesh's, on the mean, from which the mesh is
# right if it is sure of a face: of 150 portraits .18 at most (under a full beard); .27 where dlib
# had a mouth on the chin
_MOUTH_ASTRAY = 0.22
_MOUTH = slice(48, 68)
# the mesh's word (a logarithm of odds) from which it is sure; faces of photographs have 13 and more
_SURE = 10.0


def find_faces(image: np.ndarray, *, landmarks: str = "auto", smallest: float = 0.0) -> list[Face]:
    """Find the faces in a picture, whatever their sizes.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    landmarks : {"auto", "dlib", "mesh"}
        Backend. "auto" is dlib, then the mesh where dlib finds nothing; beside dlib's faces those
        that only MediaPipe sees, such as profiles.
    smallest : float
        Size of the smallest faces that are looked for, as a share of the largest; 1 looks for no
        others once there is one, which is quicker.

    Returns
    -------
    list of Face
        Largest first; empty where there is none.

    Raises
    ------
    UsageError
        If `landmarks` is none of the three.
    """
    check_backend(landmarks)
    pixels = to_bytes(image)
    faces: list[Face] = []
    if landmarks != "mesh":
        faces = [
            face_from_landmarks(pixels, predict_landmarks(pixels, box), source="dlib")
            for box in detect_dlib(pixels, smallest)
        ]
    if landmarks == "auto":
        faces = [_with_mouth(face, pixels) for face in faces]
    if landmarks == "mesh" or (not faces and landmarks != "dlib"):
        found = detect_mediapipe(pixels, smallest)
        faces = [_mesh_face(pixels, box, eyes)[0] for box, eyes in found]
    elif landmarks == "auto" and smallest < 1:
        faces += _faces_beside(faces, pixels, smallest)
    if image.shape[0] * image.shape[1] >= LARGE:
        put_predictor_away()
    return sorted(faces, key=lambda face: face.inter_ocular, reverse=True)


def _with_mouth(face: Face, pixels: np.ndarray) -> Face:
    """The face that dlib sees, or the mesh's where dlib has lost its mouth."""
    if face.mesh is None:
        return face
    points = face.mesh[list(LANDMARKS_68)]
    astray = np.linalg.norm(points[_MOUTH] - face.landmarks[_MOUTH], axis=1).mean()
    if astray < _MOUTH_ASTRAY * face.inter_ocular or mesh_presence(pixels, face.mesh) < _SURE:
        return face
    return Face(points, face.mesh, face.outline, "mesh")


def _faces_beside(known: list[Face], pixels: np.ndarray, smallest: float) -> list[Face]:
    """Faces that MediaPipe is sure of and dlib does not see."""
    boxes = [np.array(face.box) for face in known]
    found = [_mesh_face(pixels, *face) for face in detect_mediapipe(pixels, smallest, boxes)]
    return [face for face, presence in found if presence > 0]


def check_backend(landmarks: str) -> None:
    """Raise `UsageError` unless `landmarks` is "auto", "dlib" or "mesh"."""
    if landmarks not in LANDMARK_BACKENDS:
        raise UsageError(
            f"landmarks: found '{landmarks}', expected {', '.join(LANDMARK_BACKENDS[:-1])} or "
            f"{LANDMARK_BACKENDS[-1]}"
        )


def _mesh_face(pixels: np.ndarray, box: np.ndarray, eyes: np.ndarray) -> tuple[Face, float]:
    """Fit the mesh in a detected box and read the 68 landmarks off it; and `mesh_presence`.

    The detector takes the eyes of an upside-down face for those of an upright one: where the mesh
    is unsure, it is tried the other way round.
    """
    center, side = (box[:2] + box[2:]) / 2, float((box[2:] - box[:2]).max() * 1.5)
    dx, dy = eyes[1] - eyes[0]
    tilt = float(np.arctan2(dy, dx))
    mesh = fit_mesh(pixels, center, side, tilt)
    presence = mesh_presence(pixels, mesh)
    if presence < _SURE:
        turned = fit_mesh(pixels, center, side, tilt + np.pi)
        mesh, presence = max(
            (mesh, presence), (turned, mesh_presence(pixels, turned)), key=lambda fit: fit[1]
        )
    return Face(mesh[list(LANDMARKS_68)], mesh, mesh[list(OUTLINE)], "mesh"), presence


def select_face(
    faces: list[Face], which: str | int, name: str, size: tuple[int, ...] | None = None
) -> Face:
    """Choose one face: "largest", or the N-th from the left, counted from 1.

    Parameters
    ----------
    faces : list of Face
        Largest first.
    which : str or int
    name : str
        What to call the picture in messages.
    size : (height, width, ...), optional
        Of the picture, px: faces that its border cuts off are refused then.

    Returns
    -------
    Face

    Raises
    ------
    FaceError
        If there is no face, not that many, or the chosen one is smaller than 64 px or cut off.
    """
    if not faces:
        raise FaceError(
            f"{name}: no face was found; expected one face looking towards the camera. "
            "Give 68 points with --landmarks-file (of an exemplar in NAME.landmarks.txt beside it)"
        )
    if which == "largest":
        whole = (one for one in faces if is_large_enough(one) and not is_cut_off(one, size))
        face = next(whole, faces[0])
    else:
        number = int(which)
        ordered = sorted(faces, key=lambda f: f.box[0])
        if not 1 <= number <= len(ordered):
            choices = "1" if len(ordered) == 1 else f"1 to {len(ordered)}, counted from the left"
            raise FaceError(
                f"{name}: face {number} was asked for, {len(ordered)} found; "
                f"choose --face {choices}"
            )
        face = ordered[number - 1]
    if not is_large_enough(face):
        x0, y0, x1, y1 = face.box
        raise FaceError(
            f"{name}: the face is {x1 - x0:.0f}x{y1 - y0:.0f} px; "
            f"at least {MINIMUM_FACE} px are needed. Use a larger version of the picture"
        )
    if size is not None and is_cut_off(face, size):
        count = round(share_inside(face.landmarks, size) * len(face.landmarks))
        raise FaceError(
            f"{name}: the face is cut off by the picture's border: {count} of its "
            f"{len(face.landmarks)} points lie inside. Use a picture that shows it from the brows "
            "to the chin, or try --landmarks mesh, which guesses what is not seen"
        )
    return face


def is_cut_off(face: Face, size: tuple[int, ...] | None) -> bool:
    """Whether dlib saw a face in a picture of (height, width, ...) px that shows too little of it.

    The mesh fits faces of which half is seen; what a file says is checked where it is read.
    """
    if size is None or face.source != "dlib":
        return False
    return share_inside(face.landmarks, size) < LEAST_INSIDE


def is_large_enough(face: Face) -> bool:
    """Whether a face has the 64 px below which landmarks are guesses."""
    x0, y0, x1, y1 = face.box
    return max(x1 - x0, y1 - y0) >= MINIMUM_FACE


def portrait_from_image(
    image: np.ndarray,
    *,
    name: str = "portrait",
    landmarks: str = "auto",
    given: np.ndarray | None = None,
    which: str | int = "largest",
) -> Portrait:
    """Find the face in a picture and cut out its person.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    name : str
        What to call the picture in messages.
    landmarks : {"auto", "dlib", "mesh"}
        Backend.
    given : (68, 2) float64, optional
        Known landmarks, xy px; nothing is detected then.
    which : "largest" or int
        Which face.

    Raises
    ------
    FaceError
        If there is no usable face.
    LandmarksError
        If `given` does not hold 68 points of a face in the picture.
    """
    if given is not None:
        points = check_landmarks(given, name, (image.shape[0], image.shape[1]))
        face = face_from_landmarks(to_bytes(image), points)
        face = select_face([face], "largest", name)
    else:
        # the largest is among those of the first scale that finds any
        smallest = 1.0 if which == "largest" else 0.0
        faces = find_faces(image, landmarks=landmarks, smallest=smallest)
        face = select_face(faces, which, name, image.shape)
    return Portrait(image, face, person_matte(image, face), name)
