"""What can be asked of a clip; light to import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# called with the source, the frames done and the frames in all (0: unknown)
Progress = Callable[[Path, int, int], None]


@dataclass(frozen=True)
class ClipOptions:
    """Which part of a clip is stylized.

    Attributes
    ----------
    start, end : float or None
        Seconds; None is all.
    preview : int or None
        Only so many frames, the first ones from `start` on: what moves is judged in succession.
    frame_rate : float, optional
        Pictures a second, of a sequence of pictures.
    """

    start: float | None = None
    end: float | None = None
    preview: int | None = None
    frame_rate: float | None = None
