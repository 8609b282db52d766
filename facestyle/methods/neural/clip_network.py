"""A network for videos on a clip: each frame redrawn with the results of earlier ones."""

from __future__ import annotations

import time

import numpy as np
import torch

from facestyle.methods.engine import FrameEngine, StylizedFrame
from facestyle.methods.neural.clip_faces import FaceStrokes
from facestyle.methods.neural.clip_frames import (
    NetworkClip,
    mixed,
    picture_tensor,
    stylized_frame,
    working_copy,
)
from facestyle.methods.neural.clip_memory import ClipMemory
from facestyle.neural.pictures import to_array
from facestyle.neural.settings import VIDEO_INPUTS
from facestyle.neural.video.feed_forward import redraw_frame

# times that a scene's first frame is drawn with its own result before it: of a wall in `glass` the
# first four frames had a deviation of 31, 37, 39 and 42 of 255, in the end 44; now 38
_SETTLING = 3


class NetworkFrames(FrameEngine):
    """Redraws a clip by a network for videos.

    The network sees the result of the frame before, warped to this one, and where that hides
    something the results of older ones. One for pictures redraws
    every frame alone; see `facestyle.methods.neural.clip_picture_network`.

    Parameters
    ----------
    clip : NetworkClip
    """

    def __init__(self, clip: NetworkClip) -> None:
        self._clip = clip
        self._network, self._device = clip.network, clip.device
        self._remembers = clip.network.architecture.inputs == VIDEO_INPUTS
        self._number = 0
        self._memory = ClipMemory(clip.device, clip.flow)
        self._strokes = FaceStrokes(clip)

    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Stylize the next frame, (H, W, 3) uint8, uint16 or float32 RGB."""
        start = time.perf_counter()
        small = working_copy(frame, self._clip.size)
        known = self._memory.recall(self._number, small)
        strength = self._strokes.step(frame)
        found = time.perf_counter()
        content = picture_tensor(small, self._device)
        redrawn = redraw_frame(self._network, content, known, strength, seed=self._clip.seed)
        if self._remembers and known is None:
            redrawn = self._settled(content, redrawn, strength)
        if self._remembers:
            self._memory.remember(self._number, small, redrawn)
        self._number += 1
        result = to_array(mixed(redrawn, content, self._clip.strength, self._clip.colors))
        timings = {"flow": found - start, "neural": time.perf_counter() - found}
        return stylized_frame(result, frame, timings)

    def _settled(
        self, content: torch.Tensor, redrawn: torch.Tensor, strength: torch.Tensor | None
    ) -> torch.Tensor:
        """The first frame of a scene, as the network draws one that it has seen before."""
        sure = redrawn.new_ones(redrawn.shape[-2:])
        for _ in range(_SETTLING):
            known = redrawn, sure
            redrawn = redraw_frame(self._network, content, known, strength, seed=self._clip.seed)
        return redrawn

    def finish(self) -> None:
        """Say what had no effect in the whole clip."""
        self._strokes.finish()

    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next frame depends on."""
        state = self._memory.state() | self._strokes.state()
        return {"number": np.array(self._number), **state} if state else {}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        self._number = int(state["number"]) if state else 0
        self._memory.restore(state)
        self._strokes.restore(state)
