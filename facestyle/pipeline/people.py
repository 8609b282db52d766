"""Several people in a picture: which part of it is whose."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from facestyle.compositing.background import Background
from facestyle.errors import FaceError
from facestyle.faces import Face, find_faces, select_face
from facestyle.faces.analysis import is_large_enough
from facestyle.faces.matte import refine_matte
from facestyle.imaging.levels import to_bytes
from facestyle.methods.engine import Rendering
from facestyle.pipeline.settings import StylizerSettings

_LOG = logging.getLogger(__name__)

# smaller ones, measured by the distance of the eyes of the one that is stylized, are background
SMALLEST_BYSTANDER = 0.35
# what is nearer to one face than to the others by so many inter-ocular distances is that person's;
# between, edges decide: about the half of a shoulder's width
_SURE = 2.0
_GRID = 512  # px, longer side of the copy on which people are told apart
_LEAST_SHARE = 0.01  # of a face in what may show its person
_SOFTNESS = 8.0  # of the border between two faces' results
_ROUNDING = 0.501 / 255  # a matte that was written with 8 bits and read again differs by no more
_SEEN = 0.1  # opacity from which it is known whose a place is


def bystanders(faces: Sequence[Face], chosen: Face) -> list[Face]:
    """Those of the faces that belong to other persons of some size than the chosen one."""
    return [
        face
        for face in faces
        if face is not chosen and face.inter_ocular >= SMALLEST_BYSTANDER * chosen.inter_ocular
    ]


def count_people(
    image: np.ndarray, settings: StylizerSettings, rendering: Rendering, name: str
) -> int:
    """Count the people that matter for what was asked for; says so where some are left as they are.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    settings : StylizerSettings
    rendering : Rendering
    name : str
        What to call the picture.

    Returns
    -------
    int
        0 where the face that was asked for is not there; 1 where nobody of some size is beside it.
    """
    which = settings.which_face
    smallest = SMALLEST_BYSTANDER if which == "largest" else 0.0
    faces = find_faces(image, landmarks=settings.landmarks, smallest=smallest)
    try:
        chosen = select_face(faces, "largest" if which == "all" else which, name, image.shape)
    except FaceError:
        return 0
    if which == "all":
        return sum(is_large_enough(face) for face in faces)
    others = bystanders(faces, chosen)
    if others:
        warn_of_others(name, which, 1 + len(others), rendering.background)
    # numbers count everybody
    return len(faces) if others else 1


def beside_others(rendering: Rendering) -> Rendering:
    """How one of several people is rendered: the picture around the person stays, with the others.

    A background that was asked for by name is put behind the person, and the others are gone.
    """
    if rendering.background.kind != "stylize":
        return rendering
    return replace(rendering, background=Background("keep"))


def warn_of_others(name: str, which: str | int, count: int, background: Background) -> None:
    """Say that one of several people is stylized, and how to have others.

    Parameters
    ----------
    name : str
        The picture's.
    which : str or int
        "largest", or the number of the face.
    count : int
        Faces found in all.
    background : Background
        Whether others and what is behind stay as they are, or others become background.
    """
    one = "the largest" if which == "largest" else f"number {which}"
    kept = background.kind in ("stylize", "keep")
    _LOG.warning(
        "%s: %d faces found, %s is stylized; the others %s. --face all stylizes everybody, "
        "--face N one, counted from the left",
        name,
        count,
        one,
        "and the background stay as they are" if kept else "are taken for background",
    )


def nearest_face_shares(shape: tuple[int, ...], faces: Sequence[Face]) -> np.ndarray:
    """How much each pixel belongs to each face, by distance in face sizes.

    Parameters
    ----------
    shape : (height, width, ...)
        Of the picture, px.
    faces : sequence of Face

    Returns
    -------
    (N, H, W) float32
        The sum is 1 everywhere.
    """
    score = _nearness(shape, faces)
    share = np.exp(_SOFTNESS * (score - score.max(axis=0)))
    return np.asarray(share / share.sum(axis=0))


def own_share(image: np.ndarray, chosen: Face, others: Sequence[Face]) -> np.ndarray:
    """Which part of a picture is the chosen person's, where others stand beside.

    By distance from the faces, and where that is in doubt along the picture's edges (watershed,
    Meyer 1992).

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    chosen : Face
    others : sequence of Face

    Returns
    -------
    (H, W) float32
        1 where it is nobody else's.
    """
    height, width = image.shape[:2]
    scale = min(1.0, _GRID / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    score = _nearness(small.shape, [face.scaled(scale) for face in (chosen, *others)])
    lead = score[0] - score[1:].max(axis=0)
    markers = np.where(lead > _SURE, 1, np.where(lead < -_SURE, 2, 0)).astype(np.int32)
    if not (markers == 1).any() or not (markers == 2).any():
        markers = np.where(lead > 0, 1, 2).astype(np.int32)
    parts = cv2.watershed(to_bytes(small), markers)
    own = np.where(parts < 0, lead > 0, parts == 1).astype(np.float32)
    own = cv2.resize(own, (width, height), interpolation=cv2.INTER_LINEAR)
    return refine_matte(image, own, chosen.inter_ocular)


def person_matte_beside(
    image: np.ndarray,
    face: Face,
    others: Sequence[Face],
    matte_of: Callable[[np.ndarray, Face], np.ndarray],
) -> np.ndarray:
    """The matte of one of several people, found in the part of the picture that may be theirs.

    The segmentation network squeezes what it gets into a square: of a wide picture of several
    people it sees little more than heads.

    Parameters
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    face : Face
    others : sequence of Face
    matte_of : callable
        Gives the matte of a picture with a face.

    Returns
    -------
    (H, W) float32
        0 where it is surely somebody else's; see `own_share` for the rest.
    """
    part = _own_part(image.shape, face, others)
    offset = np.array([part[1].start, part[0].start], np.float64)
    matte = np.zeros(image.shape[:2], np.float32)
    matte[part] = matte_of(np.ascontiguousarray(image[part]), _shifted(face, -offset))
    return matte


def known_mattes(
    known: np.ndarray, faces: Sequence[Face], found: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """The mattes of the people in a picture, of one of all that a user knows to be right.

    If it says what was found, so do they, to the bit. Elsewhere a place is whose it was found to
    be, which one matte of all cannot tell.

    Parameters
    ----------
    known : (H, W) float32
        Opacity of everybody.
    faces : sequence of Face
    found : sequence of (H, W) float32
        Of each face, the matte that was found.

    Returns
    -------
    list of (H, W) float32
        Of each face; 0 where it is surely somebody else's.
    """
    everybody = functools.reduce(np.maximum, found)
    if (np.abs(known - everybody) <= _ROUNDING).all():
        return list(found)
    sure = np.minimum(everybody / _SEEN, 1)
    made = []
    for face, own in zip(faces, found, strict=True):
        part = _own_part(known.shape, face, [other for other in faces if other is not face])
        share = np.zeros(known.shape, np.float32)
        share[part] = 1
        share += sure * (own / np.maximum(everybody, np.float32(1e-6)) - share)
        made.append(np.asarray(known * share, np.float32))
    return made


def _own_part(shape: tuple[int, ...], face: Face, others: Sequence[Face]) -> tuple[slice, slice]:
    """The part of a picture of some shape that may show one of several people."""
    height, width = shape[:2]
    scale = min(1.0, _GRID / max(height, width))
    small = max(1, round(height * scale)), max(1, round(width * scale))
    own = nearest_face_shares(small, [f.scaled(scale) for f in (face, *others)])[0] > _LEAST_SHARE
    rows, columns = (
        slice(int(line.min() / scale), min(length, int(np.ceil((line.max() + 1) / scale))))
        for line, length in zip(np.nonzero(own), (height, width), strict=True)
    )
    return rows, columns


def _shifted(face: Face, offset: np.ndarray) -> Face:
    mesh = None if face.mesh is None else face.mesh + offset
    return Face(face.landmarks + offset, mesh, face.outline + offset, face.source)


def _nearness(shape: tuple[int, ...], faces: Sequence[Face]) -> np.ndarray:
    """How near each pixel is to each face, in inter-ocular distances below 0; (N, H, W)."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    scores = []
    for face in faces:
        x, y = face.landmarks[30]
        # bodies hang below faces: what lies below counts as half as far
        down = np.where(rows > y, 0.5, 1.0) * (rows - y)
        scores.append(-np.hypot(columns - x, down) / face.inter_ocular)
    return np.stack(scores)
