"""Files opened by FFmpeg: only files, only formats that hold videos, never a connection.

FFmpeg takes names for addresses (``http:...``, ``concat:a|b``, even ``12:30:45.mp4``) and follows
addresses in playlists. Here every name is a file's, and formats that name other files are unknown.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from facestyle.errors import VideoError
from facestyle.io.videos.dependencies import import_av

# 8K UHD is half of it; a decoder holds up to 17 frames. $FACESTYLE_MAX_FRAME_PIXELS overrides it.
MAX_FRAME_PIXELS = 8192 * 8192
# FFmpeg's names of the formats that are read; none of them opens other files
_FORMATS = (
    *("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "mpeg", "mpegts"),
    *("mpegvideo", "asf", "flv", "live_flv", "ogg", "h264", "hevc", "m4v", "ivf", "obu", "av1"),
    *("dv", "mxf", "gxf", "nut", "rm", "yuv4mpegpipe", "wtv", "vvc", "mjpeg", "dirac", "nsv"),
    *("swf", "h263", "h261", "vc1", "vc1test", "cavsvideo", "avs2", "avs3", "gif", "apng"),
)


def max_frame_pixels() -> int:
    """Tell how many pixels a frame may have."""
    chosen = os.environ.get("FACESTYLE_MAX_FRAME_PIXELS", "")
    # FFmpeg counts in 32 bits
    return min(int(chosen), 2**31 - 1) if chosen.isdecimal() else MAX_FRAME_PIXELS


def check_frame_size(path: Path, width: int, height: int) -> None:
    """Raise VideoError if a frame has more pixels than are read.

    Parameters
    ----------
    path : Path
        For the message.
    width, height : int
        Of a frame, px.

    Raises
    ------
    VideoError
        If there are more; ``FACESTYLE_MAX_FRAME_PIXELS`` sets the limit.
    """
    limit = max_frame_pixels()
    if width * height > limit:
        raise VideoError(
            f"{path}: frames of {width} x {height} are {width * height / 1e6:.0f} megapixels; at "
            f"most {limit / 1e6:.0f} are read. Make them smaller first, or set "
            "FACESTYLE_MAX_FRAME_PIXELS."
        )


def open_input(path: Path) -> Any:
    """Open a file for reading.

    Raises
    ------
    VideoError
        If it is no regular file, or none that FFmpeg reads as a video.
    """
    av = import_av()
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "a device, a pipe or a socket"
            raise VideoError(f"{path}: cannot be read as a video (it is {kind}, not a file).")
        return av.open(
            f"file:{path}",
            options={
                "protocol_whitelist": "file",
                "format_whitelist": ",".join(_FORMATS),
                "max_pixels": str(max_frame_pixels()),
            },
            metadata_errors="replace",
        )
    except (OSError, ValueError, av.error.FFmpegError) as error:
        raise VideoError(f"{path}: cannot be read as a video ({reason(error)}).") from error


def demux(container: Any, streams: Any) -> Iterator[Any]:
    """Hand out the packets of some streams, as PyAV does.

    Streams that a damaged transport stream announces when it is half read are passed over: PyAV
    fails where it flushes them, after the last packet.
    """
    packets = container.demux(streams)
    while True:
        try:
            packet = next(packets, None)
        except IndexError:
            return
        if packet is None:
            return
        yield packet


def open_output(path: Path, format_name: str, options: dict[str, str] | None = None) -> Any:
    """Open a file for writing; errors are FFmpeg's.

    Parameters
    ----------
    path : Path
        Never taken for a protocol.
    format_name : str
        FFmpeg's name of the container.
    options : dict of str to str, optional
        Of the container.

    Returns
    -------
    av.container.OutputContainer
    """
    return import_av().open(
        f"file:{path}", "w", format=format_name, container_options=options or {}
    )


def reason(error: Exception) -> str:
    """Tell FFmpeg's or the system's reason in a few words."""
    name = import_av().error
    if isinstance(error, name.InvalidDataError):
        return "it is damaged, or no video"
    if isinstance(error, name.ArgumentError):
        return "it is no video, but perhaps a list of videos or addresses"
    return str(getattr(error, "strerror", None) or error)
