"""Interlaced frames made whole."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from facestyle.io.videos.dependencies import import_av

_LOG = logging.getLogger(__name__)


def deinterlaced(frames: Iterator[Any], time_base: Any, path: Path) -> Iterator[Any]:
    """Interpolate the second field of interlaced frames (FFmpeg's yadif); others pass unchanged.

    Parameters
    ----------
    frames : iterator of PyAV frames
    time_base : Fraction
        Unit of their times, and of those of the result.
    path : Path
        For the notice.
    """
    graph: Any = None
    for number, frame in enumerate(frames):
        if graph is None and not (frame.interlaced_frame and _is_large_enough(frame)):
            yield frame
            continue
        if graph is None:
            if number:  # else whoever opened the file has said it
                _LOG.warning("%s: is interlaced later on and is deinterlaced there", path)
            graph = _graph(frame, time_base)
        graph.push(frame)
        yield from _pulled(graph, time_base)
    if graph is not None:
        graph.push(None)
        yield from _pulled(graph, time_base)


def _is_large_enough(frame: Any) -> bool:
    return min(frame.width, frame.height) >= 4  # yadif takes no smaller ones


def _graph(frame: Any, time_base: Any) -> Any:
    """One frame in, one frame out, with what is marked as interlaced interpolated."""
    graph = import_av().filter.Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=time_base
    )
    yadif = graph.add("yadif", "mode=send_frame:parity=auto:deint=interlaced")
    sink = graph.add("buffersink")
    source.link_to(yadif)
    yadif.link_to(sink)
    graph.configure()
    return graph


def _pulled(graph: Any, time_base: Any) -> Iterator[Any]:
    """Take the frames that are ready, with their times in the unit that they came in."""
    av = import_av()
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        if frame.pts is not None and frame.time_base:
            frame.pts = round(frame.pts * frame.time_base / time_base)
            frame.time_base = time_base
        yield frame
