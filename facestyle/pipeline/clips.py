"""Video files and sequences of pictures: read, stylized frame by frame, written; resumable."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from facestyle import __version__, disk_cache
from facestyle.errors import FaceError, UsageError, VideoError
from facestyle.imaging.levels import to_bytes
from facestyle.imaging.pyramid import reduced
from facestyle.io.videos import (
    Frame,
    VideoSource,
    check_video_output,
    open_video,
    open_video_writer,
    supports_alpha,
)
from facestyle.methods.engine import FrameEngine, Outcome
from facestyle.pipeline.clip_options import ClipOptions, Progress
from facestyle.pipeline.people import count_people
from facestyle.pipeline.stills import StillStylizer

# a clip is searched for its face in every so many frames, on a copy of this size, before it begins
_SEARCH_EVERY, _SEARCH_SIZE = 10, 640


def stylize_clip(
    stylizer: StillStylizer,
    source: Path,
    output: Path | None,
    options: ClipOptions | None = None,
    *,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Stylize a video file, or a sequence of pictures such as ``frames/%05d.png``.

    Sound, times and rotation stay. A killed run goes on after its last finished segment, and its
    result is the same, byte for byte.

    Parameters
    ----------
    stylizer : StillStylizer
    source : Path
    output : Path or None
        Video or pattern of pictures; None writes nothing.
    options : ClipOptions, optional
    overwrite : bool
        Whether an existing result is replaced.
    progress : callable, optional
        Called with the source, the frames done and the frames in all (0: unknown).

    Returns
    -------
    dict
        Numbers for a report.

    Raises
    ------
    FacestyleError
        If the clip cannot be read or written, shows no face, or the method knows no video.
    """
    options = options or ClipOptions()
    if output is not None:
        check_video_output(output, overwrite=overwrite)
    transparent = stylizer.rendering.background.kind == "transparent"
    if transparent and output is not None and not supports_alpha(output):
        raise UsageError(
            f"{output}: --background transparent: {output.suffix} holds no opacity; name the "
            "result .mov, .webm or %05d.png, or choose keep, paper or a color"
        )
    start = time.perf_counter()
    clip = open_video(
        source,
        start=options.start,
        end=options.end,
        frame_rate=options.frame_rate,
        preview=options.preview,
    )
    people = 1
    if stylizer.needs_face:
        people = _count_people(source, clip, options.preview, stylizer)
    engine = stylizer.frames(people, str(source))
    job = _Job(source, clip, engine, options.preview, progress)
    if engine.needs_all_frames:
        engine.study(frame.pixels for frame in islice(clip.frames(), options.preview))
    if output is None:
        for _ in job.run(0):
            pass
    else:
        _write(job, stylizer, output, overwrite=overwrite)
    return job.facts(time.perf_counter() - start)


def _write(job: _Job, stylizer: StillStylizer, output: Path, *, overwrite: bool) -> None:
    """Write the frames that an earlier run has not left already."""
    transparent = stylizer.rendering.background.kind == "transparent"
    fingerprint = clip_fingerprint(stylizer, job.limit)
    output.parent.mkdir(parents=True, exist_ok=True)
    with open_video_writer(
        output,
        job.clip.info,
        fingerprint=fingerprint,
        overwrite=overwrite,
        alpha=True if transparent else None,
    ) as writer:
        point = writer.resume_point()
        if point.frames:
            job.engine.restore(point.state or {})
        for pixels, frame in job.run(point.frames):
            writer.write(pixels, frame)
            if writer.segment_is_full:
                writer.finish_segment(job.engine.state())
        writer.finish()


class _Job:
    """The frames of one clip on their way through a frame engine."""

    def __init__(
        self,
        source: Path,
        clip: VideoSource,
        engine: FrameEngine,
        limit: int | None,
        progress: Progress | None,
    ) -> None:
        self.source, self.clip, self.engine, self.limit = source, clip, engine, limit
        self._progress = progress
        self._resumed = self._done = self._found = 0
        self._seeks_faces = False
        self._laps: dict[str, float] = {}

    def run(self, skip: int) -> Iterator[tuple[np.ndarray, Frame]]:
        """Stylize the frames but the first `skip`."""
        self._resumed = self._done = skip
        count = None if self.limit is None else max(0, self.limit - skip)
        for frame in islice(self.clip.frames(skip=skip), count):
            done = self.engine.step(frame.pixels)
            yield _pixels(done.outcome), frame
            self._done += 1
            self._found += done.found
            self._seeks_faces |= done.face is not None
            for stage, seconds in done.outcome.timings.items():
                self._laps[stage] = self._laps.get(stage, 0.0) + seconds
            if self._progress is not None:
                self._progress(self.source, self._done, self._total())
        self.engine.finish()

    def _total(self) -> int:
        """Frames in all, as far as it is known."""
        known = self.clip.info.frames
        return known if self.limit is None else min(known or self.limit, self.limit)

    def facts(self, seconds: float) -> dict[str, Any]:
        """What became of the clip, in numbers."""
        made = self._done - self._resumed
        info = self.clip.info
        return {
            "size": [info.width, info.height],
            "frames": self._done,
            "resumed_frames": self._resumed,
            "frames_with_face": self._found if self._seeks_faces else None,
            "seconds_per_frame": round(seconds / made, 4) if made else None,
            "timings": {stage: round(lap / max(made, 1), 4) for stage, lap in self._laps.items()},
        }


def _pixels(outcome: Outcome) -> np.ndarray:
    """What is written of a frame, (H, W, 3) or (H, W, 4) uint8."""
    pixels = to_bytes(outcome.image)
    return pixels if outcome.alpha is None else np.dstack([pixels, to_bytes(outcome.alpha)])


def _count_people(
    source: Path, clip: VideoSource, limit: int | None, stylizer: StillStylizer
) -> int:
    """Look for faces before anything is written; those of the first frame with any are counted.

    Usually that is frame 0.
    """
    frame = None
    for frame in islice(clip.frames(), 0, limit, _SEARCH_EVERY):
        pixels = to_bytes(frame.pixels)
        scale = min(1.0, _SEARCH_SIZE / max(pixels.shape[:2]))
        if frame.number:
            pixels = reduced(pixels, scale)
        people = count_people(
            pixels.astype(np.float32) / 255, stylizer.settings, stylizer.rendering, str(source)
        )
        if people:
            return people
    if frame is None:
        raise VideoError(f"{source}: has no frame in the part that was asked for")
    which = stylizer.settings.which_face
    if isinstance(which, int) and which > 1:
        raise FaceError(
            f"{source}: face {which} was asked for, counted from the left; no frame shows so many"
        )
    raise FaceError(
        f"{source}: no face was found in any frame; expected one face looking towards the "
        "camera at some time. Try another part with --start"
    )


def clip_fingerprint(stylizer: StillStylizer, limit: int | None) -> str:
    """Name everything but the clip that its frames depend on.

    Parameters
    ----------
    stylizer : StillStylizer
    limit : int or None
        Frames that are asked for.
    """
    return disk_cache.fingerprint(
        __version__, cv2.__version__, np.__version__, str(limit), stylizer.fingerprint
    )
