"""How the results of clips are named on the command line; nothing heavy at the top."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facestyle.io.images import ClipNames, InputFile


def clip_names() -> "ClipNames":
    """How results of videos and sequences are named; see `plan_outputs`."""
    from facestyle.io.images import ClipNames
    from facestyle.io.videos.names import VIDEO_SUFFIXES, WRITABLE_VIDEO_SUFFIXES, is_sequence

    return ClipNames(VIDEO_SUFFIXES, WRITABLE_VIDEO_SUFFIXES, is_sequence)


def named_as_clips(
    pairs: "list[tuple[InputFile, Path]]", asked: str | None, transparent: bool
) -> "list[tuple[InputFile, Path]]":
    """Name the results of animated pictures as clips; what was asked for is refused or kept.

    Parameters
    ----------
    pairs : list of (InputFile, Path)
        Inputs with the planned names of their results.
    asked : str or None
        The output that was asked for.
    transparent : bool
        Whether results have opacity.

    Returns
    -------
    list of (InputFile, Path)

    Raises
    ------
    UsageError
        If a result would overwrite an input.
    """
    from facestyle.errors import UsageError

    named = [(item, _as_clip(item.path, output, asked, transparent)) for item, output in pairs]
    originals = {item.path.resolve() for item, _ in pairs}
    for (item, planned), (_, output) in zip(pairs, named, strict=True):
        if output != planned and output.resolve() in originals:
            raise UsageError(
                f"The result for {item.path} would overwrite the input {output}. Choose another "
                "place with -o."
            )
    return named


def _as_clip(source: Path, output: Path, asked: str | None, transparent: bool) -> Path:
    """A name of a clip for the result of an animated picture."""
    import logging

    from facestyle.errors import UsageError
    from facestyle.io.videos import (
        WRITABLE_VIDEO_SUFFIXES,
        is_animated,
        is_sequence,
        open_video,
        output_suffix,
    )

    named = output.suffix.lower() in WRITABLE_VIDEO_SUFFIXES or is_sequence(output)
    if named or not is_animated(source):
        return output
    if asked is not None and output == Path(asked):
        raise UsageError(
            f"-o {output}: {source} is an animation; name a clip, such as "
            f"{output.with_suffix('.gif').name} or {output.with_suffix('.webm').name}, or frames, "
            "such as out/%05d.png"
        )
    opaque = not (transparent or open_video(source).info.alpha)
    clip = output.with_suffix(output_suffix(source, transparent=not opaque))
    log = logging.getLogger(__name__)
    log.warning("%s: is an animation; its result is written as %s", source, clip.name)
    return clip
