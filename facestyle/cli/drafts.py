"""Drafts: a picture of how far a long computation is, written now and then."""

import time
from pathlib import Path

from facestyle.progress import Listener, Step


class Drafts:
    """A listener that writes the latest draft of what is computed, and passes all steps on.

    Parameters
    ----------
    path : Path
        The file, replaced whole by each draft.
    listener : callable
        Who else listens.
    """

    EVERY = 5.0  # s between two drafts

    def __init__(self, path: Path, listener: Listener) -> None:
        self._path, self._listener = path, listener
        self._written = -float("inf")

    def __call__(self, step: Step) -> None:
        """Hear of a step."""
        self._listener(step)
        now = time.monotonic()
        if step.draft is None or now - self._written < self.EVERY:
            return
        from facestyle.io.images import write_image

        self._written = now
        write_image(self._path, step.draft())
