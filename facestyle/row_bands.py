"""A picture a few rows at a time: what is made in between stays in the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator

# px; a few temporary copies of so many colors fit into a cache of a megabyte or two
_PIXELS = 2**16


def row_bands(height: int, width: int, *, multiple: int = 1) -> Iterator[slice]:
    """Cut the rows of a picture into bands of about as many pixels each.

    Parameters
    ----------
    height, width : int
        Of the picture, px.
    multiple : int
        Each band but the last has a multiple of so many rows.

    Yields
    ------
    slice
        With start and stop; in order, without gaps.
    """
    rows = max(1, _PIXELS // max(1, width) // multiple) * multiple
    for start in range(0, height, rows):
        yield slice(start, min(start + rows, height))
