"""Segments, sound and subtitles put together to the final file."""

import heapq
import io
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

from facestyle.errors import VideoError
from facestyle.io.videos.codecs import FORMATS, EncoderSettings
from facestyle.io.videos.companions import Companions
from facestyle.io.videos.containers import open_input, open_output, reason
from facestyle.io.videos.dependencies import import_av
from facestyle.io.videos.encoder import Segment
from facestyle.io.videos.info import VideoInfo
from facestyle.io.videos.names import is_video

_OPTIONS = {
    "mp4": {"movflags": "+faststart"},
    "mov": {"movflags": "+faststart"},
    # else Matroska's muxer adds a random number, and equal runs differ
    "matroska": {"fflags": "+bitexact"},
    "webm": {"fflags": "+bitexact"},
}
# no place: a styled video is made to be shown
_KEPT_METADATA = frozenset(
    {
        *("title", "artist", "author", "album", "comment", "description", "copyright", "genre"),
        *("date", "creation_time"),
    }
)


def check_companions_fit(path: Path, info: VideoInfo) -> None:
    """Raise VideoError, before any work is done, if the output cannot hold the source's sound.

    Subtitles that it cannot hold are left out, which is said.
    """
    if not _has_companions(info):
        return
    av = import_av()
    name = FORMATS[path.suffix.lower()]
    companions = Companions(info.path)
    try:
        with av.open(io.BytesIO(), "w", format=name) as target:
            companions.check(name, set(target.supported_codecs))
    finally:
        companions.close()


def join(
    path: Path,
    unfinished: Path,
    segments: Iterator[Segment],
    settings: EncoderSettings,
    info: VideoInfo,
    origin: int,
    end: Fraction | None,
) -> None:
    """Write the final file: under another name until it is whole.

    Parameters
    ----------
    path : Path
        The output.
    unfinished : Path
        The name until then, on the same disk.
    segments : iterator of Segment
        In order; one is in memory at a time.
    settings : EncoderSettings
        That they were encoded with.
    info : VideoInfo
        Of the source, whose sound is copied.
    origin : int
        Time of the source, in its time base, that becomes 0.
    end : Fraction or None
        Time of the source, in seconds, at which the sound ends.
    """
    av = import_av()
    companions = Companions(info.path) if _has_companions(info) else None
    name = FORMATS[path.suffix.lower()]
    try:
        options = dict(_OPTIONS.get(name, {}))
        if name == "gif":  # repetitions: 0 for ever, -1 none
            options["loop"] = str(info.plays - 1 or -1) if info.plays else "0"
        with open_output(unfinished, name, options) as container:
            stream = settings.add_stream(container)
            if settings.alpha and name == "webm":
                stream.metadata["alpha_mode"] = "1"
            container.metadata.update(_kept_metadata(info))
            first = round(origin * info.time_base / settings.time_base)
            packets = [_video_packets(segments, stream, settings.time_base, first)]
            if companions is not None:
                companions.add_streams(container)
                companions.add_chapters(container, origin * info.time_base, end)
                packets.append(companions.packets(origin * info.time_base, end))
            for packet in heapq.merge(*packets, key=_seconds):
                container.mux_one(packet)
        os.replace(unfinished, path)
    except (OSError, OverflowError, av.error.FFmpegError) as error:
        raise VideoError(f"{path}: cannot be written ({reason(error)}).") from error
    finally:
        unfinished.unlink(missing_ok=True)
        if companions is not None:
            companions.close()


def _video_packets(
    segments: Iterator[Segment], stream: Any, time_base: Fraction, origin: int
) -> Iterator[Any]:
    """Make packets of the segments' bytes, in the order of time."""
    for segment in segments:
        for number, (data, extra) in enumerate(
            zip(segment.packets(), segment.extras(), strict=True)
        ):
            packet = import_av().Packet(data)
            packet.stream, packet.time_base = stream, time_base
            packet.pts = packet.dts = int(segment.pts[number]) - origin
            packet.duration = int(segment.durations[number])
            packet.is_keyframe = bool(segment.keyframes[number])
            if extra:
                packet.set_sidedata(_side_data(extra))
            yield packet


def _side_data(data: bytes) -> Any:
    """Make what Matroska keeps beside a packet: the opacity of VP9."""
    module = import_av().packet
    kind = get_args(module.PktSideDataT).index("matroska_block_additional")
    made = module.PacketSideData(kind, len(data))
    made.update(data)
    return made


def _seconds(packet: Any) -> Fraction:
    return Fraction(packet.dts * packet.time_base)


def _has_companions(info: VideoInfo) -> bool:
    """Whether the source is a file that FFmpeg reads, not a sequence or an animated picture."""
    return is_video(info.path) or info.sound


def _kept_metadata(info: VideoInfo) -> dict[str, str]:
    """Take title, author, date and the like from the source; no place."""
    if not _has_companions(info):
        return {}
    with open_input(info.path) as source:
        found = dict(source.metadata)
    return {key: value for key, value in found.items() if key.lower() in _KEPT_METADATA}
