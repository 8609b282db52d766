"""Seconds of each step of a computation."""

from __future__ import annotations

import time


class Stopwatch:
    """Books the time between calls of `lap` under the names of the steps.

    Attributes
    ----------
    laps : dict of str to float
        Seconds by name; laps of one name add up.
    """

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """Book the time since the last lap."""
        now = time.perf_counter()
        self.laps[name] = self.laps.get(name, 0.0) + now - self._last
        self._last = now
