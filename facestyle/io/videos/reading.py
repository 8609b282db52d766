"""Frames of a video file, one at a time."""

import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from facestyle.errors import VideoError
from facestyle.io.videos.color import (
    color_notice,
    has_alpha,
    is_deep,
    read_color,
    to_alpha,
    to_rgb,
)
from facestyle.io.videos.containers import check_frame_size, open_input
from facestyle.io.videos.decoding import (
    decoded,
    opened,
    seconds_of,
    seek,
    timed,
    whole_duration,
    whole_frames,
)
from facestyle.io.videos.dependencies import import_av
from facestyle.io.videos.info import Frame, VideoInfo
from facestyle.io.videos.orientation import Orientation, read_orientation
from facestyle.io.videos.timeline import Timeline, can_jump, read_timeline

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class VideoFile:
    """A video file; every call of `frames` reads it anew.

    Attributes
    ----------
    info : VideoInfo
        What is known without reading all of it.
    orientation : Orientation
        What brings its frames upright.
    timeline : Timeline or None
        One clock for the file, where its own jumps.
    """

    info: VideoInfo
    orientation: Orientation
    timeline: Timeline | None = None

    def frames(self, *, skip: int = 0) -> Iterator[Frame]:
        """Hand out the frames between `info.start` and `info.end`, but the first `skip`.

        Raises
        ------
        VideoError
            If a frame cannot be decoded; the message names the file and the time.
        """
        info = self.info
        with opened(info.path) as (container, stream):
            stream.thread_type = "AUTO"
            if info.start and self.timeline is None:
                seek(container, stream, info)
            number = 0
            reformatter = import_av().video.reformatter.VideoReformatter()
            frames = timed(whole_frames(container, stream, info, self.timeline), info)
            for picture, pts, duration in frames:
                seconds = float(pts * info.time_base - info.file_start)
                if info.start is not None and seconds < info.start - 1e-6:
                    continue
                if info.end is not None and seconds >= info.end - 1e-6:
                    return
                if number == info.preview:
                    return
                if number >= skip:
                    pixels, alpha = self._pixels(picture, seconds, reformatter)
                    yield Frame(pixels, number, pts, duration, seconds, alpha)
                number += 1

    def _pixels(self, picture: Any, seconds: float, reformatter: Any) -> tuple[Any, Any]:
        """Upright color and opacity of a decoded frame."""
        info = self.info
        width, height = picture.width, picture.height
        if self.orientation.transpose:
            width, height = height, width
        if (width, height) != (info.width, info.height):
            raise VideoError(
                f"{info.path}: the frames change from {info.width} x {info.height} to "
                f"{width} x {height} px at {seconds:.2f} s; convert it to one size first."
            )
        deep = info.bit_depth > 8
        color = replace(info.color, full_range=read_color(picture).full_range)
        pixels = self.orientation.apply(to_rgb(picture, color, deep=deep, reformatter=reformatter))
        if not info.alpha:
            return pixels, None
        alpha = to_alpha(picture, deep=deep, reformatter=reformatter)
        return pixels, self.orientation.apply(alpha)


def open_video_file(
    path: Path,
    *,
    start: float | None = None,
    end: float | None = None,
    preview: int | None = None,
) -> VideoFile:
    """Look into a video file: its first frame tells size, orientation and colors.

    Parameters
    ----------
    path : Path
    start, end : float, optional
        Part of the clip, s.
    preview : int, optional
        Frames at most.

    Returns
    -------
    VideoFile

    Raises
    ------
    VideoError
        If the file cannot be read or holds no video.
    """
    with opened(path) as (container, stream):
        timeline = _timeline(path) if can_jump(container) else None
        file_start = max(Fraction(0), seconds_of(container.start_time, Fraction(1, 1_000_000)))
        check_frame_size(path, stream.width, stream.height)
        info = VideoInfo(
            path=path,
            width=stream.width,
            height=stream.height,
            frame_rate=_frame_rate(stream),
            time_base=Fraction(stream.time_base),
            frames=0,
            seconds=0.0,
            start=start,
            end=end,
            preview=preview,
            sound=any(True for _ in container.streams.audio),
            file_start=file_start,
        )
        first = next(decoded(container, stream, info), None)
        if first is None:
            raise VideoError(f"{path}: holds no frame that can be decoded.")
        whole = whole_duration(container, stream)
        total = stream.frames or round(whole * info.frame_rate)
        if timeline is not None:
            whole = float(timeline.seconds)
            total = round(whole * info.frame_rate)
        info = _with_part(_with_first(info, stream, first), whole, total)
        _say(info, first, timeline)
        return VideoFile(info, read_orientation(first), timeline)


def _timeline(path: Path) -> Timeline | None:
    """One clock, if that of the file jumps."""
    with open_input(path) as container:
        timeline = read_timeline(container)
    return timeline if timeline.jumps else None


def _frame_rate(stream: Any) -> Fraction:
    rate = Fraction(stream.average_rate or stream.guessed_rate or 25)
    return rate if Fraction(1, 1000) <= rate <= 1000 else Fraction(25)  # else it is damaged


def _with_first(info: VideoInfo, stream: Any, first: Any) -> VideoInfo:
    """Add what the first frame tells."""
    aspect = Fraction(stream.sample_aspect_ratio or 1)
    width, height = first.width, first.height
    check_frame_size(info.path, width, height)
    if read_orientation(first).transpose:
        width, height, aspect = height, width, 1 / aspect
    return replace(
        info,
        width=width,
        height=height,
        bit_depth=16 if is_deep(first) else 8,
        pixel_aspect=aspect,
        color=read_color(first),
        alpha=has_alpha(first),
    )


def _with_part(info: VideoInfo, whole: float, total: int) -> VideoInfo:
    """Add how long the part between the start and the end is, estimated."""
    last = whole if info.end is None else min(info.end, whole)
    kept = max(0.0, last - min(info.start or 0.0, last))
    frames = math.ceil(total * kept / whole) if whole else 0
    if info.preview is not None and frames > info.preview:
        kept, frames = kept * info.preview / frames, info.preview
    return replace(info, frames=frames, seconds=kept)


def _say(info: VideoInfo, first: Any, timeline: Timeline | None) -> None:
    """Say what is changed without having been asked for."""
    notice = color_notice(info.color)
    if notice:
        _LOG.warning("%s: %s", info.path, notice)
    if first.interlaced_frame:
        _LOG.warning("%s: is interlaced and is deinterlaced", info.path)
    if timeline is not None:
        _LOG.warning(
            "%s: its clock starts again, as if files had been joined; the parts follow each other",
            info.path,
        )
