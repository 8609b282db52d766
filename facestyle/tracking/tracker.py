"""One face followed from frame to frame: found again when it is lost, steady while it is seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from facestyle.errors import FaceError
from facestyle.faces import Face, find_faces, select_face
from facestyle.faces.landmarks import outline_from_landmarks, predict_landmarks
from facestyle.faces.mesh import (
    LANDMARKS_68,
    OUTLINE,
    fit_mesh,
    fit_mesh_to_landmarks,
    mesh_presence,
)
from facestyle.imaging.pyramid import reduced
from facestyle.tracking.landmark_smoothing import carried_points, fused_points
from facestyle.tracking.motion import Motion

# a lost face is looked for every so many frames, on a copy of this size, px; both for speed
_SEARCH_EVERY = 3
_SEARCH_SIZE = 640
# how far from where one of several faces was lost it may come back, inter-ocular distances
_NEAR = 3.0
# frames between two checks that there still is a face, and failed checks after which it is lost
# (not measured)
_CHECK_EVERY = 3
_FAILURES = 2
# dlib's box in root mean square distances of the landmarks from their center: side, height above
# the center, and how far it is shifted from frame to frame, so that its predictions' errors average
_BOX_SIDE, _BOX_ABOVE = 2.55, 0.11
_SHIFT = 0.02
# spread over all directions
_SHIFTS = ((0.0, 0.0), (1.0, 0.4), (-0.6, 1.0), (-1.0, -0.5), (0.5, -1.0))


@dataclass(frozen=True)
class Track:
    """Where the face is, and what is needed to follow it.

    Attributes
    ----------
    face : Face
        Steady; in a frame without a face, where it would be.
    found : bool
        Whether it is seen now.
    age : int
        Frames since it was found.
    failures : int
        Checks failed in succession.
    seen : bool
        Whether it has been seen since the scene began.
    """

    face: Face
    found: bool
    age: int
    failures: int
    seen: bool = True


class FaceTracker:
    """Follows one face through the frames of a clip.

    Parameters
    ----------
    landmarks : {"auto", "dlib", "mesh"}
    which : "largest" or int
        Which face is taken when several are found.
    """

    def __init__(self, *, landmarks: str = "auto", which: str | int = "largest") -> None:
        self._landmarks = landmarks
        self._which = "largest" if which == "all" else which

    def step(
        self, frame: np.ndarray, number: int, track: Track | None, motion: Motion | None
    ) -> Track | None:
        """Follow the face into the next frame.

        Parameters
        ----------
        frame : (H, W, 3) uint8
            RGB.
        number : int
            Of the frame.
        track : Track or None
            The frame before; None before a face was ever found.
        motion : Motion or None
            From the frame before; None for the first frame and for a new scene.

        Returns
        -------
        Track or None
            None as long as no face was ever found.
        """
        if track is None or motion is None or not track.found:
            lost = None if track is None or motion is None or not track.seen else track.face
            seen = self._search(frame, number, lost, at_once=motion is None)
            if seen is not None:
                return seen
            return None if track is None else _adrift(track, motion)
        expected = _carried(track.face, motion)
        measured = self._measure(frame, expected, track)
        if measured is None:
            failures = track.failures + 1
            face, found = expected, failures < _FAILURES
        else:
            failures, found = 0, True
            face = _fused(expected, measured)
        if found and measured is not None and track.age % _CHECK_EVERY == 0:
            failures = 0 if self._is_face(frame, face) else _FAILURES
            found = failures == 0
        return Track(face, found, track.age + 1, failures)

    def _search(
        self, frame: np.ndarray, number: int, lost: Face | None, *, at_once: bool
    ) -> Track | None:
        """Look for a face, one of several near where it was lost; not in all frames."""
        if not at_once and number % _SEARCH_EVERY:
            return None
        # the first frame and new scenes are worth a thorough search
        limit = max(frame.shape[:2]) if at_once else _SEARCH_SIZE
        scale = min(1.0, limit / max(frame.shape[:2]))
        small = reduced(frame, scale)
        faces = find_faces(
            small.astype(np.float32) / 255,
            landmarks=self._landmarks,
            smallest=1.0 if self._which == "largest" else 0.0,
        )
        try:
            face = self._choose(faces, None if lost is None else lost.scaled(scale))
        except FaceError:
            return None
        face = _averaged(frame, face.scaled(1 / scale))
        return Track(face, True, 0, 0)

    def _choose(self, faces: list[Face], lost: Face | None) -> Face:
        """The face that was asked for; the number of a face may change with who is in sight."""
        if lost is not None and self._which != "largest":
            middle = lost.eyes.mean(axis=0)
            near = [
                face
                for face in faces
                if np.hypot(*(face.eyes.mean(axis=0) - middle)) < _NEAR * lost.inter_ocular
            ]
            return select_face(near, "largest", "the frame")
        return select_face(faces, self._which, "the frame")

    def _measure(self, frame: np.ndarray, expected: Face, track: Track) -> Face | None:
        """Fit landmarks and mesh where the face is expected; None where they don't fit."""
        mesh: np.ndarray | None
        if expected.source == "mesh":
            mesh = _refit_mesh(frame, expected)
            landmarks = mesh[list(LANDMARKS_68)]
        else:
            landmarks = _predict(frame, expected.landmarks, _SHIFTS[track.age % len(_SHIFTS)])
            found = fit_mesh_to_landmarks(frame, landmarks) if expected.mesh is not None else None
            if expected.mesh is not None and found is None:
                return None
            mesh = found
        inner = slice(17, 68)
        error = np.hypot(*(landmarks[inner] - expected.landmarks[inner]).T).mean()
        if error > 0.35 * expected.inter_ocular:
            return None
        return _face_of(landmarks, mesh, expected.source)

    def _is_face(self, frame: np.ndarray, face: Face) -> bool:
        """Whether a face is seen, by the mesh's network; faces without a mesh are believed."""
        return face.mesh is None or mesh_presence(frame, face.mesh) > 0


def _face_of(landmarks: np.ndarray, mesh: np.ndarray | None, source: str) -> Face:
    outline = outline_from_landmarks(landmarks) if mesh is None else mesh[list(OUTLINE)]
    return Face(landmarks, mesh, outline, source)


def _carried(face: Face, motion: Motion) -> Face:
    """A face of the previous frame, moved along the flow."""
    points = carried_points(_points_of(face), face.inter_ocular, motion)
    return _face_like(points, face)


def _fused(expected: Face, measured: Face) -> Face:
    """The expected face, corrected by what was measured."""
    points = fused_points(_points_of(expected), _points_of(measured), expected.inter_ocular)
    return _face_like(points, expected)


def _points_of(face: Face) -> np.ndarray:
    return face.landmarks if face.mesh is None else np.vstack([face.landmarks, face.mesh])


def _face_like(points: np.ndarray, face: Face) -> Face:
    mesh = None if face.mesh is None else points[68:]
    return _face_of(points[:68], mesh, face.source)


def _adrift(track: Track, motion: Motion | None) -> Track:
    """A face that is not seen stays where it was: what moves there now is something else."""
    seen = track.seen and motion is not None
    return replace(track, found=False, age=track.age + 1, seen=seen)


def _refit_mesh(frame: np.ndarray, expected: Face) -> np.ndarray:
    """The mesh in a square around the expected one."""
    assert expected.mesh is not None
    low, high = expected.mesh.min(axis=0), expected.mesh.max(axis=0)
    side = float((high - low).max() * 1.5)
    return fit_mesh(frame, (low + high) / 2, side, expected.tilt, rounds=1)


def _averaged(frame: np.ndarray, face: Face) -> Face:
    """A face just found: dlib's landmarks are the mean over several boxes."""
    if face.source != "dlib":
        return face
    landmarks = face.landmarks
    for _ in range(2):
        landmarks = np.mean([_predict(frame, landmarks, shift) for shift in _SHIFTS], axis=0)
    return _face_of(landmarks, fit_mesh_to_landmarks(frame, landmarks), face.source)


def _predict(frame: np.ndarray, landmarks: np.ndarray, shift: tuple[float, float]) -> np.ndarray:
    """dlib's landmarks near known ones."""
    return predict_landmarks(frame, _box_around(landmarks, shift), whole=False)


def _box_around(landmarks: np.ndarray, shift: tuple[float, float]) -> np.ndarray:
    """The box in which dlib's detector would see a face, shifted a little."""
    center = landmarks.mean(axis=0)
    unit = float(np.sqrt(((landmarks - center) ** 2).sum(axis=1).mean()))
    dx, dy = landmarks[42:48].mean(axis=0) - landmarks[36:42].mean(axis=0)
    up = np.array([dy, -dx]) / np.hypot(dx, dy)
    middle = center + (_BOX_ABOVE * up + _SHIFT * _BOX_SIDE * np.array(shift)) * unit
    half = _BOX_SIDE * unit / 2
    return np.concatenate([middle - half, middle + half])
