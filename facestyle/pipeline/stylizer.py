"""The stylizer that users call: single pictures, batches and clips."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from facestyle.errors import ExemplarError, UsageError
from facestyle.exemplars import ExemplarSet
from facestyle.looks import bundled_sets, find_exemplars
from facestyle.methods import METHODS
from facestyle.methods.choice import (
    check_before_choice,
    check_method,
    choose_method,
    is_neural,
)
from facestyle.neural.model_names import bundled_models
from facestyle.pipeline.batch import BatchResult, stylize_files
from facestyle.pipeline.blending import is_blend, make_blend
from facestyle.pipeline.pictures import PictureLike
from facestyle.pipeline.presets import find_preset
from facestyle.pipeline.result import Result
from facestyle.pipeline.settings import split_options
from facestyle.pipeline.stills import StillStylizer
from facestyle.pipeline.stream import stylize_stream


class Stylizer(StillStylizer):
    """Redraws portraits in the style of an exemplar set.

    Exemplars are prepared on first use and kept, in memory and (for sets read from files) on disk.

    Parameters
    ----------
    exemplars : ExemplarSet, str, Path or None
        Or what `ExemplarSet.load` takes: the name of a look ("noir"), a folder, a picture; or a
        blend of two, "noir+warm", "noir:2+warm:1". None where `model` names a trained network.
    method : str
        "auto" decides by the exemplars: energy for photographs, patches for drawings and
        paintings; "energy", "patch", "patch-paired", "patch-unpaired" or "neural".
    preset : str or Path, optional
        Settings to begin with: a paper's ("song2017", "shih2014", "gatys2016", "ruder2016",
        "johnson2016"), or a .toml file. A setting given beside it changes that setting alone.
    **options
        Of every stylizer: `strength`, `background`, `face`, `landmarks`, `seed`, `flow`; see
        `facestyle.pipeline.settings.StylizerSettings`. The method's own, such as `identity` and
        `texture` of patch, `tone` of energy, `model` and `size` of neural; see the classes of
        settings in `facestyle.methods`.

    Raises
    ------
    UsageError
        If an option has no such value, or belongs to another method.
    """

    def __init__(
        self,
        exemplars: ExemplarSet | str | Path | None = None,
        *,
        method: str = "auto",
        preset: str | Path | None = None,
        **options: Any,
    ) -> None:
        if preset is not None:
            found = find_preset(preset)
            if check_method(method) not in ("auto", found.method) and found.method in METHODS:
                raise UsageError(
                    f"preset: '{preset}' is of method {found.method.replace('_', '-')}, the method "
                    f"asked for is {method}; leave one of them out"
                )
            options = found.options | options
            method = found.method if method == "auto" else method
        settings, own = split_options(options)
        check_before_choice(method, own)  # reading exemplars takes seconds
        read: ExemplarSet | None
        if isinstance(exemplars, str | Path) and is_blend(exemplars):
            read, chosen, self.method_reason = make_blend(exemplars, method, own, settings)
        else:
            read = read_exemplars(exemplars, method, own, landmarks=settings.landmarks)
            chosen, self.method_reason = choose_method(read, method, own, seed=settings.seed)
        super().__init__(read, chosen, settings)

    @classmethod
    def from_model(cls, model: str | Path, **options: Any) -> Stylizer:
        """A stylizer that redraws pictures by a trained network.

        Parameters
        ----------
        model : str or Path
            A file of ``facestyle train``, or the name of a network that comes with facestyle.
        **options
            As of the class.

        Returns
        -------
        Stylizer
        """
        for name in ("method", "exemplars"):
            if name in options:
                raise UsageError(f"{name}: is given by the trained network; leave it out")
        return cls(None, method="neural", model=model, **options)

    def __call__(
        self,
        picture: PictureLike,
        *,
        landmarks: np.ndarray | None = None,
        matte: np.ndarray | None = None,
    ) -> Result:
        """Stylize one picture.

        Parameters
        ----------
        picture : ndarray, PIL.Image.Image or path-like
            Arrays are (H, W), (H, W, 3) or (H, W, 4) uint8, uint16 or float in [0, 1], sRGB; the
            result has their type. Files and Pillow pictures give results of uint8, or uint16 for
            files of 16 bits.
        landmarks : (68, 2) float64, optional
            Known landmarks, xy px; nothing is detected then.
        matte : (H, W), optional
            Known opacity of the person, uint8, uint16 or float in [0, 1]; instead of the one that
            is found.

        Returns
        -------
        Result

        Raises
        ------
        FaceError
            If a face is needed, and there is none.
        ImageError
            If a file is no picture.
        UsageError
            If an array is no picture, or the matte is none of it.
        """
        return self.stylize(picture, landmarks=landmarks, matte=matte)

    def map(self, paths: Iterable[str | Path], *, jobs: int = 1) -> Iterator[BatchResult]:
        """Stylize many files; a failure is a result with `.error`.

        Parameters
        ----------
        paths : iterable of path-like
        jobs : int
            Processes; 1 works in this one.

        Yields
        ------
        BatchResult
            In the order of `paths`.
        """
        return stylize_files(self, [Path(path) for path in paths], jobs=jobs)

    def video(self, frames: Iterable[np.ndarray]) -> Iterator[Result]:
        """Stylize the frames of a clip, stable in time; memory does not grow with its length.

        One face is followed. A frame that does not show it goes on in the same style.

        Parameters
        ----------
        frames : iterable of ndarray
            Of one size; see `__call__`. Where the method needs to see all frames before the first
            (neural with several passes), they are kept in memory.

        Yields
        ------
        Result
            For each frame, before the next one is asked for.
        """
        return stylize_stream(self, frames)


def read_exemplars(
    exemplars: ExemplarSet | str | Path | None,
    method: str,
    options: Mapping[str, Any],
    *,
    photos: str | Path | None = None,
    landmarks: str = "auto",
) -> ExemplarSet | None:
    """The exemplars as a set: from a look, a folder or a picture, with faces where needed.

    Parameters
    ----------
    exemplars : ExemplarSet, str, Path or None
    method : str
    options : mapping of str to object
        Settings of the method.
    photos : str or Path, optional
        See `ExemplarSet.load`.
    landmarks : {"auto", "dlib", "mesh"}
        Landmark detector: who may not use one of them may not use it for exemplars either.

    Raises
    ------
    FacestyleError
        If they are none.
    """
    if exemplars is None or isinstance(exemplars, ExemplarSet):
        return exemplars
    if not isinstance(exemplars, str | Path):
        raise UsageError(
            f"exemplars: found {type(exemplars).__name__}, expected an ExemplarSet or a folder"
        )
    _refuse_trained_style(exemplars)
    if is_neural(method, options):
        return ExemplarSet.of_pictures(find_exemplars(exemplars))
    return ExemplarSet.load(exemplars, photos=photos, landmarks=landmarks)


def _refuse_trained_style(exemplars: str | Path) -> None:
    """A trained style is no folder: what it was drawn after is not kept."""
    name = str(exemplars)
    if name in bundled_models() and name not in bundled_sets() and not os.path.lexists(name):
        raise ExemplarError(
            f'{name}: a trained style, which has no exemplars; give it as model="{name}"'
        )
