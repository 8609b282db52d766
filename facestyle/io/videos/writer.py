"""A video written segment by segment, so that a killed run goes on where it was."""

import logging
import os
from collections.abc import Iterator
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from facestyle.io.videos.codecs import EncoderSettings
from facestyle.io.videos.encoder import Segment, SegmentEncoder, rescaled
from facestyle.io.videos.info import Frame, VideoInfo
from facestyle.io.videos.joining import check_companions_fit, join
from facestyle.io.videos.opacity import check_shape, to_bytes
from facestyle.io.videos.outputs import supports_alpha
from facestyle.io.videos.parts import Arrays, Parts, State, pack_state
from facestyle.io.videos.resumable import SEGMENT_FRAMES, ResumableWriter

_LOG = logging.getLogger(__name__)


class SegmentedWriter(ResumableWriter):
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
        ``.mp4``, ``.m4v``, ``.mov`` or ``.mkv`` (H.264), ``.webm`` (VP9) or ``.gif``; appears
        when `finish` is called, whole. H.264 of 4:2:0 chroma, which every player shows, has even
        sides: the last column or row of odd ones is repeated, which is said.
    info : VideoInfo
        Of the source.
    fingerprint : str
        Names everything that the frames depend on; parts of another are thrown away.
    resume : bool
        Whether to go on from finished segments.
    segment_frames : int
        Frames from one key frame to the next.
    alpha : bool, optional
        Whether the result is transparent in places (``.mov`` is ProRes 4444 then); by default
        if the source is. A file that cannot be is laid on white, which is said.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        info: VideoInfo,
        *,
        fingerprint: str = "",
        resume: bool = True,
        segment_frames: int = SEGMENT_FRAMES,
        alpha: bool | None = None,
    ) -> None:
        super().__init__(path, info, segment_frames)
        check_companions_fit(self.path, info)
        wanted = info.alpha if alpha is None else alpha
        self._settings = EncoderSettings.of(
            info, self.path, alpha=wanted and supports_alpha(self.path)
        )
        _say_changes(self.path, self._settings, info, wanted)
        encoder = {name: str(value) for name, value in asdict(self._settings).items()}
        identity = self._identity(fingerprint) | {"encoder": encoder}
        self._parts = Parts(self.path, identity, check=_check_part, resume=resume)
        self._encoder: SegmentEncoder | None = None

    def _drop_segment(self) -> None:
        self._encoder = None

    def _finished_frames(self, last: Arrays) -> int:
        earlier = (self._parts.load(number) for number in range(self._parts.count - 1))
        return sum(len(part["pts"]) for part in (*earlier, last))

    @property
    def segment_is_full(self) -> bool:
        """Whether it is time for `finish_segment`."""
        return self._encoder is not None and len(self._encoder.durations) >= self.segment_frames

    def write(self, pixels: NDArray[Any], frame: Frame) -> None:
        """Add a frame.

        Parameters
        ----------
        pixels : (H, W, 3) or (H, W, 4) uint8, uint16 or float in [0, 1]
            RGB of the source's size, and opacity; without, the source's stays.
        frame : Frame
            The source's frame, which gives the time.

        Raises
        ------
        UsageError
            If the size is another.
        """
        check_shape(self.path, pixels, self.info)
        pixels = to_bytes(pixels, frame, alpha=self._settings.alpha)
        if self._encoder is None:
            self._encoder = SegmentEncoder(self._settings, self.path)
        ends = [
            rescaled(ticks, self.info.time_base, self._settings.time_base)
            for ticks in (frame.pts, frame.pts + frame.duration)
        ]
        self._encoder.add(pixels, ends[0], max(1, ends[1] - ends[0]))

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
            self._parts.remove()
            raise self._no_frames()
        unfinished = self._parts.folder / "joined.unfinished"
        join(
            self.path,
            unfinished,
            self._segments(),
            self._settings,
            self.info,
            self._origin(),
            self._sound_end(),
        )
        self._parts.remove()

    def _segments(self) -> Iterator[Segment]:
        for number in range(self._parts.count):
            yield Segment.from_arrays(self._parts.load(number))

    def _origin(self) -> int:
        """Find the source's time that becomes 0: the first frame's, where the start was cut."""
        time_base = self.info.time_base
        if self.info.start:
            first = int(self._parts.load(0)["pts"][0])
            return rescaled(first, self._settings.time_base, time_base)
        return int(self.info.file_start / time_base)

    def _sound_end(self) -> Fraction | None:
        """Find the source's time, in seconds, at which the sound is cut."""
        info = self.info
        if info.preview is not None:
            last = Segment.from_arrays(self._parts.load(self._parts.count - 1))
            return int(last.pts[-1] + last.durations[-1]) * self._settings.time_base
        return None if info.end is None else info.file_start + Fraction(info.end)


def _arrays(segment: Segment) -> dict[str, NDArray[Any]]:
    return {name: getattr(segment, name) for name in Segment.__dataclass_fields__}


def _check_part(arrays: dict[str, NDArray[Any]]) -> None:
    if len(Segment.from_arrays(arrays).pts) == 0:
        raise ValueError("it holds no frame")


def _say_changes(path: Path, settings: EncoderSettings, info: VideoInfo, alpha: bool) -> None:
    """Say what the output's format makes different."""
    if (settings.width, settings.height) != (info.width, info.height):
        _LOG.warning(
            "%s: is written with %d x %d px instead of %d x %d, for players show only even sides "
            "of H.264; the last column or row is repeated (.webm and pictures keep the size)",
            path,
            settings.width,
            settings.height,
            info.width,
            info.height,
        )
    if alpha and not settings.alpha:
        _LOG.warning(
            "%s: cannot hold opacity and is laid on white; .mov, .webm and .png pictures can",
            path,
        )
