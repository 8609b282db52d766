"""Where results go is checked before any work: what cannot be written is known at once."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facestyle.io.images import InputFile


def check_places(arguments: argparse.Namespace, pairs: "Sequence[tuple[InputFile, Path]]") -> None:
    """Refuse what nothing could be written to, however long the work took.

    Parameters
    ----------
    arguments : argparse.Namespace
        Of the verb stylize.
    pairs : sequence of (InputFile, Path)
        Each input with the name of its result, of all looks.

    Raises
    ------
    UsageError
        Naming the option and what is wrong with its place.
    """
    from facestyle.errors import UsageError

    _check_name(arguments.output, pairs)
    if arguments.cluster is None or arguments.send_files:  # else the workers' folders count
        _check_folders(arguments, pairs)
    for name in ("report", "save_preset", "draft"):
        path = getattr(arguments, name)
        if path is None:
            continue
        option = f"--{name.replace('_', '-')} {path}"
        if path.is_dir():
            raise UsageError(f"{option}: is a folder; name a file")
        _refuse(option, why_not(path.parent))


def _check_name(output: str | None, pairs: "Sequence[tuple[InputFile, Path]]") -> None:
    """Refuse a name that was given and is none of a picture, or of a clip, that can be written."""
    from facestyle.errors import ImageError, UsageError, VideoError
    from facestyle.io.images import check_output
    from facestyle.io.videos import check_video_output, is_clip

    for item, path in pairs:
        if output is None or path != Path(output):
            continue
        try:
            (check_video_output if is_clip(item.path) else check_output)(path)
        except (ImageError, VideoError) as error:
            raise UsageError(f"-o {error}") from None


def _check_folders(
    arguments: argparse.Namespace, pairs: "Sequence[tuple[InputFile, Path]]"
) -> None:
    """Refuse folders if no result could be written; where one could, the others say it in turn."""
    wanted = [path for _, path in pairs if not (arguments.skip_existing and os.path.lexists(path))]
    faults = {folder: why_not(folder) for folder in dict.fromkeys(path.parent for path in wanted)}
    if faults and all(faults.values()):
        folder, fault = next(iter(faults.items()))
        option = str(folder) if arguments.output is None else f"-o {arguments.output}"
        _refuse(option, fault)
    if arguments.explain is not None:
        _refuse(f"--explain {arguments.explain}", why_not(arguments.explain))


def _refuse(option: str, fault: str) -> None:
    from facestyle.errors import UsageError

    if fault:
        raise UsageError(f"{option}: {fault}. Choose another place.")


def why_not(folder: Path) -> str:
    """Why nothing can be written into a folder, which need not be there yet; "" where it can be.

    Parameters
    ----------
    folder : Path
    """
    for there in (folder, *folder.parents):
        if os.path.lexists(there):
            if not os.path.isdir(there):
                return f"{there} is not a folder"
            return "" if os.access(there, os.W_OK) else f"no permission to write into {there}"
    return ""
