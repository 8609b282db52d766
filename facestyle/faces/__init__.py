"""Faces in a picture: detection, landmarks, face mesh and person matte."""

from facestyle.faces.analysis import (
    check_backend,
    find_faces,
    portrait_from_image,
    select_face,
)
from facestyle.faces.face import Face, Portrait
from facestyle.faces.landmarks import face_from_landmarks, read_landmarks, write_landmarks
from facestyle.faces.matte import person_matte

__all__ = [
    "Face",
    "Portrait",
    "check_backend",
    "face_from_landmarks",
    "find_faces",
    "person_matte",
    "portrait_from_image",
    "read_landmarks",
    "select_face",
    "write_landmarks",
]
