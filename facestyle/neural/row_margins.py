"""A picture a few rows at a time, with the rows around them that a result depends on."""

from collections.abc import Iterator


def bands(
    top: int, bottom: int, rows: int, margin: int, height: int
) -> Iterator[tuple[slice, slice, slice]]:
    """Yield bands of rows.

    Parameters
    ----------
    top, bottom : int
        First row, and end of those that are wanted.
    rows : int
        Of a band at most.
    margin : int
        Rows on each side that a result depends on.
    height : int
        Of the picture.

    Yields
    ------
    (slice, slice, slice)
        The rows of a band with its margin, which of these are its own, and these in the picture.
    """
    for start in range(top, bottom, rows):
        stop = min(start + rows, bottom)
        yield *with_margin(start, stop, margin, height), slice(start, stop)


def with_margin(start: int, stop: int, margin: int, length: int) -> tuple[slice, slice]:
    """Return the pixels that [start, stop) depends on, and where it is among them.

    Parameters
    ----------
    start, stop : int
    margin : int
        Pixels on each side.
    length : int
        Of the picture along this axis.
    """
    first = max(0, start - margin)
    return slice(first, min(length, stop + margin)), slice(start - first, stop - first)
