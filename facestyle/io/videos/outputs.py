"""Where videos and sequences may be written, and whether they are there already."""

import os
from pathlib import Path

from facestyle.errors import OutputExistsError, VideoError
from facestyle.io.images import ALPHA_SUFFIXES, WRITABLE_SUFFIXES
from facestyle.io.videos.names import (
    WRITABLE_VIDEO_SUFFIXES,
    find_numbers,
    frame_path,
    is_sequence,
    list_sequence,
)
from facestyle.io.videos.parts import is_unfinished

# those that can hold opacity: ProRes 4444, VP9, and one bit of it in GIF
ALPHA_VIDEO_SUFFIXES = frozenset({".mov", ".webm", ".gif"})


def supports_alpha(path: str | os.PathLike[str]) -> bool:
    """Whether a clip that is written to `path` can be transparent (in GIF: wholly or not)."""
    suffixes = ALPHA_SUFFIXES if is_sequence(path) else ALPHA_VIDEO_SUFFIXES
    return Path(path).suffix.lower() in suffixes


def output_suffix(path: str | os.PathLike[str], *, transparent: bool = False) -> str:
    """Choose the suffix of a clip's result whose name nobody chose.

    Parameters
    ----------
    path : path-like
        The source: WebM stays WebM and GIF stays GIF; others become MP4.
    transparent : bool
        Whether the result has opacity; MP4 has none, so that it becomes MOV (ProRes 4444).
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".webm" or (suffix == ".gif" and not transparent):
        return suffix
    return ".mov" if transparent else ".mp4"


def check_video_output(path: str | os.PathLike[str], *, overwrite: bool = True) -> None:
    """Raise, before any work is done, what would keep a video from being written to `path`.

    The pictures of an interrupted run, which the same command completes, are no obstacle.

    Raises
    ------
    VideoError
        If the suffix is not one that is written, or `path` is a folder.
    OutputExistsError
        If the file, or any picture of a sequence, exists and `overwrite` is false.
    """
    path = Path(path)
    sequence = is_sequence(path)
    suffix = path.suffix.lower()
    writable = WRITABLE_SUFFIXES if sequence else WRITABLE_VIDEO_SUFFIXES
    if suffix not in writable:
        raise VideoError(
            f"{path}: cannot write '{suffix}'; use one of {', '.join(sorted(writable))}"
            f"{'' if sequence else ', or a pattern of pictures such as %05d.png'}."
        )
    if sequence:
        frame_path(path, 0)
    if path.is_dir():
        raise VideoError(f"{path}: is a folder where the output video should go.")
    found = None if overwrite else _found(path, sequence)
    if found is not None:
        raise OutputExistsError(
            f"{found}: exists already. Allow overwriting (--overwrite) or choose another name."
        )


def is_complete(path: str | os.PathLike[str], *, frames: int = 0) -> bool:
    """Whether a result is there and whole, so that it need not be made again.

    A sequence is whole when no interrupted run left its notes beside it, no number is missing
    between the first and the last, and there are `frames` of them, if that is known (not 0).
    """
    path = Path(path)
    if not is_sequence(path):
        return path.exists()
    try:
        count = len(list_sequence(path))
    except VideoError:
        return False
    return not is_unfinished(path) and count >= frames


def _found(path: Path, sequence: bool) -> Path | None:
    """Find what would be overwritten."""
    if not sequence:
        return path if path.exists() else None
    if is_unfinished(path) or not path.parent.is_dir():
        return None
    numbers = find_numbers(path)
    return frame_path(path, numbers[0]) if numbers else None
