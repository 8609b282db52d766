"""A folder of stylized portraits, with the face found in each."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np

from facestyle import disk_cache
from facestyle.errors import ExemplarError, FacestyleError, clause
from facestyle.faces import Face, Portrait, portrait_from_image, read_landmarks
from facestyle.faces.landmarks import check_landmarks
from facestyle.files import read_regular
from facestyle.io.images import expand_inputs, read_image

LANDMARKS_SUFFIX = ".landmarks.txt"
# larger exemplars are reduced: no style lives in more pixels than these on the long side
_LONGEST = 2400
_SMALLEST = 16  # px; no detector finds a face in less
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Analysis:
    """What is cached of an exemplar: all but its picture."""

    face: Face
    matte: Annotated[np.ndarray, disk_cache.Schema("uint8", 2)]


@dataclass(frozen=True)
class ExemplarPicture:
    """A picture whose style is wanted, whatever it shows.

    Attributes
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    name : str
        The file's name.
    """

    image: np.ndarray
    name: str


class ExemplarSet:
    """Stylized portraits, several works in one style, of people other than the input's.

    Parameters
    ----------
    portraits : sequence of Portrait
        At least one.
    fingerprints : sequence of str, optional
        One for each portrait, naming its content; prepared exemplars are cached on disk by them.
    problems : sequence of (Path, str), optional
        Files that were skipped, and why.
    pictures : sequence of ExemplarPicture, optional
        Instead of portraits, for methods that need no faces.

    Raises
    ------
    ExemplarError
        If there is no portrait and no picture.
    """

    def __init__(
        self,
        portraits: Sequence[Portrait],
        *,
        fingerprints: Sequence[str] | None = None,
        problems: Sequence[tuple[Path, str]] = (),
        pictures: Sequence[ExemplarPicture] = (),
    ) -> None:
        if not portraits and not pictures:
            raise ExemplarError("An exemplar set needs at least one portrait with a face.")
        self._pictures = tuple(pictures)
        self._portraits = tuple(portraits)
        self.fingerprints = None if fingerprints is None else tuple(fingerprints)
        self.problems = tuple(problems)

    @property
    def portraits(self) -> tuple[Portrait, ...]:
        """The exemplars with their faces.

        Raises
        ------
        ExemplarError
            If the set was read without looking for faces.
        """
        if not self._portraits:
            raise ExemplarError(
                "The exemplars were read as pictures, without looking for faces; read them with "
                "ExemplarSet.from_folder(...) for this method"
            )
        return self._portraits

    @property
    def pictures(self) -> tuple[ExemplarPicture, ...]:
        """The exemplars as pictures, for methods that need no faces."""
        if self._pictures:
            return self._pictures
        return tuple(ExemplarPicture(p.image, p.name) for p in self._portraits)

    def __len__(self) -> int:
        return len(self._portraits) or len(self._pictures)

    def __iter__(self) -> Iterator[Portrait]:
        return iter(self.portraits)

    @classmethod
    def from_folder(
        cls,
        folder: str | Path,
        *,
        photos: str | Path | None = None,
        landmarks: str = "auto",
        cache: bool = True,
    ) -> ExemplarSet:
        """Read a folder of exemplars, or a single picture.

        A file `NAME.landmarks.txt` beside a picture gives its 68 landmarks where no detector finds
        them (statues, cartoons).

        Parameters
        ----------
        folder : path-like
            Folder (searched recursively) or picture.
        photos : path-like, optional
            Folder with the photographs that the drawings were made from, of the same stems.
        landmarks : {"auto", "dlib", "mesh"}
            Backend.
        cache : bool
            Keep what was found on disk, by the files' content.

        Raises
        ------
        ExemplarError
            If the folder is missing or empty, or no picture in it has a usable face.
        """
        folder = Path(folder)
        paths = _picture_files(folder)
        photo_paths = {} if photos is None else {p.stem: p for p in _picture_files(Path(photos))}
        portraits, fingerprints, problems = [], [], []
        for path in paths:
            try:
                portrait, key = read_exemplar(path, landmarks=landmarks, cache=cache)
                if photo_paths:
                    portrait, key = _with_photo(portrait, key, path, photo_paths, landmarks, cache)
            except Exception as error:  # one odd picture must not stop the others
                message = _describe_problem(path, error)
                problems.append((path, message))
                _LOG.warning("exemplar skipped: %s", message)
                continue
            portraits.append(portrait)
            fingerprints.append(key)
        if not portraits:
            reasons = "; ".join(message for _, message in problems[:3])
            raise ExemplarError(
                f"{folder}: none of the {len(paths)} pictures is a usable exemplar ({reasons}). "
                "Give pictures that each show one face, or 68 points in a file NAME"
                f"{LANDMARKS_SUFFIX} beside the picture."
            )
        return cls(portraits, fingerprints=fingerprints if cache else None, problems=problems)

    @classmethod
    def of_pictures(cls, folder: str | Path) -> ExemplarSet:
        """Read a folder of style pictures, or a single one, without looking for faces.

        Parameters
        ----------
        folder : path-like
            Folder (searched recursively) or picture.

        Returns
        -------
        ExemplarSet
            Without portraits: for methods that need no faces.

        Raises
        ------
        ExemplarError
            If the folder is missing or empty.
        ImageError
            If a file is no picture.
        """
        paths = _picture_files(Path(folder))
        pictures = [ExemplarPicture(read_image(path).rgb, path.name) for path in paths]
        contents = [disk_cache.fingerprint("style picture", path.read_bytes()) for path in paths]
        return cls([], pictures=pictures, fingerprints=contents)


def read_exemplar(
    path: Path, *, landmarks: str = "auto", cache: bool = True
) -> tuple[Portrait, str]:
    """Read one exemplar and find its face.

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
        given = (points + 0.5) * factor - 0.5
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


def _with_photo(
    portrait: Portrait,
    key: str,
    path: Path,
    photo_paths: dict[str, Path],
    landmarks: str,
    cache: bool,
) -> tuple[Portrait, str]:
    """Attach the photograph that a drawing was made from."""
    photo_path = photo_paths.get(path.stem)
    if photo_path is None:
        raise ExemplarError(
            f"{path}: no photograph of the name '{path.stem}' is among the exemplar photos"
        )
    photo, photo_key = read_exemplar(photo_path, landmarks=landmarks, cache=cache)
    return replace(portrait, photo=photo), disk_cache.fingerprint(key, photo_key)


def _picture_files(folder: Path) -> list[Path]:
    """Pictures in a folder, or the one picture that was named.

    Raises
    ------
    ExemplarError
        If there is none.
    """
    if not os.path.exists(folder):
        raise ExemplarError(
            f"{folder}: no such folder or picture; expected a folder of stylized portraits"
        )
    if not os.path.isdir(folder):
        return [folder]
    # what was found and is no picture, such as a folder without permission, is reported as one
    files = [item.path for item in expand_inputs([folder]) if item.found]
    if not files:
        raise ExemplarError(
            f"{folder}: the folder holds no pictures; put several stylized portraits in it"
        )
    return files


def _describe_problem(path: Path, error: Exception) -> str:
    if isinstance(error, FacestyleError):
        return str(error)
    _LOG.debug("%s", path, exc_info=error)
    return f"{path}: cannot be used as an exemplar ({type(error).__name__}: {clause(error)})"
