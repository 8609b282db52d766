"""From a file's packets to frames with times, one at a time."""

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

from facestyle.errors import VideoError
from facestyle.io.videos.containers import demux, open_input, reason
from facestyle.io.videos.deinterlacing import deinterlaced
from facestyle.io.videos.dependencies import import_av
from facestyle.io.videos.info import VideoInfo
from facestyle.io.videos.timeline import Timeline

_LOG = logging.getLogger(__name__)
_TAIL = 1.0  # s that a file may lack at its end without a word
_LATEST = 2**53  # in whatever unit: no time, but damage
# FFmpeg's own decoders leave the opacity of these out
_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


@contextmanager
def opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """Open a file and choose its video: no cover picture, the first of several.

    Raises
    ------
    VideoError
        If the file cannot be read, holds no video, or one of an unknown codec.
    """
    av = import_av()
    with open_input(path) as container:
        for stream in container.streams.video:
            if stream.disposition & av.stream.Disposition.attached_pic:
                continue
            if stream.codec_context is None:
                raise VideoError(
                    f"{path}: its video is of a codec that this build of FFmpeg does not know. "
                    "Convert it to H.264 first."
                )
            yield container, stream
            return
        raise VideoError(f"{path}: holds no video, only {_kinds(container)}.")


def decoded(
    container: Any, stream: Any, info: VideoInfo, timeline: Timeline | None = None
) -> Iterator[Any]:
    """Decode packet after packet; an error tells the time at which it happened.

    Parameters
    ----------
    container : av.container.InputContainer
    stream : av.video.stream.VideoStream
    info : VideoInfo
        For messages and the time base.
    timeline : Timeline, optional
        What straightens the times of joined streams.

    Yields
    ------
    av.VideoFrame

    Raises
    ------
    VideoError
        If the file is damaged there.
    """
    av = import_av()
    clock, damaged = 0.0, False
    decoder = _alpha_decoder(stream)
    packets = demux(container, stream)
    if timeline is not None:
        packets = timeline.straighten(packets)
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                break
            frames = packet.decode() if decoder is None else decoder.decode(packet)
        except EOFError:
            break
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise VideoError(
                f"{info.path}: the video is damaged near {clock:.2f} s ({reason(error)}). Take "
                f"the part before with --end {max(0.0, clock - 0.5):.1f}, or repair the file."
            ) from error
        for frame in frames:
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
    whole = whole_duration(container, stream) if timeline is None else float(timeline.seconds)
    if whole - clock > _TAIL + 2 / float(info.frame_rate):
        _LOG.warning("%s: ends at %.2f s although it says %.2f s", info.path, clock, whole)


def whole_frames(
    container: Any, stream: Any, info: VideoInfo, timeline: Timeline | None = None
) -> Iterator[Any]:
    """Decode frames and deinterlace those that are interlaced.

    Parameters
    ----------
    container, stream, info, timeline
        As of `decoded`.

    Yields
    ------
    av.VideoFrame
    """
    return deinterlaced(decoded(container, stream, info, timeline), info.time_base, info.path)


def timed(frames: Iterator[Any], info: VideoInfo) -> Iterator[tuple[Any, int, int]]:
    """Give every frame a time, later than that of the frame before, and its duration.

    A frame lasts until the next; files tell the durations in the order of decoding.
    """
    step = max(1, round(1 / (info.frame_rate * info.time_base)))
    waiting: Any = None
    time = 0
    for frame in frames:
        pts = frame.pts
        if pts is not None and abs(pts) > _LATEST:
            pts = None
        if waiting is not None:
            pts = time + step if pts is None else max(pts, time + 1)
            yield waiting, time, pts - time
        waiting, time = frame, pts or 0
    if waiting is not None:
        lasts = int(getattr(waiting, "duration", 0) or 0)
        yield waiting, time, lasts if 0 < lasts < _LATEST else step


def seek(container: Any, stream: Any, info: VideoInfo) -> None:
    """Go to the last key frame before the start; stay at the beginning where that is impossible.

    Parameters
    ----------
    container : av.container.InputContainer
    stream : av.video.stream.VideoStream
    info : VideoInfo
        Its `start` is where to go.
    """
    av = import_av()
    target = Fraction(info.start or 0) + info.file_start
    try:
        container.seek(math.floor(target / info.time_base), stream=stream, backward=True)
    except (av.error.FFmpegError, OSError, OverflowError):
        _LOG.info("%s: cannot seek; reading from the beginning", info.path)


def whole_duration(container: Any, stream: Any) -> float:
    """Seconds that the video lasts, or 0."""
    if stream.duration:
        return float(stream.duration * stream.time_base)
    return float(max(Fraction(0), seconds_of(container.duration, Fraction(1, 1_000_000))))


def seconds_of(value: int | None, unit: Fraction) -> Fraction:
    """Convert a time that may be unknown."""
    return Fraction(0) if value is None else value * unit


def _alpha_decoder(stream: Any) -> Any:
    """Make a decoder that knows the opacity which a WebM file says it has."""
    av = import_av()
    name = _ALPHA_DECODERS.get(stream.codec_context.name, "")
    metadata = {key.lower(): value for key, value in stream.metadata.items()}
    if metadata.get("alpha_mode") != "1" or name not in av.codecs_available:
        return None
    return av.CodecContext.create(name, "r")


def _kinds(container: Any) -> str:
    return " and ".join(sorted({stream.type for stream in container.streams})) or "nothing"
