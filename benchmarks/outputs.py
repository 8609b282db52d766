"""Where results go: faults are found before anything is measured, and files are written whole."""

from pathlib import Path


def prepare_file(path: Path) -> None:
    """Make the folder of a file that is to be written.

    Raises
    ------
    ValueError
        If the file cannot be there; the message names it.
    """
    if path.is_dir():
        raise ValueError(f"{path}: is a folder; expected the name of a file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"{path}: its folder cannot be made ({error.strerror})") from error


def prepare_folder(path: Path) -> None:
    """Make a folder that files are to be written to.

    Raises
    ------
    ValueError
        If it cannot be there; the message names it.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"{path}: this folder cannot be made ({error.strerror})") from error


def write_whole(path: Path, text: str) -> None:
    """Write a text; the file has its name only once everything is in it."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
