"""Which names stand for videos and for sequences of pictures."""

import os
import re
from pathlib import Path

from facestyle.errors import OutputExistsError, VideoError
from facestyle.io.images import WRITABLE_SUFFIXES

VIDEO_SUFFIXES = frozenset(
    {
        *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".mts", ".m2ts"),
        *(".ts", ".wmv", ".flv", ".3gp", ".3g2", ".ogv"),
    }
)
WRITABLE_VIDEO_SUFFIXES = frozenset({".mp4", ".m4v", ".mov", ".mkv"})

_NUMBER = re.compile(r"%(0\d+)?d")


def is_video(path: str | os.PathLike[str]) -> bool:
    """Whether a name has the suffix of a video file."""
    return Path(path).suffix.lower() in VIDEO_SUFFIXES


def is_sequence(path: str | os.PathLike[str]) -> bool:
    """Whether a name is a pattern of numbered pictures, such as ``frames/%05d.png``."""
    return len(_NUMBER.findall(Path(path).name)) == 1


def frame_path(pattern: str | os.PathLike[str], number: int) -> Path:
    """Name the picture of a number."""
    path = Path(pattern)
    match = _NUMBER.search(path.name)
    assert match is not None, pattern
    digits = f"{number:{match[1] or ''}d}"
    return path.with_name(path.name[: match.start()] + digits + path.name[match.end() :])


def list_sequence(pattern: str | os.PathLike[str]) -> list[Path]:
    """List the pictures of a sequence in order.

    Parameters
    ----------
    pattern : path-like
        With one ``%d`` or ``%05d`` in the file's name.

    Raises
    ------
    VideoError
        If there is none, or a number between the first and the last is missing.
    """
    pattern = Path(pattern)
    head, tail = (re.escape(part) for part in _NUMBER.split(pattern.name)[::2])
    name = re.compile(f"{head}(\\d+){tail}")
    try:
        matches = (name.fullmatch(entry.name) for entry in pattern.parent.iterdir())
        numbers = sorted({int(match[1]) for match in matches if match})
    except OSError as error:
        raise VideoError(
            f"{pattern}: the folder {pattern.parent} cannot be read ({error.strerror})."
        ) from error
    numbers = [number for number in numbers if frame_path(pattern, number).is_file()]
    if not numbers:
        raise VideoError(f"{pattern}: no picture has a name of this pattern.")
    for number, expected in zip(numbers, range(numbers[0], numbers[-1]), strict=False):
        if number != expected:
            raise VideoError(
                f"{pattern}: {frame_path(pattern, expected).name} is missing between "
                f"{frame_path(pattern, expected - 1).name} and "
                f"{frame_path(pattern, numbers[-1]).name}."
            )
    return [frame_path(pattern, number) for number in numbers]


def check_video_output(path: str | os.PathLike[str], *, overwrite: bool = True) -> None:
    """Raise, before any work is done, what would keep a video from being written to `path`.

    Raises
    ------
    VideoError
        If the suffix is not one that is written, or `path` is a folder.
    OutputExistsError
        If the file, or the first picture of a sequence, exists and `overwrite` is false.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    writable = WRITABLE_SUFFIXES if is_sequence(path) else WRITABLE_VIDEO_SUFFIXES
    if suffix not in writable:
        raise VideoError(
            f"{path}: cannot write '{suffix}'; use one of {', '.join(sorted(writable))}"
            f"{'' if is_sequence(path) else ', or a pattern of pictures such as %05d.png'}."
        )
    if path.is_dir():
        raise VideoError(f"{path}: is a folder where the output video should go.")
    first = frame_path(path, 0) if is_sequence(path) else path
    if not overwrite and first.exists():
        raise OutputExistsError(
            f"{first}: exists already. Allow overwriting (--overwrite) or choose another name."
        )
