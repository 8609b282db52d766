"""A sequence of numbered pictures written so that a killed run goes on where it was."""

import os
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import UsageError
from facestyle.io.images import from_array, write_image
from facestyle.io.videos.info import Frame, VideoInfo
from facestyle.io.videos.names import check_video_output, frame_path
from facestyle.io.videos.parts import Parts, ResumePoint, State, pack_state, unpack_state
from facestyle.io.videos.writer import SEGMENT_FRAMES, source_identity


class SequenceWriter:
    """Writes numbered pictures from 0 on; has the methods of `SegmentedWriter`.

    Every picture appears whole under its name. Those after the last finished segment are made
    again by the next run.

    Parameters
    ----------
    path : path-like
        Pattern such as ``frames/%05d.png``.
    info : VideoInfo
        Of the source; where it has more than 8 bits, so have the pictures (PNG and TIFF).
    fingerprint, resume, segment_frames
        As of `SegmentedWriter`.
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
        identity = {
            "fingerprint": fingerprint,
            "segment": segment_frames,
            "source": [str(info.path), source_identity(info.path), info.start, info.end],
        }
        self._parts = Parts(self.path, identity, resume=resume)
        self._next = self._finished = self.resume_point().frames

    def __enter__(self) -> "SequenceWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Finished segments stay."""

    def resume_point(self) -> ResumePoint:
        """Tell how many pictures are finished, and the state after them."""
        if self._parts.count == 0:
            return ResumePoint()
        last = self._parts.load(self._parts.count - 1)
        return ResumePoint(int(last["frames"]), unpack_state(last))

    @property
    def segment_is_full(self) -> bool:
        """Whether it is time for `finish_segment`."""
        return self._next - self._finished >= self.segment_frames

    def write(self, pixels: NDArray[Any], frame: Frame) -> None:
        """Write a picture (H, W, 3) uint8, uint16 or float in [0, 1]."""
        expected = (self.info.height, self.info.width, 3)
        if pixels.shape != expected:
            raise UsageError(f"{self.path}: a frame has the shape {pixels.shape}, not {expected}.")
        target = frame_path(self.path, self._next)
        write_image(target, from_array(pixels)[0], bit_depth=self.info.bit_depth)
        self._next += 1

    def finish_segment(self, state: State | None = None) -> None:
        """Note that the pictures so far need not be made again."""
        self._parts.save({"frames": np.array(self._next)} | pack_state(state))
        self._finished = self._next

    def finish(self) -> None:
        """Remove the notes for resuming."""
        self._parts.remove()
