"""Numbered pictures as a video."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from facestyle.errors import VideoError
from facestyle.io.images import read_image, to_array
from facestyle.io.images.arrays import quantize
from facestyle.io.videos.info import Frame, VideoInfo
from facestyle.io.videos.names import first_number, list_sequence


@dataclass(frozen=True)
class PictureSequence:
    """A sequence of pictures; every call of `frames` reads it anew."""

    info: VideoInfo
    paths: tuple[Path, ...]

    def frames(self, *, skip: int = 0) -> Iterator[Frame]:
        """Hand out the pictures between `info.start` and `info.end`, but the first `skip`.

        Raises
        ------
        VideoError
            If a picture has another size than the first.
        ImageError
            If a picture cannot be read.
        """
        info = self.info
        dtype = np.dtype(np.uint16 if info.bit_depth > 8 else np.uint8)
        like = np.empty((1, 1, 3), dtype=dtype)
        first = _frames_before(info.start, info.frame_rate)
        for number, path in enumerate(self.paths):
            if number < skip:
                continue
            picture = read_image(path)
            height, width = picture.rgb.shape[:2]
            if (width, height) != (info.width, info.height):
                raise VideoError(
                    f"{path}: is {width} x {height} px; the sequence began with "
                    f"{info.width} x {info.height}."
                )
            pixels = to_array(picture.rgb, None, like)
            alpha = None if picture.alpha is None else quantize(picture.alpha, dtype)
            pts = first + number
            yield Frame(pixels, number, pts, 1, float(pts / info.frame_rate), alpha)


def open_sequence(
    pattern: Path,
    *,
    frame_rate: Fraction,
    start: float | None = None,
    end: float | None = None,
    preview: int | None = None,
) -> PictureSequence:
    """List the pictures of a sequence and look at the first.

    Parameters
    ----------
    pattern : Path
        Such as ``frames/%05d.png``.
    frame_rate : Fraction
        Pictures a second.
    start, end : float, optional
        Part of the sequence, s.
    preview : int, optional
        Pictures at most.

    Returns
    -------
    PictureSequence

    Raises
    ------
    VideoError
        If there is none, or one is missing in between.
    """
    paths = list_sequence(pattern)
    until = len(paths) if end is None else _frames_before(end, frame_rate)
    kept = tuple(paths[_frames_before(start, frame_rate) : until][:preview])
    picture = read_image(paths[0])
    height, width = picture.rgb.shape[:2]
    info = VideoInfo(
        path=pattern,
        width=width,
        height=height,
        frame_rate=frame_rate,
        time_base=1 / frame_rate,
        frames=len(kept),
        seconds=float(len(kept) / frame_rate),
        start=start,
        end=end,
        preview=preview,
        bit_depth=picture.bit_depth,
        alpha=picture.alpha is not None,
        first_number=first_number(pattern, kept[0]) if kept else 0,
    )
    return PictureSequence(info, kept)


def _frames_before(seconds: float | None, frame_rate: Fraction) -> int:
    """Count the frames that are shown earlier than a time."""
    return 0 if seconds is None else int(np.ceil(float(seconds * frame_rate) - 1e-6))
