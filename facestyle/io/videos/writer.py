"""A video written segment by segment, so that a killed run goes on where it was."""

import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import UsageError, VideoError
from facestyle.io.images import from_array, to_array
from facestyle.io.videos.encoder import EncoderSettings, Segment, SegmentEncoder
from facestyle.io.videos.info import Frame, VideoInfo
from facestyle.io.videos.joining import check_sound_fits, join
from facestyle.io.videos.names import check_video_output, is_sequence, list_sequence
from facestyle.io.videos.parts import Parts, ResumePoint, State, pack_state, unpack_state

SEGMENT_FRAMES = 60
_FORMAT = 1  # of the parts; change it when they change
_EIGHT_BIT = np.empty((1, 1, 3), dtype=np.uint8)


class SegmentedWriter:
    """Writes a video; finished segments outlive a kill.

    ::

        with open_video_writer("out.mp4", source.info, fingerprint=settings) as writer:
            point = writer.resume_point()
            for frame in source.frames(skip=point.frames):
                writer.write(redraw(frame), frame)
                if writer.segment_is_full:
                    writer.finish_segment(state)
            writer.finish()

    The result is the same, byte for byte, whether or not the run was interrupted, if the frames
    depend on nothing but the source and the state. Leaving the block without `finish` keeps the
    finished segments in the folder ``out.mp4.parts``.

    Parameters
    ----------
    path : path-like
        ``.mp4``, ``.m4v``, ``.mov`` or ``.mkv``; appears when `finish` is called, whole.
    info : VideoInfo
        Of the source.
    fingerprint : str
        Names everything that the frames depend on; parts of another are thrown away.
    resume : bool
        Whether to go on from finished segments.
    segment_frames : int
        Frames from one key frame to the next.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        info: VideoInfo,
        *,
        fingerprint: str = "",
        resume: bool = True,
        segment_frames: int = SEGMENT_FRAMES,
    ) -> None:
        self.path, self.info = Path(path), info
        self.segment_frames = segment_frames
        check_video_output(self.path)
        check_sound_fits(self.path, info)
        self._settings = EncoderSettings.of(info)
        identity = {
            "format": _FORMAT,
            "fingerprint": fingerprint,
            "segment": segment_frames,
            "encoder": {name: str(value) for name, value in asdict(self._settings).items()},
            "source": [str(info.path), source_identity(info.path), info.start, info.end],
        }
        self._parts = Parts(self.path, identity, resume=resume)
        self._encoder: SegmentEncoder | None = None

    def __enter__(self) -> "SegmentedWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._encoder = None

    def resume_point(self) -> ResumePoint:
        """Tell how many frames are finished, and the state after them."""
        if self._parts.count == 0:
            return ResumePoint()
        sizes = (len(self._parts.load(number)["pts"]) for number in range(self._parts.count))
        last = self._parts.load(self._parts.count - 1)
        return ResumePoint(sum(sizes), unpack_state(last))

    @property
    def segment_is_full(self) -> bool:
        """Whether it is time for `finish_segment`."""
        return self._encoder is not None and len(self._encoder.durations) >= self.segment_frames

    def write(self, pixels: NDArray[Any], frame: Frame) -> None:
        """Add a frame.

        Parameters
        ----------
        pixels : (H, W, 3) uint8, uint16 or float in [0, 1]
            RGB of the source's size.
        frame : Frame
            The source's frame, which gives the time.

        Raises
        ------
        UsageError
            If the size is another.
        """
        expected = (self.info.height, self.info.width, 3)
        if pixels.shape != expected:
            raise UsageError(f"{self.path}: a frame has the shape {pixels.shape}, not {expected}.")
        if pixels.dtype != np.uint8:
            pixels = to_array(from_array(pixels)[0], None, _EIGHT_BIT)
        if self._encoder is None:
            self._encoder = SegmentEncoder(self._settings)
        self._encoder.add(pixels, frame.pts, frame.duration)

    def finish_segment(self, state: State | None = None) -> None:
        """Make the frames so far outlive a kill.

        Call it when `segment_is_full`, and always after the same frames: where segments begin
        is part of the result.

        Parameters
        ----------
        state : mapping of str to ndarray, optional
            What the next frames depend on; `resume_point` gives it back.
        """
        if self._encoder is None:
            return
        segment = self._encoder.finish()
        self._encoder = None
        self._parts.save(_arrays(segment) | pack_state(state))

    def finish(self) -> None:
        """Join the segments with the source's sound to the final file, and remove the parts.

        Raises
        ------
        VideoError
            If there is no frame, or the file cannot be written.
        """
        self.finish_segment()
        if self._parts.count == 0:
            raise VideoError(
                f"{self.info.path}: has no frame from {self.info.start or 0} s"
                f"{'' if self.info.end is None else f' to {self.info.end} s'}; nothing to write."
            )
        unfinished = self._parts.folder / "joined.unfinished"
        segments = self._segments()
        join(self.path, unfinished, segments, self._settings, self.info, self._origin())
        self._parts.remove()

    def _segments(self) -> Iterator[Segment]:
        for number in range(self._parts.count):
            arrays = self._parts.load(number)
            yield Segment(**{name: arrays[name] for name in Segment.__dataclass_fields__})

    def _origin(self) -> int:
        """Find the source's time that becomes 0: the first frame's, where the start was cut."""
        if self.info.start:
            return int(self._parts.load(0)["pts"][0])
        return int(self.info.file_start / self.info.time_base)


def source_identity(path: Path) -> list[int]:
    """Tell a source from an edited one: number, size and latest change of its files, in ns."""
    files = list_sequence(path) if is_sequence(path) else [path]
    found = [file.stat() for file in files if file.is_file()]
    changed = max((status.st_mtime_ns for status in found), default=0)
    return [len(found), sum(status.st_size for status in found), changed]


def _arrays(segment: Segment) -> dict[str, NDArray[Any]]:
    return {name: getattr(segment, name) for name in Segment.__dataclass_fields__}
