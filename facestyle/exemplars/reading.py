"""One exemplar from its file: the picture, its face, and the photograph that it was made from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np

from facestyle import disk_cache
from facestyle.errors import ExemplarError
from facestyle.faces import Face, Portrait, portrait_from_image, read_landmarks
from facestyle.faces.landmarks import check_landmarks
from facestyle.files import read_regular
from facestyle.imaging.points import scaled_points
from facestyle.io.images import read_image

LANDMARKS_SUFFIX = ".landmarks.txt"
# larger exemplars are reduced: no style lives in more pixels than these on the long side
_LONGEST = 2400
_SMALLEST = 16  # px; no detector finds a face in less


@dataclass(frozen=True)
class _Analysis:
    """What is cached of an exemplar: all but its picture."""

    face: Face
    matte: Annotated[np.ndarray, disk_cache.Schema("uint8", 2)]


def read_exemplar(
    path: Path, *, landmarks: str = "auto", cache: bool = True
) -> tuple[Portrait, str]:
    """Read one exemplar and find its face.

    Parameters
    ----------
    path : Path
    landmarks : {"auto", "dlib", "mesh"}
        Landmark detector.
    cache : bool
        Whether the analysis is kept on disk.

    Returns
    -------
    portrait : Portrait
    fingerprint : str
        Of the file's content and of how it was analyzed.

    Raises
    ------
    ImageError
        If the file is no picture.
    FaceError
        If it shows no usable face.
    LandmarksError
        If its landmarks file is damaged.
    """
    picture = read_image(path)
    rgb = picture.rgb
    if picture.alpha is not None:
        opacity = picture.alpha[..., None]
        rgb = rgb * opacity + (1 - opacity)
    factor = min(1.0, _LONGEST / max(rgb.shape[:2]))
    if min(rgb.shape[:2]) * factor < _SMALLEST:
        raise ExemplarError(
            f"{path}: {rgb.shape[1]} x {rgb.shape[0]} pixels are too narrow for a portrait; "
            f"expected {_SMALLEST} or more on the short side"
        )
    points_path = path.with_name(path.stem + LANDMARKS_SUFFIX)
    given = None
    if os.path.lexists(points_path):
        points = check_landmarks(read_landmarks(points_path), str(points_path), rgb.shape[:2])
        given = scaled_points(points, factor)
    if factor < 1:
        rgb = cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    key = disk_cache.fingerprint(
        "exemplar", read_regular(path), landmarks, b"" if given is None else given.tobytes()
    )
    stored = disk_cache.load(_Analysis, key) if cache else None
    if stored is not None and stored.matte.shape == rgb.shape[:2]:
        matte = stored.matte.astype(np.float32) / 255
        return Portrait(rgb, stored.face, matte, path.name), key
    portrait = portrait_from_image(rgb, name=str(path), landmarks=landmarks, given=given)
    matte = np.round(portrait.matte * 255).astype(np.uint8)
    if cache:
        disk_cache.save(key, _Analysis(portrait.face, matte))
    # the first run and the cached ones must see the same matte
    return replace(portrait, matte=matte.astype(np.float32) / 255, name=path.name), key


def read_with_photo(
    path: Path, photo_paths: Mapping[str, Path], landmarks: str, cache: bool
) -> tuple[Portrait, str]:
    """Read one exemplar and the photograph that it was made from.

    Parameters
    ----------
    path : Path
    photo_paths : mapping of str to Path
        The photographs, by their stems.
    landmarks : {"auto", "dlib", "mesh"}
    cache : bool

    Returns
    -------
    portrait : Portrait
    fingerprint : str
        Of both.

    Raises
    ------
    FacestyleError
        As `read_exemplar`, and where there is no such photograph.
    """
    portrait, key = read_exemplar(path, landmarks=landmarks, cache=cache)
    photo_path = photo_paths.get(path.stem)
    if photo_path is None:
        raise ExemplarError(
            f"{path}: no photograph of the name '{path.stem}' is among the exemplar photos"
        )
    photo, photo_key = read_exemplar(photo_path, landmarks=landmarks, cache=cache)
    return replace(portrait, photo=photo), disk_cache.fingerprint(key, photo_key)
