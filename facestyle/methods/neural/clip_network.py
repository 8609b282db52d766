"""A network for videos on a clip: each frame redrawn with the result of the frame before."""

from __future__ import annotations

import time

import numpy as np
import torch

from facestyle.methods.engine import FrameEngine, StylizedFrame
from facestyle.methods.neural.clip_frames import (
    NetworkClip,
    mixed,
    picture_tensor,
    stylized_frame,
    working_copy,
)
from facestyle.methods.neural.clip_motion import begins_scene, find_motion
from facestyle.neural.pictures import to_array
from facestyle.neural.settings import VIDEO_INPUTS
from facestyle.neural.video.feed_forward import redraw_frame


class NetworkFrames(FrameEngine):
    """Redraws a clip by a network for videos.

    The network sees the result of the frame before, warped to this one. One for pictures redraws
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
        self._before: tuple[np.ndarray, torch.Tensor] | None = None

    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Stylize the next frame, (H, W, 3) uint8, uint16 or float32 RGB."""
        start = time.perf_counter()
        small = working_copy(frame, self._clip.size)
        previous = motion = None
        if self._before is not None:
            number = self._number
            pair = {number - 1: self._before[0], number: small}
            motion = find_motion(pair, number, [number - 1], source=self._clip.flow)[0]
            previous = None if begins_scene(motion) else self._before[1]
        found = time.perf_counter()
        content = picture_tensor(small, self._device)
        redrawn = redraw_frame(self._network, content, previous, motion)
        if self._remembers:
            self._before = small, redrawn
        self._number += 1
        result = to_array(mixed(redrawn, content, self._clip.strength, self._clip.colors))
        timings = {"flow": found - start, "neural": time.perf_counter() - found}
        return stylized_frame(result, frame, timings)

    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next frame depends on."""
        if self._before is None:
            return {}
        return {
            "number": np.array(self._number),
            "frame": self._before[0],
            "result": self._before[1].cpu().numpy(),
        }

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        self._before, self._number = None, 0
        if state:
            self._number = int(state["number"])
            result = torch.from_numpy(np.array(state["result"])).to(self._device)
            self._before = np.array(state["frame"]), result
