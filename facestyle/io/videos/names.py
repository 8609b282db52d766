"""Which names stand for videos and for sequences of pictures."""

import os
import re
from pathlib import Path

from facestyle.errors import VideoError

VIDEO_SUFFIXES = frozenset(
    {
        *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".mts", ".m2ts"),
        *(".ts", ".wmv", ".flv", ".3gp", ".3g2", ".ogv"),
    }
)
WRITABLE_VIDEO_SUFFIXES = frozenset({".mp4", ".m4v", ".mov", ".mkv", ".webm", ".gif"})

_NUMBER = re.compile(r"%(0\d+)?d")
_MOST_DIGITS = 20  # of a picture's number


def is_video(path: str | os.PathLike[str]) -> bool:
    """Whether a name has the suffix of a video file."""
    return Path(path).suffix.lower() in VIDEO_SUFFIXES


def is_sequence(path: str | os.PathLike[str]) -> bool:
    """Whether a name is a pattern of numbered pictures, such as ``frames/%05d.png``.

    A file of that very name, such as an existing ``photo%d.jpg``, is a file, and so is a video.
    """
    one = len(_NUMBER.findall(Path(path).name)) == 1
    return one and not is_video(path) and not os.path.lexists(path)


def frame_path(pattern: str | os.PathLike[str], number: int) -> Path:
    """Name the picture of a number.

    Raises
    ------
    VideoError
        If the pattern asks for more digits than a number has.
    """
    path = Path(pattern)
    match = _NUMBER.search(path.name)
    assert match is not None, pattern
    digits = (match[1] or "0")[1:].lstrip("0") or "0"
    if len(digits) > 2 or int(digits) > _MOST_DIGITS:
        raise VideoError(
            f"{path.name}: asks for numbers of {digits} digits; at most {_MOST_DIGITS} are "
            "possible, as in %05d."
        )
    name = f"{number:0{int(digits)}d}"
    return path.with_name(path.name[: match.start()] + name + path.name[match.end() :])


def find_numbers(pattern: str | os.PathLike[str]) -> list[int]:
    """List the numbers of the pictures that exist, in order; holes are no error.

    Raises
    ------
    VideoError
        If the folder cannot be read.
    """
    pattern = Path(pattern)
    frame_path(pattern, 0)
    head, tail = (re.escape(part) for part in _NUMBER.split(pattern.name)[::2])
    name = re.compile(f"{head}([0-9]{{1,{_MOST_DIGITS}}}){tail}", re.DOTALL)
    try:
        matches = (name.fullmatch(entry) for entry in os.listdir(pattern.parent))
        numbers = sorted({int(match[1]) for match in matches if match})
    except OSError as error:
        raise VideoError(
            f"{pattern}: the folder {pattern.parent} cannot be read ({error.strerror})."
        ) from error
    return [number for number in numbers if frame_path(pattern, number).is_file()]


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
    numbers = find_numbers(pattern)
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


def first_number(pattern: str | os.PathLike[str], path: Path) -> int:
    """Tell the number in the name of a sequence's picture."""
    head, tail = _NUMBER.split(Path(pattern).name)[::2]
    return int(path.name[len(head) : len(path.name) - len(tail)])
