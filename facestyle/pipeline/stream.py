"""A stream of frames in, a stream of results out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from facestyle.errors import UsageError
from facestyle.io.images import from_array, to_array
from facestyle.methods import Method, Outcome
from facestyle.methods.energy.clip import EnergyFrames
from facestyle.methods.energy.method import EnergyMethod
from facestyle.methods.frames import FrameStylizer, StylizedFrame, frame_of
from facestyle.methods.patch import PatchMethod
from facestyle.tracking.tracker import FaceTracker

if TYPE_CHECKING:
    from facestyle.methods.neural.method import NeuralStylizer
    from facestyle.pipeline.stylizer import Result, Stylizer


def make_frame_stylizer(stylizer: Stylizer | NeuralStylizer) -> FrameStylizer:
    """What stylizes a clip frame by frame as a stylizer does single pictures.

    A stylizer that knows video by itself has a method `frame_stylizer`.

    Raises
    ------
    UsageError
        If the stylizer knows no video.
    """
    from facestyle.pipeline.stylizer import Stylizer

    if not isinstance(stylizer, Stylizer):
        own: Callable[[], FrameStylizer] | None = getattr(stylizer, "frame_stylizer", None)
        if own is None:
            raise UsageError("--method neural: found a video, which it cannot stylize yet")
        return own()
    flow = stylizer.flow
    tracker = FaceTracker(landmarks=stylizer.landmarks, which=stylizer.face)
    method: Method = stylizer.method
    if isinstance(method, EnergyMethod):
        return EnergyFrames(
            method.prepared,
            method.backgrounds,
            method.paper,
            settings=method.settings,
            tracker=tracker,
            flow=flow,
            strength=stylizer.strength,
            background=stylizer.background,
        )
    if isinstance(method, PatchMethod) and not method.paired:
        from facestyle.methods.patch_unpaired.clip import PatchFrames

        return PatchFrames(
            method.prepared,
            tracker=tracker,
            flow=flow,
            strength=stylizer.strength,
            background=stylizer.background,
            **method.settings,
        )
    from facestyle.methods.frame_by_frame import FilteredFrames

    return FilteredFrames(
        method,
        stylizer.exemplars.portraits[0],
        tracker=tracker,
        flow=flow,
        strength=stylizer.strength,
        background=stylizer.background,
    )


def stylize_stream(stylizer: Stylizer, frames: Iterable[np.ndarray]) -> Iterator[Result]:
    """Stylize the frames of a clip, each as soon as it comes.

    Parameters
    ----------
    stylizer : Stylizer
    frames : iterable of (H, W), (H, W, 3) or (H, W, 4) uint8, uint16 or float
        Of one size. Opacity passes through.

    Yields
    ------
    Result
        In the order of the frames.

    Raises
    ------
    UsageError
        If a frame differs in size from those before.
    """
    worker = make_frame_stylizer(stylizer)
    size: tuple[int, ...] | None = None
    for number, frame in enumerate(frames):
        start = time.perf_counter()
        frame = np.asarray(frame)
        if size is not None and frame.shape[:2] != size:
            raise UsageError(
                f"frame {number}: found {frame.shape[1]} x {frame.shape[0]} px, expected "
                f"{size[1]} x {size[0]} as before; begin a new clip where the size changes"
            )
        size = frame.shape[:2]
        rgb, alpha = _colors(frame)
        done = worker.step(rgb)
        yield _result(stylizer, frame, alpha, done, start)


def _colors(frame: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """RGB of any frame; bytes stay as they are."""
    if frame.dtype == np.uint8 and frame.ndim == 3 and frame.shape[2] == 3:
        return frame, None
    return from_array(frame)


def _result(
    stylizer: Stylizer,
    frame: np.ndarray,
    alpha: np.ndarray | None,
    done: StylizedFrame,
    start: float,
) -> Result:
    """A frame's record as that of a picture."""
    from facestyle.pipeline.stylizer import Result

    assert done.face is not None  # every method of a `Stylizer` tracks one
    opacity = alpha if done.alpha is None else done.alpha
    if alpha is not None and done.alpha is not None:
        opacity = np.minimum(alpha, done.alpha)
    like = frame
    if done.alpha is not None:
        like = np.empty((*frame.shape[:2], 4), frame.dtype)
    aligned: Callable[[], np.ndarray] = partial(_no_exemplars, len(done.names))
    outcome = Outcome(done.image, done.alpha, done.labels, done.names, done.timings, {}, aligned)
    if opacity is None and like.ndim == 3 and like.shape[2] == 3:
        image = frame_of(done.image, like.dtype)
    else:
        image = to_array(done.image, opacity, like)
    timings = {**done.timings, "total": time.perf_counter() - start}
    method = stylizer.method.name
    return Result(image, done.labels, done.face, done.matte, opacity, method, timings, outcome)


def _no_exemplars(count: int) -> np.ndarray:
    """A clip's exemplars are not kept warped."""
    return np.empty((count, 0, 0, 3), np.float32)
