"""The frames of a clip that are kept, each with what became of it."""

from __future__ import annotations

import numpy as np

# the latest are kept, and beyond them each fourth up to an age
_LATEST, _EVERY, _OLDEST = 2, 4, 16


class FramePairs:
    """The two latest frames and each fourth of the latest 16, with their results."""

    def __init__(self) -> None:
        self._pairs: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def __getitem__(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a frame and its result."""
        return self._pairs[number]

    def __contains__(self, number: int) -> bool:
        """Whether a frame is kept."""
        return number in self._pairs

    @property
    def numbers(self) -> list[int]:
        """Of the frames that are kept, the latest first."""
        return sorted(self._pairs, reverse=True)

    def clear(self) -> None:
        """Forget all, as at a new scene."""
        self._pairs = {}

    def add(self, number: int, frame: np.ndarray, result: np.ndarray) -> None:
        """Keep the latest frame, and forget what is no longer asked for.

        Parameters
        ----------
        number : int
            Of the frame.
        frame, result : numpy.ndarray
            Of one shape and type for all frames each.
        """
        self._pairs[number] = frame, result
        for n in list(self._pairs):
            age = number - n
            if age >= _OLDEST or (age >= _LATEST and n % _EVERY):
                del self._pairs[n]

    def state(self, name: str) -> dict[str, np.ndarray]:
        """Everything that is held, as arrays whose keys begin with a name."""
        if not self._pairs:
            return {}
        frames, results = zip(*self._pairs.values(), strict=True)
        return {
            f"{name}_numbers": np.array(list(self._pairs)),
            f"{name}_frames": np.stack(frames),
            f"{name}_results": np.stack(results),
        }

    def restore(self, state: dict[str, np.ndarray], name: str) -> None:
        """Go on from a `state`."""
        numbers, frames, results = (
            state.get(f"{name}_{part}", ()) for part in ("numbers", "frames", "results")
        )
        pairs = zip(map(np.array, frames), map(np.array, results), strict=True)
        self._pairs = dict(zip(map(int, numbers), pairs, strict=True))
