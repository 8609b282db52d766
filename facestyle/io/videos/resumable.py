"""What writers of videos and of sequences share: finished parts, by which a killed run goes on."""

import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from facestyle.errors import VideoError
from facestyle.io.videos.info import VideoInfo
from facestyle.io.videos.names import is_sequence, list_sequence
from facestyle.io.videos.outputs import check_video_output
from facestyle.io.videos.parts import Arrays, Parts, ResumePoint, unpack_state

SEGMENT_FRAMES = 60  # 2 s of a usual clip: what a kill costs at most, and a key frame as often
_FORMAT = 2  # of the parts; change it when they change


class ResumableWriter:
    """Base of the writers whose finished segments outlive a kill.

    Parameters
    ----------
    path : path-like
        What is written.
    info : VideoInfo
        Of the source.
    segment_frames : int
        Frames of a segment.

    Raises
    ------
    VideoError
        If nothing can be written there.
    """

    _parts: Parts

    def __init__(self, path: str | os.PathLike[str], info: VideoInfo, segment_frames: int) -> None:
        self.path, self.info = Path(path), info
        self.segment_frames = segment_frames
        check_video_output(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Finished segments stay."""
        self._drop_segment()

    def resume_point(self) -> ResumePoint:
        """Tell how many frames are finished, and the state after them."""
        if self._parts.count == 0:
            return ResumePoint()
        last = self._parts.load(self._parts.count - 1)
        return ResumePoint(self._finished_frames(last), unpack_state(last))

    def _finished_frames(self, last: Arrays) -> int:
        """Count the frames up to the end of the last finished part."""
        raise NotImplementedError

    def _drop_segment(self) -> None:
        """Forget the segment that was begun."""

    def _identity(self, fingerprint: str) -> dict[str, Any]:
        """What the parts depend on."""
        return {
            "format": _FORMAT,
            "fingerprint": fingerprint,
            "segment": self.segment_frames,
            "source": source_identity(self.info),
        }

    def _no_frames(self) -> VideoError:
        """The error of a clip of which there is nothing to write."""
        info = self.info
        until = "" if info.end is None else f" to {info.end} s"
        return VideoError(
            f"{info.path}: has no frame from {info.start or 0} s{until}; nothing to write."
        )


def source_identity(info: VideoInfo) -> list[Any]:
    """Tell a source, and the part of it, from an edited one.

    Number, size and latest change of its files, in ns.
    """
    path = info.path
    files = list_sequence(path) if is_sequence(path) else [path]
    found = [file.stat() for file in files if file.is_file()]
    changed = max((status.st_mtime_ns for status in found), default=0)
    state = [len(found), sum(status.st_size for status in found), changed]
    return [str(path), state, info.start, info.end, info.preview]
