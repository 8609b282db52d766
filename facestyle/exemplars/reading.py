"""One exemplar from its file: the picture, its face, and the photograph that it was made from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, NamedTuple

import cv2
import numpy as np

from facestyle import disk_cache
from facestyle.errors import ExemplarError, FaceError, LandmarksError
from facestyle.exemplars.frame import Box, inside_frame
from facestyle.faces import (
    Face,
    Portrait,
    person_matte,
    portrait_from_image,
    read_landmarks,
    select_face,
)
from facestyle.faces.dotted_faces import find_dotted_face
from facestyle.faces.landmarks import check_landmarks
from facestyle.files import read_regular
from facestyle.imaging.points import scaled_points
from facestyle.io.images import read_image

LANDMARKS_SUFFIX = ".landmarks.txt"
# larger exemplars are reduced: no style lives in more pixels than these on the long side
_LONGEST = 2400
_SMALLEST = 16  # px; no detector finds a face in less


class ReadExemplar(NamedTuple):
    """An exemplar, and what is known of its file.

    Attributes
    ----------
    portrait : Portrait
        Without its frame.
    fingerprint : str
        Of the file's content and of how it was analyzed.
    frame : Box or None
        What the frame left of the picture, px of the file; None where nothing was left out.
    """

    portrait: Portrait
    fingerprint: str
    frame: Box | None = None


@dataclass(frozen=True)
class _Analysis:
    """What is cached of an exemplar: all but its picture."""

    face: Face
    matte: Annotated[np.ndarray, disk_cache.Schema("uint8", 2)]
    frame: Annotated[np.ndarray, disk_cache.Schema("int64", 1)]  # a box, empty without a frame


def read_exemplar(
    path: Path, *, landmarks: str = "auto", cache: bool = True, whole: bool = False
) -> ReadExemplar:
    """Read one exemplar and find its face.

    Parameters
    ----------
    path : Path
    landmarks : {"auto", "dlib", "mesh"}
        Landmark detector.
    cache : bool
        Whether the analysis is kept on disk.
    whole : bool
        Keep a frame around the picture. Otherwise it is left out: its lines would be drawn among
        the strokes, and its colors would count as the background's.

    Returns
    -------
    ReadExemplar

    Raises
    ------
    ImageError
        If the file is no picture.
    FaceError
        If it shows no usable face.
    LandmarksError
        If its landmarks file is damaged.
    """
    rgb = _on_white(path)
    points_path = path.with_name(path.stem + LANDMARKS_SUFFIX)
    given = None
    if os.path.lexists(points_path):
        given = check_landmarks(read_landmarks(points_path), str(points_path), rgb.shape[:2])
    key = disk_cache.fingerprint(
        "exemplar",
        read_regular(path),
        landmarks,
        b"" if given is None else given.tobytes(),
        "whole" if whole else "",
    )
    stored = disk_cache.load(_Analysis, key) if cache else None
    frame = _frame_of(stored, rgb, whole)
    inside, given = _reduced(rgb, frame, given, path)
    if stored is not None and stored.matte.shape == inside.shape[:2]:
        matte = stored.matte.astype(np.float32) / 255
        return ReadExemplar(Portrait(inside, stored.face, matte, path.name), key, frame)
    try:
        portrait = _portrait(inside, str(path), landmarks, given)
    except (FaceError, LandmarksError):
        if frame is None:
            raise
        # what looked like a frame has the face in it, or cuts it
        return read_exemplar(path, landmarks=landmarks, cache=cache, whole=True)
    matte = np.round(portrait.matte * 255).astype(np.uint8)
    if cache:
        box = np.array([] if frame is None else frame, np.int64)
        disk_cache.save(key, _Analysis(portrait.face, matte, box))
    # the first run and the cached ones must see the same matte
    matte = matte.astype(np.float32) / 255
    return ReadExemplar(replace(portrait, matte=matte, name=path.name), key, frame)


def _portrait(image: np.ndarray, name: str, landmarks: str, given: np.ndarray | None) -> Portrait:
    """The portrait in a picture, which may be drawn in dots."""
    try:
        portrait = portrait_from_image(image, name=name, landmarks=landmarks, given=given)
    except FaceError:
        dotted = None if given is not None else _dotted_portrait(image, name, landmarks)
        if dotted is None:
            raise
        return dotted
    if given is None and abs(portrait.face.tilt) > np.pi / 2:
        # in dots, detectors may see somebody upside down who is not
        return _dotted_portrait(image, name, landmarks) or portrait
    return portrait


def _dotted_portrait(image: np.ndarray, name: str, landmarks: str) -> Portrait | None:
    """The portrait that a blurred copy shows."""
    face = find_dotted_face(image, landmarks=landmarks)
    if face is None:
        return None
    face = select_face([face], "largest", name, image.shape)
    return Portrait(image, face, person_matte(image, face), name)


def _on_white(path: Path) -> np.ndarray:
    """A file's picture; what is transparent is paper."""
    picture = read_image(path)
    if picture.alpha is None:
        return picture.rgb
    opacity = picture.alpha[..., None]
    return np.asarray(picture.rgb * opacity + (1 - opacity))


def _frame_of(stored: _Analysis | None, rgb: np.ndarray, whole: bool) -> Box | None:
    """The picture inside its frame, as it was stored or found now."""
    if whole:
        return None
    if stored is None or stored.frame.size not in (0, len(Box._fields)):
        return inside_frame(rgb)
    return Box(*stored.frame.tolist()) if stored.frame.size else None


def _reduced(
    rgb: np.ndarray, frame: Box | None, given: np.ndarray | None, path: Path
) -> tuple[np.ndarray, np.ndarray | None]:
    """The picture inside its frame and its landmarks, at the size that is worked with."""
    if frame is not None:
        rgb = frame.cut(rgb)
        given = None if given is None else given - (frame.left, frame.top)
    factor = min(1.0, _LONGEST / max(rgb.shape[:2]))
    if min(rgb.shape[:2]) * factor < _SMALLEST:
        raise ExemplarError(
            f"{path}: {rgb.shape[1]} x {rgb.shape[0]} pixels are too narrow for a portrait; "
            f"expected {_SMALLEST} or more on the short side"
        )
    if factor < 1:
        rgb = cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return rgb, None if given is None else scaled_points(given, factor)


def read_with_photo(
    path: Path, photo_paths: Mapping[str, Path], landmarks: str, cache: bool
) -> ReadExemplar:
    """Read one exemplar and the photograph that it was made from, frames and all.

    Both show the same places only as long as neither is cut.

    Parameters
    ----------
    path : Path
    photo_paths : mapping of str to Path
        The photographs, by their stems.
    landmarks : {"auto", "dlib", "mesh"}
    cache : bool

    Returns
    -------
    ReadExemplar
        With the fingerprint of both.

    Raises
    ------
    FacestyleError
        As `read_exemplar`, and where there is no such photograph.
    """
    portrait, key, _ = read_exemplar(path, landmarks=landmarks, cache=cache, whole=True)
    photo_path = photo_paths.get(path.stem)
    if photo_path is None:
        raise ExemplarError(
            f"{path}: no photograph of the name '{path.stem}' is among the exemplar photos"
        )
    photo, photo_key, _ = read_exemplar(photo_path, landmarks=landmarks, cache=cache, whole=True)
    return ReadExemplar(replace(portrait, photo=photo), disk_cache.fingerprint(key, photo_key))
