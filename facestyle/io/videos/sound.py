"""The source's sound, packet by packet, unchanged."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from facestyle.errors import VideoError
from facestyle.io.videos.dependencies import import_av


class Sound:
    """The sound of a file, on its way into another.

    Parameters
    ----------
    path : Path
        The source.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._container = import_av().open(str(path))
        self._targets: dict[int, Any] = {}

    def add_streams(self, target: Any) -> None:
        """Add a stream for every one of the source to an output container.

        Raises
        ------
        VideoError
            If the container's format does not take the sound's.
        """
        for stream in self._container.streams.audio:
            try:
                added = target.add_stream_from_template(stream)
            except (ValueError, import_av().error.FFmpegError) as error:
                raise sound_does_not_fit(self.path, stream) from error
            self._targets[stream.index] = added

    def packets(self, start: Fraction | None, end: Fraction | None) -> Iterator[Any]:
        """Hand out the packets heard between two times of the file's clock, in seconds.

        Without a start every packet is kept, those before the file's beginning too, which warm
        the decoder up. With one, so is the packet before it. Times then count from the start;
        what begins before it has a negative time, which players cut.
        """
        for packet in self._container.demux(self._container.streams.audio):
            if packet.pts is None or packet.size == 0:
                continue
            begins = packet.pts * packet.time_base
            if start and begins + 2 * (packet.duration or 0) * packet.time_base <= start:
                continue
            if end is not None and begins >= end:
                continue
            shift = round((start or 0) / packet.time_base)
            packet.pts -= shift
            packet.dts = packet.pts if packet.dts is None else packet.dts - shift
            packet.stream = self._targets[packet.stream.index]
            yield packet

    def close(self) -> None:
        """Close the source."""
        self._container.close()


def sound_does_not_fit(path: Path, stream: Any) -> VideoError:
    """Make the error for sound that the output's format cannot hold."""
    codec = stream.codec_context.name if stream.codec_context else "unknown"
    return VideoError(
        f"{path}: its sound ({codec}) does not fit into this format of video. Write .mkv, which "
        "takes any sound."
    )
