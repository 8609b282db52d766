"""Frames of a video file, one at a time."""

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from facestyle.errors import VideoError
from facestyle.io.videos.color import is_deep, read_color, to_rgb
from facestyle.io.videos.dependencies import import_av
from facestyle.io.videos.info import Frame, VideoInfo
from facestyle.io.videos.orientation import Orientation, read_orientation

_LOG = logging.getLogger(__name__)
_TAIL = 1.0  # s that a file may lack at its end without a word


@dataclass(frozen=True)
class VideoFile:
    """A video file; every call of `frames` reads it anew.

    Attributes
    ----------
    info : VideoInfo
        What is known without reading all of it.
    orientation : Orientation
        What brings its frames upright.
    """

    info: VideoInfo
    orientation: Orientation

    def frames(self, *, skip: int = 0) -> Iterator[Frame]:
        """Hand out the frames between `info.start` and `info.end`, but the first `skip`.

        Raises
        ------
        VideoError
            If a frame cannot be decoded; the message names the file and the time.
        """
        info = self.info
        with _opened(info.path) as (container, stream):
            stream.thread_type = "AUTO"
            if info.start:
                _seek(container, stream, info)
            number = 0
            reformatter = import_av().video.reformatter.VideoReformatter()
            for decoded, pts, duration in _timed(_decoded(container, stream, info), info):
                seconds = float(pts * info.time_base - info.file_start)
                if info.start is not None and seconds < info.start - 1e-6:
                    continue
                if info.end is not None and seconds >= info.end - 1e-6:
                    return
                if number >= skip:
                    deep = info.bit_depth > 8
                    color = replace(info.color, full_range=read_color(decoded).full_range)
                    pixels = to_rgb(decoded, color, deep=deep, reformatter=reformatter)
                    upright = self.orientation.apply(pixels)
                    if upright.shape[:2] != (info.height, info.width):
                        raise VideoError(
                            f"{info.path}: the frames change from {info.width} x {info.height} to "
                            f"{upright.shape[1]} x {upright.shape[0]} px at {seconds:.2f} s; "
                            "convert it to one size first."
                        )
                    yield Frame(upright, number, pts, duration, seconds)
                number += 1


def open_video_file(
    path: Path, *, start: float | None = None, end: float | None = None
) -> VideoFile:
    """Look into a video file: its first frame tells size, orientation and colors.

    Raises
    ------
    VideoError
        If the file cannot be read or holds no video.
    """
    with _opened(path) as (container, stream):
        file_start = max(Fraction(0), _seconds(container.start_time, Fraction(1, 1_000_000)))
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        info = VideoInfo(
            path=path,
            width=stream.width,
            height=stream.height,
            frame_rate=Fraction(rate),
            time_base=Fraction(stream.time_base),
            frames=0,
            seconds=0.0,
            start=start,
            end=end,
            sound=any(True for _ in container.streams.audio),
            file_start=file_start,
        )
        first = next(_decoded(container, stream, info), None)
        if first is None:
            raise VideoError(f"{path}: holds no frame that can be decoded.")
        orientation = read_orientation(first)
        aspect = stream.sample_aspect_ratio or Fraction(1)
        width, height = first.width, first.height
        if orientation.transpose:
            width, height, aspect = height, width, 1 / aspect
        whole = _whole_duration(container, stream)
        last = whole if end is None else min(end, whole)
        kept = max(0.0, last - min(start or 0.0, last))
        total = stream.frames or round(whole * rate)
        info = replace(
            info,
            width=width,
            height=height,
            frames=math.ceil(total * kept / whole) if whole else 0,
            seconds=kept,
            bit_depth=16 if is_deep(first) else 8,
            pixel_aspect=aspect,
            color=read_color(first),
        )
        return VideoFile(info, orientation)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """Open a file and choose its video: no cover picture, the first of several."""
    av = import_av()
    try:
        container = av.open(str(path))
    except (OSError, ValueError, av.error.FFmpegError) as error:
        raise VideoError(f"{path}: cannot be read as a video ({_reason(error)}).") from error
    with container:
        for stream in container.streams.video:
            if not stream.disposition & av.stream.Disposition.attached_pic:
                yield container, stream
                return
        raise VideoError(f"{path}: holds no video, only {_kinds(container)}.")


def _decoded(container: Any, stream: Any, info: VideoInfo) -> Iterator[Any]:
    """Decode packet after packet; an error tells the time at which it happened."""
    av = import_av()
    clock, damaged = 0.0, False
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                break
            decoded = packet.decode()
        except EOFError:
            break
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise VideoError(
                f"{info.path}: the video is damaged near {clock:.2f} s ({_reason(error)}). Take "
                f"the part before with --end {max(0.0, clock - 0.5):.1f}, or repair the file."
            ) from error
        for frame in decoded:
            if frame.pts is not None:
                clock = float(frame.pts * info.time_base - info.file_start)
            if frame.is_corrupt and not damaged:
                damaged = True
                _LOG.warning(
                    "%s: the frame at %.2f s is damaged and shown as well as it can be",
                    info.path,
                    clock,
                )
            yield frame
    whole = _whole_duration(container, stream)
    if whole - clock > _TAIL + 2 / float(info.frame_rate):
        _LOG.warning("%s: ends at %.2f s although it says %.2f s", info.path, clock, whole)


def _timed(frames: Iterator[Any], info: VideoInfo) -> Iterator[tuple[Any, int, int]]:
    """Give every frame a time, later than that of the frame before, and its duration.

    A frame lasts until the next; files tell the durations in the order of decoding.
    """
    step = max(1, round(1 / (info.frame_rate * info.time_base)))
    waiting: Any = None
    time = 0
    for frame in frames:
        pts = frame.pts
        if waiting is not None:
            pts = time + step if pts is None else max(pts, time + 1)
            yield waiting, time, pts - time
        waiting, time = frame, pts or 0
    if waiting is not None:
        yield waiting, time, int(getattr(waiting, "duration", 0) or 0) or step


def _seek(container: Any, stream: Any, info: VideoInfo) -> None:
    """Go to the last key frame before the start; stay at the beginning where that is impossible."""
    av = import_av()
    target = Fraction(info.start or 0) + info.file_start
    try:
        container.seek(math.floor(target / info.time_base), stream=stream, backward=True)
    except (av.error.FFmpegError, OSError):
        _LOG.info("%s: cannot seek; reading from the beginning", info.path)


def _whole_duration(container: Any, stream: Any) -> float:
    """Seconds that the video lasts, or 0."""
    if stream.duration:
        return float(stream.duration * stream.time_base)
    return float(max(Fraction(0), _seconds(container.duration, Fraction(1, 1_000_000))))


def _seconds(value: int | None, unit: Fraction) -> Fraction:
    return Fraction(0) if value is None else value * unit


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _kinds(container: Any) -> str:
    return " and ".join(sorted({stream.type for stream in container.streams})) or "nothing"
