"""The pipeline, in one page: a portrait and an exemplar set in, the stylized portrait out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from facestyle.compositing.background import parse_background
from facestyle.errors import UsageError
from facestyle.exemplars import ExemplarSet
from facestyle.faces import (
    Face,
    Portrait,
    check_backend,
    find_faces,
    portrait_from_image,
    select_face,
)
from facestyle.flow import parse_flow_source
from facestyle.io.images import from_array, to_array
from facestyle.methods import METHODS, Method, Outcome, choose_method

if TYPE_CHECKING:
    from facestyle.pipeline.batch import BatchResult


@dataclass(frozen=True)
class Result:
    """A stylized portrait with everything that explains it.

    Attributes
    ----------
    image : ndarray
        Of the input's size, type and number of channels.
    labels : (h, w) int32
        Which exemplar was used, on a grid over the picture.
    face : Face
        The face that was stylized (the largest of several).
    matte : (H, W) float32
        Opacity of the person.
    alpha : (H, W) float32 or None
        Opacity of the result, where it has one (`background="transparent"`, or the input had one).
    method : str
    timings : dict of str to float
        Seconds of each stage.
    outcome : Outcome
        The transfer's own record, in the package's float format.
    """

    image: np.ndarray
    labels: np.ndarray
    face: Face
    matte: np.ndarray
    alpha: np.ndarray | None
    method: str
    timings: dict[str, float]
    outcome: Outcome = field(repr=False)

    @property
    def aligned(self) -> np.ndarray:
        """The exemplars warped onto the face, (K, h, w, 3) float32 in [0, 1]."""
        return self.outcome.aligned()


class Stylizer:
    """Redraws portraits in the style of an exemplar set.

    Exemplars are prepared on first use and kept, in memory and (for sets read from files) on disk.

    Parameters
    ----------
    exemplars : ExemplarSet
    method : {"auto", "energy", "patch"}
        How; "auto" decides by the exemplars: energy for photographs, patch for drawings and
        paintings.
    strength : float
        In [0, 1]; 0 leaves the picture unchanged.
    background : str
        stylize, keep, paper, transparent, or a color #rrggbb.
    face : "largest", "all" or int
        Which face; a number counts from the left, from 1.
    landmarks : {"auto", "dlib", "mesh"}
        Backend.
    seed : int
        Results repeat for a seed.
    flow : str or Path
        How motion is found in videos: dis, deepflow, sparse-to-dense, or a folder of .flo files;
        see `facestyle.flow.FlowSource`.
    **options
        The method's own: `identity`, `texture` and `labels` of patch, `tone="residual"` of energy
        for the papers' transfer; see `facestyle.methods`.

    Raises
    ------
    UsageError
        If an option has no such value, or belongs to another method.
    """

    def __init__(
        self,
        exemplars: ExemplarSet,
        *,
        method: str = "auto",
        strength: float = 1.0,
        background: str = "stylize",
        face: str | int = "largest",
        landmarks: str = "auto",
        seed: int = 0,
        flow: str | Path = "dis",
        **options: Any,
    ) -> None:
        if not 0 <= strength <= 1:
            raise UsageError(f"strength: found {strength}, expected a number from 0 to 1")
        if method != "auto" and method not in METHODS:
            raise UsageError(f"method: found '{method}', expected auto, {', '.join(METHODS)}")
        parse_background(background)
        check_backend(landmarks)
        self.exemplars = exemplars
        self.strength = strength
        self.background = background
        self.face = _parse_face(face)
        self.landmarks = landmarks
        self.flow = parse_flow_source(flow)
        self.method: Method
        self.method, self.method_reason = choose_method(exemplars, method, seed=seed, **options)

    def __call__(self, image: np.ndarray, *, landmarks: np.ndarray | None = None) -> Result:
        """Stylize one picture.

        Parameters
        ----------
        image : (H, W), (H, W, 3) or (H, W, 4) uint8, uint16 or float
            sRGB.
        landmarks : (68, 2) float64, optional
            Known landmarks, xy px; nothing is detected then.

        Returns
        -------
        Result

        Raises
        ------
        FaceError
            If there is no usable face.
        """
        return self.stylize(image, landmarks=landmarks)

    def stylize(
        self, image: np.ndarray, *, landmarks: np.ndarray | None = None, name: str = "the picture"
    ) -> Result:
        """Stylize one picture that has a name for messages; see `__call__`."""
        start = time.perf_counter()
        rgb, alpha = from_array(image)
        portraits = self._find_portraits(rgb, landmarks, name)
        if alpha is not None:
            portraits = [replace(p, matte=p.matte * alpha) for p in portraits]
        timings = {"faces": time.perf_counter() - start}
        outcome = self._transfer(portraits)
        if self.strength == 0 and outcome.alpha is None:
            outcome = replace(outcome, image=rgb)  # exactly: color spaces round
        timings.update(outcome.timings)
        timings["total"] = time.perf_counter() - start
        opacity = _combined_alpha(alpha, outcome.alpha)
        main = portraits[0]
        # a picture without an alpha channel gets one only where the result has to be transparent
        like = image if outcome.alpha is None else _with_alpha_channel(image)
        return Result(
            to_array(outcome.image, opacity, like),
            outcome.labels,
            main.face,
            main.matte,
            opacity,
            self.method.name,
            timings,
            outcome,
        )

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
        from facestyle.pipeline.batch import stylize_files

        return stylize_files(self, [Path(path) for path in paths], jobs=jobs)

    def video(self, frames: Iterable[np.ndarray]) -> Iterator[Result]:
        """Stylize the frames of a clip, stable in time; memory does not grow with its length.

        One face is followed. A frame that does not show it goes on in the same style.

        Parameters
        ----------
        frames : iterable of ndarray
            Of one size; see `__call__`.

        Yields
        ------
        Result
            For each frame, before the next one is asked for.
        """
        from facestyle.pipeline.stream import stylize_stream

        return stylize_stream(self, frames)

    def _find_portraits(
        self, rgb: np.ndarray, given: np.ndarray | None, name: str
    ) -> list[Portrait]:
        """The portraits to stylize: one, or one for each face."""
        if given is not None or self.face != "all":
            which = "largest" if self.face == "all" else self.face
            return [
                portrait_from_image(
                    rgb, name=name, landmarks=self.landmarks, given=given, which=which
                )
            ]
        faces = find_faces(rgb, landmarks=self.landmarks)
        select_face(faces, "largest", name)  # says what is wrong where there is none
        return [Portrait(rgb, f, self.method.matte(rgb, f), name) for f in faces]

    def _transfer(self, portraits: list[Portrait]) -> Outcome:
        """Stylize each portrait; where there are several, each has the part nearest to its face."""
        outcomes = [
            self.method.transfer(p, strength=self.strength, background=self.background)
            for p in portraits
        ]
        first = outcomes[0]
        if len(outcomes) == 1:
            return first
        shares = _nearest_face_shares(portraits)
        image = sum(s[..., None] * o.image for s, o in zip(shares, outcomes, strict=True))
        alpha = first.alpha
        if alpha is not None:
            alpha = np.max([o.alpha for o in outcomes if o.alpha is not None], axis=0)
        timings = {k: sum(o.timings.get(k, 0.0) for o in outcomes) for k in first.timings}
        return replace(first, image=np.asarray(image, np.float32), alpha=alpha, timings=timings)


def _parse_face(face: str | int) -> str | int:
    """Check the face option: "largest", "all" or a number from 1."""
    if face in ("largest", "all"):
        return face
    try:
        number = int(face)
    except ValueError:
        number = 0
    if number < 1:
        raise UsageError(f"face: found '{face}', expected largest, all or a number from 1")
    return number


def _combined_alpha(own: np.ndarray | None, result: np.ndarray | None) -> np.ndarray | None:
    """The input's opacity, limited by the result's."""
    if own is None or result is None:
        return own if result is None else result
    return np.minimum(own, result)


def _with_alpha_channel(image: np.ndarray) -> np.ndarray:
    """A template of the picture's size and type with four channels."""
    height, width = image.shape[:2]
    return np.empty((height, width, 4), image.dtype)


def _nearest_face_shares(portraits: list[Portrait]) -> np.ndarray:
    """How much each pixel belongs to each face, by distance in face sizes; (N, H, W), sums to 1."""
    height, width = portraits[0].matte.shape
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    scores = []
    for portrait in portraits:
        unit = portrait.face.inter_ocular
        x, y = portrait.face.landmarks[30]
        # bodies hang below faces: what lies below counts as half as far
        down = np.where(rows > y, 0.5, 1.0) * (rows - y)
        scores.append(-np.hypot(columns - x, down) / unit)
    score = np.stack(scores)
    share = np.exp(8 * (score - score.max(axis=0)))
    return share / share.sum(axis=0)
