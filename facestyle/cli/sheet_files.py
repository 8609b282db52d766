"""Files that sheets are written to: pages or pictures."""

import os
from pathlib import Path

_PAGES = (".html", ".htm")


def is_page(path: Path) -> bool:
    """Whether a page is asked for, not a picture."""
    return path.suffix.lower() in _PAGES


def check_sheet(path: Path, overwrite: bool) -> None:
    """Notice before the work what would keep a sheet from being written.

    Raises
    ------
    OutputExistsError
        If the file exists and `overwrite` is false.
    ImageError
        If it is neither a page nor a picture that can be written, or its folder cannot be.
    """
    from facestyle.cli.places import why_not
    from facestyle.errors import ImageError, OutputExistsError
    from facestyle.io.images import WRITABLE_SUFFIXES, check_output

    if not is_page(path):
        if path.suffix.lower() not in WRITABLE_SUFFIXES:
            raise ImageError(
                f"{path}: cannot write a sheet with the suffix '{path.suffix}'; use .html, or "
                f"{', '.join(sorted(WRITABLE_SUFFIXES))}"
            )
        check_output(path, overwrite=overwrite)
    elif not overwrite and os.path.lexists(path):
        raise OutputExistsError(
            f"{path}: exists already. Allow overwriting (--overwrite) or choose another name."
        )
    fault = why_not(path.parent)
    if fault:
        raise ImageError(f"{path}: {fault}. Choose another place.")
