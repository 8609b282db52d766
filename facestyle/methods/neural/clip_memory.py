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
from facestyle.methods.neural.frame_pairs import FramePairs
from facestyle.neural.pictures import to_array
from facestyle.neural.video.motion import Motion, warp_along

# share of a frame that none of those asked shows, up to which no older one is: each costs two flows
UNSEEN = 0.01


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
        self._pairs = FramePairs()

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
        if number - 1 not in self._pairs:
            return None
        before = self._motion(number, frame, number - 1)
        if begins_scene(before):
            self._pairs.clear()
            return None
        warped, known = warp_along(self._result(number - 1), before)
        if self._source.folder is not None:
            return warped, known
        total = warped * known
        for other in self._pairs.numbers[1:]:
            if float((known < 0.5).float().mean()) <= UNSEEN:
                break
            warped, weights = warp_along(self._result(other), self._motion(number, frame, other))
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
        result = to_bytes(np.ascontiguousarray(to_array(redrawn), np.float32))
        self._pairs.add(number, frame, result)

    def state(self) -> dict[str, np.ndarray]:
        """Everything that it holds."""
        return self._pairs.state("memory")

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        self._pairs.restore(state, "memory")

    def _motion(self, number: int, frame: np.ndarray, other: int) -> Motion:
        """Return the motion of a frame to an earlier one."""
        frames = {other: self._pairs[other][0], number: frame}
        (motion,) = find_motion(frames, number, [other], source=self._source)
        return motion

    def _result(self, number: int) -> torch.Tensor:
        return picture_tensor(self._pairs[number][1], self._device)
