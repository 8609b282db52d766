"""What is asked of a batch, and what became of each input."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from facestyle.errors import FacestyleError
from facestyle.frozen import FrozenRecord
from facestyle.pipeline.clip_options import ClipOptions, Progress
from facestyle.pipeline.result import Result


@dataclass(frozen=True)
class BatchResult(FrozenRecord):
    """What became of one input.

    Attributes
    ----------
    source : Path
        The input.
    output : Path or None
        The file that was written, or that existed already; None without one.
    result : Result or None
        As the stylizer returned it; None for failures, skipped inputs and ``keep_results=False``.
    error : Exception or None
        Why it failed.
    seconds : float
        Wall time of reading, stylizing and writing.
    skipped : bool
        Whether it was left out because its output existed.
    facts : dict
        Size, face and timings as plain numbers, for reports.
    """

    source: Path
    output: Path | None
    result: Result | None = None
    error: Exception | None = None
    seconds: float = 0.0
    skipped: bool = False
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The error in one line that names the file; empty for a success."""
        if self.error is None:
            return ""
        text = " ".join(str(self.error).split())
        if not isinstance(self.error, FacestyleError):
            text = f"unexpected {type(self.error).__name__}: {text}. Please report this"
        return text if str(self.source) in text else f"{self.source}: {text}"


@dataclass(frozen=True)
class BatchOptions:
    """What holds for all inputs of a batch.

    Attributes
    ----------
    overwrite : bool
        Whether existing outputs are replaced; else they are errors.
    skip_existing : bool
        Whether inputs whose output exists are left out: resumes an interrupted run.
    keep_results : bool
        Whether results carry their pictures; false saves memory and traffic between processes.
        Videos never do.
    landmarks : (68, 2) float64 or None
        Known landmarks, xy px; the same for every input.
    matte : (H, W) uint8, uint16 or float, or None
        Known opacity of the person; the same for every input.
    clip : ClipOptions or None
        Which part of videos is stylized.
    max_size : int or None
        Pictures are reduced to so many px on their longer side before they are stylized.
    quality : int
        Of JPEG and WebP, 1 to 100.
    """

    overwrite: bool = False
    skip_existing: bool = False
    keep_results: bool = True
    landmarks: np.ndarray | None = None
    matte: np.ndarray | None = None
    clip: ClipOptions | None = None
    max_size: int | None = None
    quality: int = 95


@dataclass(frozen=True)
class BatchTask:
    """One input with everything that holds for it."""

    source: Path
    output: Path | None
    explain: Path | None
    options: BatchOptions
    progress: Progress | None
