"""Animated pictures (GIF, WebP, PNG, AVIF) as clips."""

import io
import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from facestyle.errors import VideoError, clause
from facestyle.io.videos.containers import check_frame_size
from facestyle.io.videos.info import Frame, VideoInfo

ANIMATION_SUFFIXES = frozenset({".gif", ".webp", ".png", ".apng", ".avif"})
_READERS = ("GIF", "WEBP", "PNG", "AVIF")
_TIME_BASE = Fraction(1, 1000)  # s: Pillow gives durations in ms
# ms that browsers show a frame whose file says 10 ms or less
_SHORTEST, _USUAL = 10, 100
_MOST_BYTES = 1_000_000_000  # it is read whole; chosen, far above real animations


@dataclass(frozen=True)
class Animation:
    """An animated picture; every call of `frames` reads it anew."""

    info: VideoInfo

    def frames(self, *, skip: int = 0) -> Iterator[Frame]:
        """Hand out the frames between `info.start` and `info.end`, but the first `skip`.

        Raises
        ------
        VideoError
            If a frame cannot be decoded.
        """
        info = self.info
        number = time = 0
        for rgba, duration in _frames(info.path):
            begins, time = time, time + duration
            if begins / 1000 < (info.start or 0) - 1e-6:
                continue
            if number == info.preview or (info.end is not None and begins / 1000 >= info.end):
                return
            if number >= skip:
                alpha = np.ascontiguousarray(rgba[..., 3]) if info.alpha else None
                pixels = np.ascontiguousarray(rgba[..., :3])
                yield Frame(pixels, number, begins, duration, begins / 1000, alpha)
            number += 1


def is_animated(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a picture of several frames, by its content; a missing one is not."""
    path = Path(path)
    if path.suffix.lower() not in ANIMATION_SUFFIXES:
        return False
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        with _silence(), Image.open(path, formats=_readers()) as image:
            return bool(getattr(image, "is_animated", False))
    except Exception:  # damaged in whatever way: who reads it will tell
        return False


def open_animation(
    path: Path,
    *,
    start: float | None = None,
    end: float | None = None,
    preview: int | None = None,
) -> Animation:
    """Look through an animated picture: every frame's duration, and whether any is transparent.

    Parameters
    ----------
    path : Path
        A GIF, WebP or APNG.
    start, end : float, optional
        Part of the clip, s.
    preview : int, optional
        Frames at most.

    Returns
    -------
    Animation

    Raises
    ------
    VideoError
        If it cannot be read.
    """
    durations: list[int] = []
    alpha, size = False, (0, 0)
    for rgba, duration in _frames(path):
        begins = sum(durations) / 1000
        if begins >= (start or 0) - 1e-6 and (end is None or begins < end):
            alpha = alpha or bool((rgba[..., 3] < 255).any())
        durations.append(duration)
        size = (rgba.shape[1], rgba.shape[0])
    begins_ms = np.concatenate([[0], np.cumsum(durations)[:-1]])
    kept = (begins_ms / 1000 >= (start or 0) - 1e-6) & (begins_ms / 1000 < (end or np.inf))
    shown = np.array(durations)[kept][:preview]
    info = VideoInfo(
        path=path,
        width=size[0],
        height=size[1],
        frame_rate=Fraction(1000 * len(durations), sum(durations)).limit_denominator(1001),
        time_base=_TIME_BASE,
        frames=len(shown),
        seconds=float(shown.sum()) / 1000,
        start=start,
        end=end,
        preview=preview,
        alpha=alpha,
        plays=_plays(path),
    )
    return Animation(info)


def _frames(path: Path) -> Iterator[tuple[Any, int]]:
    """Hand out (H, W, 4) uint8 and ms of every frame."""
    with _opened(path) as image:
        check_frame_size(path, *image.size)
        for index in range(getattr(image, "n_frames", 1)):
            with _silence():
                image.seek(index)
                rgba = np.asarray(image.convert("RGBA"))
            duration = round(image.info.get("duration") or 0)
            yield rgba, duration if duration > _SHORTEST else _USUAL


def _plays(path: Path) -> int:
    """How often it is shown; 0 for ever."""
    with _opened(path) as image:
        loop = image.info.get("loop")
        if image.format != "GIF":
            return int(loop or 0)
        # a GIF counts its repetitions, and one that says nothing is shown once
        return 1 if loop is None else int(loop) and int(loop) + 1


def _readers() -> list[str]:
    Image.init()
    return [name for name in _READERS if name in Image.OPEN]


@contextmanager
def _silence() -> Iterator[None]:
    """Keep Pillow's remarks on odd files to itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a picture; what Pillow raises, then or later, becomes a VideoError."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise VideoError(f"{path}: is larger than {_MOST_BYTES / 1e9:g} GB.")
        data = io.BytesIO(path.read_bytes())
        with _silence():
            image = Image.open(data, formats=_readers())
        with image:
            yield image
    except (VideoError, GeneratorExit):
        raise
    except Exception as error:
        raise VideoError(
            f"{path}: the animation is damaged or cut off ({clause(error)}). Export it again."
        ) from error
