"""A stream of frames in, a stream of results out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

import numpy as np

from facestyle.errors import UsageError
from facestyle.faces import Portrait
from facestyle.imaging.levels import to_float
from facestyle.io.images import from_array
from facestyle.pipeline.people import count_people
from facestyle.pipeline.result import Result, make_result
from facestyle.pipeline.stills import StillStylizer


def stylize_stream(stylizer: StillStylizer, frames: Iterable[np.ndarray]) -> Iterator[Result]:
    """Stylize the frames of a clip, each as soon as it comes.

    Parameters
    ----------
    stylizer : StillStylizer
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
    first, frames = _peek(frames)
    people = 1
    if first is not None and stylizer.needs_face:
        image = to_float(_colors(first)[0])
        people = count_people(image, stylizer.settings, stylizer.rendering, "the clip")
    engine = stylizer.frames(people)
    if engine.needs_all_frames:
        frames = list(frames)
        engine.study(_colors(np.asarray(frame))[0] for frame in frames)
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
        done = engine.step(rgb)
        portrait = None
        if done.face is not None and done.matte is not None:
            portrait = Portrait(done.outcome.image, done.face, done.matte)
        timings = {**done.outcome.timings, "total": time.perf_counter() - start}
        result = make_result(frame, alpha, done.outcome, stylizer.method.name, portrait, timings)
        yield replace(result, found=done.found)
    engine.finish()


def _peek(frames: Iterable[np.ndarray]) -> tuple[np.ndarray | None, Iterable[np.ndarray]]:
    """The first frame, and all frames."""
    iterator = iter(frames)
    for first in iterator:
        return np.asarray(first), chain([first], iterator)
    return None, ()


def _colors(frame: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """RGB of any frame; bytes stay as they are."""
    if frame.dtype == np.uint8 and frame.ndim == 3 and frame.shape[2] == 3:
        return frame, None
    return from_array(frame)
