"""A folder of stylized portraits, with the face found in each."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facestyle import disk_cache
from facestyle.errors import ExemplarError, FacestyleError, clause
from facestyle.exemplars.frame import inside_frame
from facestyle.exemplars.kept_portrait import kept
from facestyle.exemplars.reading import (
    LANDMARKS_SUFFIX,
    ReadExemplar,
    read_exemplar,
    read_with_photo,
)
from facestyle.faces import Portrait
from facestyle.frozen import FrozenRecord
from facestyle.imaging.threads import in_threads
from facestyle.io.images import expand_inputs, read_image
from facestyle.looks import find_exemplars

_LOG = logging.getLogger(__name__)
_AT_ONCE = 2  # files that are read at once: each may be large before it is reduced


@dataclass(frozen=True)
class ExemplarPicture(FrozenRecord):
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
    def load(
        cls,
        look: str | Path,
        *,
        photos: str | Path | None = None,
        landmarks: str = "auto",
        cache: bool = True,
    ) -> ExemplarSet:
        """Read a look that comes with facestyle, by its name, or a folder or picture.

        Parameters
        ----------
        look : str or Path
            Such as "noir" (`facestyle.looks.bundled_looks` has them all); or see `from_folder`. A
            folder of that name in the working directory is taken before the look, with a warning.
        photos : str or Path, optional
            Folder of photographs, or "pencil_photos": those that the bundled looks were made from.
        landmarks, cache
            See `from_folder`.

        Raises
        ------
        ExemplarError
            If there is no such look, folder or picture, or nothing in it has a usable face.
        """
        return cls.from_folder(
            find_exemplars(look),
            photos=None if photos is None else find_exemplars(photos),
            landmarks=landmarks,
            cache=cache,
        )

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

        def read(path: Path) -> ReadExemplar | Exception:
            try:
                if photos is None:
                    found = read_exemplar(path, landmarks=landmarks, cache=cache)
                else:
                    found = read_with_photo(path, photo_paths, landmarks, cache)
                return found._replace(portrait=kept(found.portrait))
            except Exception as error:  # one odd picture must not stop the others
                return error

        portraits, fingerprints, problems, framed = [], [], [], []
        for path, found in zip(paths, in_threads(read, paths, most=_AT_ONCE), strict=True):
            if isinstance(found, Exception):
                message = _describe_problem(path, found)
                problems.append((path, message))
                _LOG.warning("exemplar skipped: %s", message)
                continue
            portraits.append(found.portrait)
            fingerprints.append(found.fingerprint)
            framed += [path.name] if found.frame else []
        if not portraits:
            reasons = "; ".join(message for _, message in problems[:3])
            raise ExemplarError(
                f"{folder}: none of the {len(paths)} pictures is a usable exemplar ({reasons}). "
                "Give pictures that each show one face, or 68 points in a file NAME"
                f"{LANDMARKS_SUFFIX} beside the picture."
            )
        _say_framed(folder, framed, len(portraits))
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
        pictures, framed = [], []
        for path in paths:
            image = read_image(path).rgb
            box = inside_frame(image)
            if box is not None:
                image = box.cut(image)
                framed.append(path.name)
            pictures.append(ExemplarPicture(image, path.name))
        _say_framed(Path(folder), framed, len(paths))
        contents = [disk_cache.fingerprint("style picture", path.read_bytes()) for path in paths]
        return cls([], pictures=pictures, fingerprints=contents)


def _picture_files(folder: Path) -> list[Path]:
    """Pictures in a folder, or the one picture that was named; `ExemplarError` if none."""
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


def _say_framed(folder: Path, framed: list[str], count: int) -> None:
    """Say whose frames are left out, if any are."""
    if framed:
        names = ", ".join(framed[:3]) + (", ..." if len(framed) > 3 else "")
        _LOG.warning(
            "%s: the frames around %d of %d pictures are not used: %s",
            folder,
            len(framed),
            count,
            names,
        )


def _describe_problem(path: Path, error: Exception) -> str:
    if isinstance(error, FacestyleError):
        return str(error)
    _LOG.debug("%s", path, exc_info=error)
    return f"{path}: cannot be used as an exemplar ({type(error).__name__}: {clause(error)})"
