"""Segments and sound put together to the final file."""

import heapq
import io
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from facestyle.errors import VideoError
from facestyle.io.videos.dependencies import import_av
from facestyle.io.videos.encoder import EncoderSettings, Segment
from facestyle.io.videos.info import VideoInfo
from facestyle.io.videos.names import is_sequence
from facestyle.io.videos.sound import Sound, sound_does_not_fit

_FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
# no place: a styled video is made to be shown
_KEPT_METADATA = frozenset(
    {
        *("title", "artist", "author", "album", "comment", "description", "copyright", "genre"),
        *("date", "creation_time"),
    }
)


def check_sound_fits(path: Path, info: VideoInfo) -> None:
    """Raise VideoError, before any work is done, if the output cannot hold the source's sound."""
    if not info.sound:
        return
    av = import_av()
    source = av.open(str(info.path))
    with source, av.open(io.BytesIO(), "w", format=_FORMATS[path.suffix.lower()]) as target:
        for stream in source.streams.audio:
            name = stream.codec_context.codec.canonical_name
            if name not in target.supported_codecs:
                raise sound_does_not_fit(info.path, stream)


def join(
    path: Path,
    unfinished: Path,
    segments: Iterator[Segment],
    settings: EncoderSettings,
    info: VideoInfo,
    origin: int,
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
    """
    av = import_av()
    sound = Sound(info.path) if info.sound else None
    try:
        suffix = path.suffix.lower()
        options = {} if suffix == ".mkv" else {"movflags": "+faststart"}
        with av.open(
            str(unfinished), "w", format=_FORMATS[suffix], container_options=options
        ) as container:
            stream = settings.add_stream(container)
            container.metadata.update(_kept_metadata(info))
            packets = [_video_packets(segments, stream, settings.time_base, origin)]
            if sound is not None:
                sound.add_streams(container)
                end = None if info.end is None else info.file_start + Fraction(info.end)
                packets.append(sound.packets(origin * info.time_base, end))
            for packet in heapq.merge(*packets, key=_seconds):
                container.mux_one(packet)
        os.replace(unfinished, path)
    except (OSError, av.error.FFmpegError) as error:
        reason = getattr(error, "strerror", None) or error
        raise VideoError(f"{path}: cannot be written ({reason}).") from error
    finally:
        unfinished.unlink(missing_ok=True)
        if sound is not None:
            sound.close()


def _video_packets(
    segments: Iterator[Segment], stream: Any, time_base: Fraction, origin: int
) -> Iterator[Any]:
    """Make packets of the segments' bytes, in the order of time."""
    for segment in segments:
        for number, data in enumerate(segment.packets()):
            packet = import_av().Packet(data)
            packet.stream, packet.time_base = stream, time_base
            packet.pts = packet.dts = int(segment.pts[number]) - origin
            packet.duration = int(segment.durations[number])
            packet.is_keyframe = bool(segment.keyframes[number])
            yield packet


def _seconds(packet: Any) -> Fraction:
    return Fraction(packet.dts * packet.time_base)


def _kept_metadata(info: VideoInfo) -> dict[str, str]:
    """Take title, author, date and the like from the source; no place."""
    if is_sequence(info.path):
        return {}
    with import_av().open(str(info.path)) as source:
        found = dict(source.metadata)
    return {key: value for key, value in found.items() if key.lower() in _KEPT_METADATA}
