"""A network for videos on a clip: each frame redrawn with the result of the frame before."""

from __future__ import annotations

import time

import numpy as np
import torch

from facestyle.flow import DEFAULT_FLOW, FlowSource
from facestyle.methods.engine import FrameEngine, StylizedFrame
from facestyle.methods.neural.clip_frames import (
    mixed,
    picture_tensor,
    stylized_frame,
    working_copy,
)
from facestyle.methods.neural.clip_motion import begins_scene, find_motion
from facestyle.neural.pictures import to_array
from facestyle.neural.settings import VIDEO_INPUTS
from facestyle.neural.transformer import Transformer
from facestyle.neural.video.feed_forward import redraw_frame


class NetworkFrames(FrameEngine):
    """Redraws a clip by a network for videos.

    The network sees the result of the frame before, warped to this one. One for pictures redraws
    every frame alone; see `facestyle.methods.neural.clip_picture_network`.

    Parameters
    ----------
    network : Transformer
        In evaluation mode.
    device : torch.device
        Where the network is.
    size : int or None
        Longer side of what the network sees, px, the frames' own at most; None is that.
    strength : float
        0 leaves a frame as it is, 1 is the network's result; mixed by pixel between.
    colors : {"style", "keep"}
        "keep" takes the luminance from the network and the chroma from the frame.
    flow : FlowSource
    """

    def __init__(
        self,
        network: Transformer,
        device: torch.device,
        *,
        size: int | None = None,
        strength: float = 1.0,
        colors: str = "style",
        flow: FlowSource = DEFAULT_FLOW,
    ) -> None:
        self._network, self._device = network, device
        self._size, self._strength, self._colors = size, strength, colors
        self._remembers = network.architecture.inputs == VIDEO_INPUTS
        self._flow = flow
        self._number = 0
        self._before: tuple[np.ndarray, torch.Tensor] | None = None

    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Stylize the next frame, (H, W, 3) uint8, uint16 or float32 RGB."""
        start = time.perf_counter()
        small = working_copy(frame, self._size)
        previous = motion = None
        if self._before is not None:
            number = self._number
            pair = {number - 1: self._before[0], number: small}
            motion = find_motion(pair, number, [number - 1], source=self._flow)[0]
            previous = None if begins_scene(motion) else self._before[1]
        found = time.perf_counter()
        content = picture_tensor(small, self._device)
        redrawn = redraw_frame(self._network, content, previous, motion)
        if self._remembers:
            self._before = small, redrawn
        self._number += 1
        result = to_array(mixed(redrawn, content, self._strength, self._colors))
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
