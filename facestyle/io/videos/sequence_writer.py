"""A sequence of numbered pictures written so that a killed run goes on where it was."""

import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import OutputExistsError
from facestyle.io.images import write_image
from facestyle.io.videos.info import Frame, VideoInfo
from facestyle.io.videos.names import find_numbers, frame_path
from facestyle.io.videos.opacity import check_shape, with_opacity
from facestyle.io.videos.parts import (
    Arrays,
    Parts,
    State,
    is_unfinished,
    pack_state,
)
from facestyle.io.videos.resumable import SEGMENT_FRAMES, ResumableWriter

_LOG = logging.getLogger(__name__)


class SequenceWriter(ResumableWriter):
    """Writes numbered pictures; has the methods of `SegmentedWriter`.

    The numbers are those of a source that is a sequence, and begin with 0 for a file. Every
    picture appears whole under its name. Those after the last finished segment are made again by
    the next run. As long as the folder of notes, ``%05d.png.parts``, is there, the sequence is
    unfinished.

    Parameters
    ----------
    path : path-like
        Pattern such as ``frames/%05d.png``.
    info : VideoInfo
        Of the source; where it has more than 8 bits, so have the pictures (PNG and TIFF), and
        where it has opacity, too (JPEG is laid on white).
    fingerprint, resume, segment_frames
        As of `SegmentedWriter`.
    overwrite : bool
        Whether pictures of the pattern may be replaced that are not of an interrupted run with
        the same settings.

    Raises
    ------
    OutputExistsError
        If there are such pictures and `overwrite` is false.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        info: VideoInfo,
        *,
        fingerprint: str = "",
        resume: bool = True,
        segment_frames: int = SEGMENT_FRAMES,
        overwrite: bool = True,
    ) -> None:
        super().__init__(path, info, segment_frames)
        identity = self._identity(fingerprint)
        if not overwrite and not (resume and is_unfinished(self.path, identity)):
            self._refuse_pictures_of_others()
        self._parts = Parts(self.path, identity, check=_check_part, resume=resume)
        self._sizes: list[int] = []
        self._parts.keep(self._count_unchanged())
        self._next = self.resume_point().frames

    def _finished_frames(self, last: Arrays) -> int:
        return int(last["frames"])

    @property
    def segment_is_full(self) -> bool:
        """Whether it is time for `finish_segment`."""
        return len(self._sizes) >= self.segment_frames

    def write(self, pixels: NDArray[Any], frame: Frame) -> None:
        """Write a picture (H, W, 3) or (H, W, 4) uint8, uint16 or float in [0, 1]."""
        check_shape(self.path, pixels, self.info)
        target = self._frame_path(self._next)
        rgb, alpha = with_opacity(pixels, frame)
        write_image(target, rgb, alpha=alpha, bit_depth=self.info.bit_depth)
        self._sizes.append(target.stat().st_size)
        self._next += 1

    def finish_segment(self, state: State | None = None) -> None:
        """Note that the pictures so far need not be made again."""
        notes = {"frames": np.array(self._next), "sizes": np.array(self._sizes, np.int64)}
        self._parts.save(notes | pack_state(state))
        self._sizes = []

    def finish(self) -> None:
        """Remove the notes for resuming.

        Raises
        ------
        VideoError
            If there is no picture.
        """
        if self._next == 0:
            self._parts.remove()
            raise self._no_frames()
        last = self.info.first_number + self._next - 1
        others = [n for n in find_numbers(self.path) if not self.info.first_number <= n <= last]
        if others:
            _LOG.warning(
                "%s: %d more pictures of the pattern were there before (%s) and stay",
                self.path,
                len(others),
                frame_path(self.path, others[0]).name,
            )
        self._parts.remove()

    def _frame_path(self, number: int) -> Path:
        return frame_path(self.path, self.info.first_number + number)

    def _count_unchanged(self) -> int:
        """Count the finished parts up to the first whose pictures were changed or deleted."""
        number = 0
        for part in range(self._parts.count):
            for size in self._parts.load(part)["sizes"]:
                try:
                    if self._frame_path(number).stat().st_size != size:
                        return part
                except OSError:
                    return part
                number += 1
        return self._parts.count

    def _refuse_pictures_of_others(self) -> None:
        numbers = find_numbers(self.path) if self.path.parent.is_dir() else []
        if numbers:
            raise OutputExistsError(
                f"{frame_path(self.path, numbers[0])}: exists already, from a run with other "
                "settings. Allow overwriting (--overwrite) or choose another name."
            )


def _check_part(arrays: Arrays) -> None:
    """Raise ValueError or KeyError for arrays that are no notes."""
    frames, sizes = arrays["frames"], arrays["sizes"]
    if frames.shape != () or frames.dtype.kind != "i" or sizes.ndim != 1 or sizes.dtype.kind != "i":
        raise ValueError("its arrays are of other kinds")
    if not len(sizes) <= int(frames):
        raise ValueError(f"it notes {len(sizes)} pictures of {frames}")
