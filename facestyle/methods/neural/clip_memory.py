"""What a network drew before: in the frame before, and in older ones where something hid it.

Ruder et al. 2016, section 4.3: every point is bound to the nearest earlier frame that shows it.
"""

from __future__ import annotations

import numpy as np
import torch

from facestyle.flow import FlowSource
from facestyle.imaging.levels import to_bytes
from facestyle.methods.neural.clip_frames import picture_tensor
from facestyle.methods.neural.clip_motion import begins_scene, find_motion
from facestyle.neural.pictures import to_array
from facestyle.neural.video.motion import warp_along

# the latest frames are kept, and beyond them each fourth up to an age
_LATEST, _EVERY, _OLDEST = 2, 4, 16
# share of a frame that none of those asked shows, up to which no older one is: each costs two flows
UNSEEN = 0.01


def forget_old(kept: dict[int, np.ndarray], number: int) -> None:
    """Remove what is no longer asked for when this frame is the latest."""
    for n in list(kept):
        age = number - n
        if age >= _OLDEST or (age >= _LATEST and n % _EVERY):
            del kept[n]


class ClipMemory:
    """The latest frames of a clip, and what became of them.

    Parameters
    ----------
    device : torch.device
        Where the network computes.
    source : FlowSource
        Where the flow comes from. One that is read from files knows successive frames only.
    """

    def __init__(self, device: torch.device, source: FlowSource) -> None:
        self._device, self._source = device, source
        self._frames: dict[int, np.ndarray] = {}
        self._results: dict[int, np.ndarray] = {}

    def recall(self, number: int, frame: np.ndarray) -> tuple[torch.Tensor, torch.Tensor] | None:
        """Return what was drawn of this frame's points, and how sure it is.

        Parameters
        ----------
        number : int
            Of the frame.
        frame : (H, W, 3) uint8

        Returns
        -------
        warped : (1, 3, H, W) tensor
        weights : (H, W) tensor
            In [0, 1]. None at the beginning of a scene.
        """
        if number - 1 not in self._frames:
            return None
        frames = {**self._frames, number: frame}
        (before,) = find_motion(frames, number, [number - 1], source=self._source)
        if begins_scene(before):
            self._frames, self._results = {}, {}
            return None
        warped, known = warp_along(self._result(number - 1), before)
        if self._source.folder is not None:
            return warped, known
        total = warped * known
        for other in sorted(self._frames, reverse=True)[1:]:
            if float((known < 0.5).float().mean()) <= UNSEEN:
                break
            (motion,) = find_motion(frames, number, [other], source=self._source)
            warped, weights = warp_along(self._result(other), motion)
            weights = (weights - known).clamp_min(0)
            total, known = total + warped * weights, known + weights
        return total / known.clamp_min(1e-6), known

    def remember(self, number: int, frame: np.ndarray, redrawn: torch.Tensor) -> None:
        """Keep a frame and what became of it.

        Parameters
        ----------
        number : int
            Of the frame.
        frame : (H, W, 3) uint8
        redrawn : (1, 3, H, W) tensor
            In [0, 1].
        """
        self._frames[number] = frame
        self._results[number] = to_bytes(np.ascontiguousarray(to_array(redrawn), np.float32))
        forget_old(self._frames, number)
        forget_old(self._results, number)

    def state(self) -> dict[str, np.ndarray]:
        """Everything that it holds."""
        if not self._frames:
            return {}
        numbers = sorted(self._frames)
        return {
            "numbers": np.array(numbers),
            "frames": np.stack([self._frames[n] for n in numbers]),
            "results": np.stack([self._results[n] for n in numbers]),
        }

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        numbers = [int(n) for n in state.get("numbers", ())]
        self._frames = {
            n: np.array(f) for n, f in zip(numbers, state.get("frames", ()), strict=True)
        }
        self._results = {
            n: np.array(r) for n, r in zip(numbers, state.get("results", ()), strict=True)
        }

    def _result(self, number: int) -> torch.Tensor:
        return picture_tensor(self._results[number], self._device)
