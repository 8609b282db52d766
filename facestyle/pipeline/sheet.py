"""One portrait in many looks: what is shown to choose from."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from facestyle.errors import FacestyleError
from facestyle.imaging.levels import to_float
from facestyle.imaging.points import scaled_points
from facestyle.imaging.pyramid import reduced
from facestyle.io.images import from_array
from facestyle.looks import find_exemplars, name_of
from facestyle.pipeline.blending import is_blend
from facestyle.pipeline.pictures import PictureLike, input_picture
from facestyle.pipeline.stylizer import Stylizer

_LOG = logging.getLogger(__name__)
_STRIP = 160  # px, longer side of the exemplars that are shown


@dataclass(frozen=True)
class SheetPlan:
    """What goes onto a sheet: every look by every method at every strength.

    Attributes
    ----------
    looks : sequence of str or Path
        Names of looks, folders or pictures.
    methods : sequence of str
        See `Stylizer`.
    strengths : sequence of float
        From 0, the picture itself, to 1, the full style.
    size : int
        The portrait is reduced to so many px on its longer side.
    options : mapping of str to object
        Further settings of every stylizer, such as ``background``.
    """

    looks: Sequence[str | Path]
    methods: Sequence[str] = ("auto",)
    strengths: Sequence[float] = (1.0,)
    size: int = 900
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Results on the sheet."""
        return len(self.looks) * len(self.methods) * len(self.strengths)


@dataclass(frozen=True)
class SheetEntry:
    """One result on a sheet.

    Attributes
    ----------
    look : str
        The look's name.
    method : str
        The one that was used; the one asked for, where it failed.
    strength : float
    image : (H, W, 3) float32 or None
        sRGB in [0, 1]; None where it failed.
    exemplars : tuple of (h, w, 3) float32
        Small, to be shown beside it.
    error : str
        Why it failed, in one line.
    seconds : float
    """

    look: str
    method: str
    strength: float
    image: np.ndarray | None = None
    exemplars: tuple[np.ndarray, ...] = ()
    error: str = ""
    seconds: float = 0.0


def sheet_portrait(
    picture: PictureLike, size: int, landmarks: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray | None]:
    """The picture that a sheet is made of, laid on white, and its known landmarks.

    Parameters
    ----------
    picture : ndarray, PIL.Image.Image or path-like
        As `Stylizer` takes it.
    size : int
        It is reduced to so many px on its longer side.
    landmarks : (68, 2) float64, optional
        Known landmarks, xy px of the whole picture.

    Returns
    -------
    portrait : (H, W, 3) float32
        sRGB in [0, 1].
    landmarks : (68, 2) float64 or None
        xy px of the portrait.
    """
    rgb, alpha = from_array(input_picture(picture).array)
    if alpha is not None:
        rgb = rgb * alpha[..., None] + (1 - alpha[..., None])
    portrait = _reduced(rgb, size)
    if landmarks is not None:
        landmarks = scaled_points(landmarks, np.divide(portrait.shape[1::-1], rgb.shape[1::-1]))
    return portrait, landmarks


def sheet_entries(
    portrait: np.ndarray, plan: SheetPlan, landmarks: np.ndarray | None = None
) -> Iterator[SheetEntry]:
    """Stylize a portrait in every look; a failure is an entry, too.

    Parameters
    ----------
    portrait : (H, W, 3) float32
        sRGB in [0, 1].
    plan : SheetPlan
    landmarks : (68, 2) float64, optional
        Known landmarks, xy px of the portrait; nothing is detected then.

    Yields
    ------
    SheetEntry
        By looks, then methods, then strengths, each as soon as it is done.

    Raises
    ------
    ExemplarError
        If there is no such look.
    """
    folders = [Path(look) if is_blend(look) else find_exemplars(look) for look in plan.looks]
    for folder, name in zip(folders, _names(folders), strict=True):
        for method in plan.methods:
            yield from _by_one_method(portrait, landmarks, folder, name, method, plan)


def _by_one_method(
    portrait: np.ndarray,
    landmarks: np.ndarray | None,
    folder: Path,
    name: str,
    method: str,
    plan: SheetPlan,
) -> Iterator[SheetEntry]:
    """A look by one method at every strength; its exemplars are prepared once."""
    stylizer: Stylizer | None = None
    for strength in plan.strengths:
        start = time.perf_counter()
        try:
            stylizer = stylizer or Stylizer(folder, method=method, **plan.options)
            result = stylizer.replaced(strength=strength).stylize(portrait, landmarks=landmarks)
        except Exception as error:  # one look must not stop the others
            message = " ".join(str(error).split()).removeprefix("the picture: ")
            if not isinstance(error, FacestyleError):
                message = f"unexpected {type(error).__name__}: {message}. Please report this"
            _LOG.debug("%s by %s", name, method, exc_info=error)
            yield SheetEntry(name, method, strength, error=message)
            continue
        exemplars = () if stylizer.exemplars is None else stylizer.exemplars.pictures
        rgb, alpha = result.outcome.image, result.alpha
        if alpha is not None:
            rgb = rgb * alpha[..., None] + (1 - alpha[..., None])
        yield SheetEntry(
            name,
            result.method.replace("_", "-"),
            strength,
            np.clip(rgb, 0, 1).astype(np.float32),
            tuple(_reduced(picture.image, _STRIP) for picture in exemplars),
            seconds=time.perf_counter() - start,
        )


def _names(folders: Sequence[Path]) -> list[str]:
    """What to call the looks; folders of one name are told apart by where they are."""
    names = [name_of(folder) for folder in folders]
    return [
        name if names.count(name) == 1 else str(folder)
        for name, folder in zip(names, folders, strict=True)
    ]


def _reduced(image: np.ndarray, size: int) -> np.ndarray:
    """A picture reduced to a longer side of `size` px at most, (h, w, 3) float32."""
    image = to_float(image)
    return reduced(image, size / max(image.shape[:2]))
