"""What accompanies the pictures: sound and subtitles, packet by packet, unchanged."""

import logging
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from facestyle.errors import VideoError
from facestyle.io.videos.containers import demux, open_input
from facestyle.io.videos.dependencies import import_av
from facestyle.io.videos.timeline import can_jump, read_timeline

_LOG = logging.getLogger(__name__)
# what each format holds; text in MP4 is of another kind than in Matroska
_SUBTITLES = {
    "mp4": frozenset({"mov_text"}),
    "mov": frozenset({"mov_text"}),
    "webm": frozenset({"webvtt"}),
    "matroska": frozenset(
        {
            *("subrip", "ass", "ssa", "webvtt", "text", "dvd_subtitle", "dvb_subtitle"),
            *("hdmv_pgs_subtitle", "hdmv_text_subtitle"),
        }
    ),
}
_KEPT_METADATA = frozenset({"language", "title"})


class Companions:
    """The sound and the subtitles of a file, on their way into another.

    Parameters
    ----------
    path : Path
        The source.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._container = open_input(path)
        self._targets: dict[int, Any] = {}

    def check(self, format_name: str, supported: set[str]) -> None:
        """Say what will be left out.

        Parameters
        ----------
        format_name : str
            FFmpeg's name of the output's format.
        supported : set of str
            Codecs that it holds.

        Raises
        ------
        VideoError
            If it does not hold the sound.
        """
        self._say_left_out(format_name)
        if format_name == "gif":
            if self._container.streams.audio:
                _LOG.warning("%s: its sound is left out, GIF has none", self.path)
            return
        for stream in self._container.streams.audio:
            name = _codec_name(stream)
            if not name:
                _LOG.warning(
                    "%s: its sound (track %d) is of an unknown codec and is left out",
                    self.path,
                    stream.index,
                )
            elif name not in supported:
                raise sound_does_not_fit(self.path, stream)
        for stream in self._container.streams.subtitles:
            if not self._takes_subtitle(stream, format_name):
                _LOG.warning(
                    "%s: its subtitles (%s) are left out%s",
                    self.path,
                    ", ".join(filter(None, (stream.language, _codec_name(stream)))) or "unknown",
                    "" if format_name == "matroska" else "; .mkv holds most kinds",
                )

    def add_streams(self, target: Any) -> None:
        """Add a stream for every one of the source to an output container.

        Raises
        ------
        VideoError
            If the container's format does not take the sound's.
        """
        format_name = target.format.name
        if format_name == "gif":
            return
        for stream in self._container.streams.audio:
            if _codec_name(stream):
                self._add(target, stream)
        for stream in self._container.streams.subtitles:
            if self._takes_subtitle(stream, format_name):
                self._add(target, stream)

    def add_chapters(self, target: Any, start: Fraction, end: Fraction | None) -> None:
        """Add the source's chapters, or what is left of them between two times.

        Parameters
        ----------
        target : av.container.OutputContainer
            Before anything is written to it; GIF has no chapters.
        start, end : Fraction, Fraction or None
            Of the source's time, s; None is its end.
        """
        if target.format.name == "gif":
            return
        kept = []
        for chapter in self._container.chapters():
            unit = Fraction(chapter["time_base"])
            times = [max(start, chapter[name] * unit) for name in ("start", "end")]
            begins, ends = (time if end is None else min(time, end) for time in times)
            if begins < ends:
                ticks = {
                    "start": round((begins - start) / unit),
                    "end": round((ends - start) / unit),
                }
                kept.append({**chapter, **ticks})
        if kept:
            target.set_chapters(kept)

    def packets(self, start: Fraction | None, end: Fraction | None) -> Iterator[Any]:
        """Hand out the packets heard between two times of the file's clock, in seconds.

        Without a start every packet is kept, those before the file's beginning too, which warm
        the decoder up. With one, so is the packet of sound before it. Times then count from the
        start; sound that begins before it has a negative time, which players cut.
        """
        ends: dict[int, int] = {}
        for packet in self._copied():
            if packet.pts is None or packet.size == 0:
                continue
            begins = packet.pts * packet.time_base
            text = packet.stream.type == "subtitle"
            kept = (1 if text else 2) * (packet.duration or 0) * packet.time_base
            if (start and begins + kept <= start) or (end is not None and begins >= end):
                continue
            shift = round((start or 0) / packet.time_base)
            packet.pts -= shift
            packet.dts = packet.pts if packet.dts is None else packet.dts - shift
            if text and packet.pts < 0:  # it is on the screen already
                packet.duration += packet.pts
                packet.pts = packet.dts = 0
            index = packet.stream_index
            if packet.dts <= ends.get(index, packet.dts - 1):
                continue  # where files were joined, the end of one may overlap the next
            ends[index] = packet.dts
            packet.stream = self._targets[index]
            yield packet

    def close(self) -> None:
        """Close the source."""
        self._container.close()

    def _say_left_out(self, format_name: str) -> None:
        """Name what no format of result keeps."""
        streams, chapters = self._container.streams, self._container.chapters()
        names = ["chapters"] if chapters and format_name == "gif" else []
        cover = import_av().stream.Disposition.attached_pic
        names += ["cover picture" for each in streams.video if each.disposition & cover]
        films = [stream for stream in streams.video if not stream.disposition & cover]
        names += [f"other picture track ({stream.index})" for stream in films[1:]]
        for stream in streams.data:
            if "timecode" in stream.metadata:
                names.append(f"timecode ({stream.metadata['timecode']})")
            elif not chapters:  # MP4 keeps their names in such a track
                names.append(f"track of data ({stream.index})")
        names += [f"attachment '{stream.name}'" for stream in streams.attachments]
        if names:
            _LOG.warning("%s: left out: its %s", self.path, ", its ".join(names))

    def _copied(self) -> Iterator[Any]:
        """Packets of the streams that are copied, on one clock."""
        streams = [self._container.streams[index] for index in self._targets]
        if not streams:
            return iter(())
        if not can_jump(self._container):
            return iter(demux(self._container, streams))
        with open_input(self.path) as other:
            timeline = read_timeline(other)
        return timeline.straighten(demux(self._container, streams))

    def _add(self, target: Any, stream: Any) -> None:
        try:
            added = target.add_stream_from_template(stream)
        except (ValueError, import_av().error.FFmpegError) as error:
            raise sound_does_not_fit(self.path, stream) from error
        kept = {key: value for key, value in stream.metadata.items() if key in _KEPT_METADATA}
        added.metadata.update(kept)
        added.disposition = stream.disposition
        self._targets[stream.index] = added

    def _takes_subtitle(self, stream: Any, format_name: str) -> bool:
        return _codec_name(stream) in _SUBTITLES.get(format_name, ())


def sound_does_not_fit(path: Path, stream: Any) -> VideoError:
    """Make the error for sound that the output's format cannot hold."""
    codec = stream.codec_context.name if stream.codec_context else "unknown"
    return VideoError(
        f"{path}: its sound ({codec}) does not fit into this format of video. Write .mkv, which "
        "takes any sound."
    )


def _codec_name(stream: Any) -> str:
    """FFmpeg's name of a stream's codec, or nothing."""
    context = stream.codec_context
    return "" if context is None else str(context.codec.canonical_name)
