"""All faces of a clip, each followed by itself, whoever comes and goes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from facestyle.faces import Face, find_faces
from facestyle.imaging.pyramid import reduced
from facestyle.tracking.motion import Motion
from facestyle.tracking.tracker import FaceTracker, Track

# faces are looked for every so many frames, more often while one is missed or none is known, on a
# copy of this size, px; all for speed: a look takes about .1 s
_SEARCH_EVERY, _SEARCH_EVERY_MISSING = 10, 3
_SEARCH_SIZE = 640


@dataclass(frozen=True)
class KnownFace:
    """A face that a clip shows, or has just shown.

    Attributes
    ----------
    track : Track
    missing : int
        Frames since it was seen; 0: it is.
    """

    track: Track
    missing: int = 0

    @property
    def face(self) -> Face:
        """Where it is, or was."""
        return self.track.face


def follow_all(
    frame: np.ndarray,
    number: int,
    known: tuple[KnownFace, ...],
    motion: Motion | None,
    *,
    longest: int,
    landmarks: str = "auto",
) -> tuple[KnownFace, ...]:
    """Follow all faces into the next frame; look for new ones now and then.

    Parameters
    ----------
    frame : (H, W, 3) uint8
        RGB.
    number : int
        Of the frame.
    known : tuple of KnownFace
        Of the frame before.
    motion : Motion or None
        From the frame before; None for the first frame and for a new scene, which forgets all.
    longest : int
        Frames after which a face that is missed is forgotten.
    landmarks : {"auto", "dlib", "mesh"}
        Detector.

    Returns
    -------
    tuple of KnownFace
    """
    if motion is None:
        return _beginning(_search(frame, landmarks, at_once=True))
    tracker = FaceTracker(landmarks=landmarks)
    followed = tuple(_follow(frame, number, one, motion, tracker) for one in known)
    followed = tuple(one for one in followed if one.missing <= longest)
    seen = [one for one in followed if not one.missing]
    every = _SEARCH_EVERY if seen and len(seen) == len(followed) else _SEARCH_EVERY_MISSING
    if number % every:
        return followed
    found = _search(frame, landmarks, at_once=False)
    new = [face for face in found if not any(same_person(face, one.face) for one in seen)]
    # who is found again is the same only in where, not in how: it is begun anew
    missed = [
        one
        for one in followed
        if one.missing and not any(same_person(face, one.face) for face in new)
    ]
    return (*seen, *missed, *_beginning(new))


def same_person(a: Face, b: Face) -> bool:
    """Whether two faces of a frame are in one place."""
    apart = np.hypot(*(a.eyes.mean(axis=0) - b.eyes.mean(axis=0)))
    return bool(apart < max(a.inter_ocular, b.inter_ocular))


def _beginning(faces: list[Face]) -> tuple[KnownFace, ...]:
    return tuple(KnownFace(Track(face, True, 0, 0)) for face in faces)


def _follow(
    frame: np.ndarray, number: int, one: KnownFace, motion: Motion, tracker: FaceTracker
) -> KnownFace:
    """One face in the next frame; where it is missed it stays in its place."""
    if one.missing:
        return replace(one, missing=one.missing + 1)
    track = tracker.step(frame, number, one.track, motion)
    assert track is not None  # it was found in the frame before
    return KnownFace(track, 0 if track.found else 1)


def _search(frame: np.ndarray, landmarks: str, *, at_once: bool) -> list[Face]:
    """All faces of a frame; the first one of a scene is worth a thorough look."""
    limit = max(frame.shape[:2]) if at_once else _SEARCH_SIZE
    scale = min(1.0, limit / max(frame.shape[:2]))
    small = reduced(frame, scale).astype(np.float32) / 255
    return [face.scaled(1 / scale) for face in find_faces(small, landmarks=landmarks)]
