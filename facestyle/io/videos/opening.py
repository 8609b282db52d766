"""One way to open videos and sequences of pictures, and one to write them."""

import logging
import math
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from facestyle.errors import UsageError
from facestyle.io.videos.animations import is_animated, open_animation
from facestyle.io.videos.info import Frame, VideoInfo
from facestyle.io.videos.names import is_sequence, is_video
from facestyle.io.videos.reading import open_video_file
from facestyle.io.videos.sequence_writer import SequenceWriter
from facestyle.io.videos.sequences import open_sequence
from facestyle.io.videos.writer import SegmentedWriter

_LOG = logging.getLogger(__name__)
_USUAL_RATE = 25  # pictures a second


class VideoSource(Protocol):
    """Something with frames; reading them again starts anew."""

    @property
    def info(self) -> VideoInfo:
        """What is known of it."""

    def frames(self, *, skip: int = 0) -> Iterator[Frame]:
        """Hand out the frames in order, but the first `skip`."""


def is_clip(path: str | os.PathLike[str]) -> bool:
    """Whether `open_video` is for this: a video, a sequence of pictures or an animated picture."""
    return is_video(path) or is_sequence(path) or is_animated(path)


def open_video(
    path: str | os.PathLike[str],
    *,
    start: float | None = None,
    end: float | None = None,
    frame_rate: float | Fraction | None = None,
    preview: int | None = None,
) -> VideoSource:
    """Open a video file or a sequence of pictures for reading.

    Frames come upright (a phone's rotation is applied), as RGB of full range, each with the
    file's own time, one at a time: memory stays the same however long the video.

    Parameters
    ----------
    path : path-like
        A file that FFmpeg reads, an animated GIF, WebP, PNG or AVIF, or a pattern such as
        ``frames/%05d.png``.
    start, end : float, optional
        Seconds since the beginning; frames shown at `start` or later and before `end` are read.
    frame_rate : float or Fraction, optional
        Pictures a second, of a sequence: 25 by default. Other clips have their own, which is said
        where one is given.
    preview : int, optional
        Only so many frames, from `start` on; sound that is copied ends with them.

    Returns
    -------
    VideoSource
        `info` tells about it, `frames` hands out the frames.

    Raises
    ------
    VideoError
        If it cannot be read, holds no video, or pictures are missing.
    UsageError
        If `start` or `end` is negative or not before the other.
    MissingDependencyError
        If PyAV is not installed; sequences do without.
    """
    for name, seconds in (("start", start), ("end", end)):
        if seconds is not None and not (seconds >= 0 and math.isfinite(seconds)):
            raise UsageError(f"{name} is {seconds} s; expected 0 or more.")
    if end is not None and end <= (start or 0):
        raise UsageError(f"end is {end} s; expected it after the start, {start or 0} s.")
    if preview is not None and preview < 1:
        raise UsageError(f"preview is {preview} frames; expected 1 or more.")
    path = Path(path)
    if is_sequence(path):
        rate = _checked_rate(_USUAL_RATE if frame_rate is None else frame_rate)
        return open_sequence(path, frame_rate=rate, start=start, end=end, preview=preview)
    if frame_rate is not None:
        _LOG.warning("%s: keeps its own frame rate; --fps is for sequences of pictures", path)
    if is_animated(path):
        return open_animation(path, start=start, end=end, preview=preview)
    return open_video_file(path, start=start, end=end, preview=preview)


def _checked_rate(frame_rate: float | Fraction) -> Fraction:
    if not (math.isfinite(frame_rate) and 0.001 <= frame_rate <= 1000):
        raise UsageError(f"frame_rate is {frame_rate}; expected 0.001 to 1000 pictures a second.")
    return Fraction(frame_rate).limit_denominator(1001)


def open_video_writer(
    path: str | os.PathLike[str],
    info: VideoInfo,
    *,
    fingerprint: str = "",
    resume: bool = True,
    overwrite: bool = True,
    alpha: bool | None = None,
) -> SegmentedWriter | SequenceWriter:
    """Open a video file or a sequence of pictures for writing; both have the same methods.

    Parameters
    ----------
    path : path-like
        ``.mp4``, ``.m4v``, ``.mov``, ``.mkv``, ``.webm`` or ``.gif``, or a pattern such as
        ``frames/%05d.png``.
    info : VideoInfo
        Of the source: size, times, colors and sound are kept.
    fingerprint : str
        Names everything else that the frames depend on (settings, exemplars); parts of a run
        with another fingerprint are not continued.
    resume : bool
        Whether to go on from the parts of an interrupted run.
    overwrite : bool
        Whether pictures of a sequence may be replaced that an interrupted run with the same
        settings did not make.
    alpha : bool, optional
        Whether a video is transparent in places; by default if the source is. Pictures are
        wherever a frame has opacity.

    Raises
    ------
    VideoError
        If the name's suffix is not one that is written, or its format does not take the sound.
    """
    if is_sequence(path):
        return SequenceWriter(
            path, info, fingerprint=fingerprint, resume=resume, overwrite=overwrite
        )
    return SegmentedWriter(path, info, fingerprint=fingerprint, resume=resume, alpha=alpha)
