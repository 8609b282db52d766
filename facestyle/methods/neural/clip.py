"""Neural style transfer of a clip by optimization, frame by frame."""

from __future__ import annotations

import time
from functools import partial

import numpy as np
import torch

from facestyle.errors import UsageError
from facestyle.methods.engine import FrameEngine, StylizedFrame
from facestyle.methods.neural.clip_frames import (
    OptimizedClip,
    picture_tensor,
    stylized_frame,
    working_copy,
)
from facestyle.methods.neural.clip_motion import begins_scene, find_motion
from facestyle.neural.pictures import to_array
from facestyle.neural.video.sequential import SequentialVideo


class OptimizedFrames(FrameEngine):
    """Redraws a clip by optimization.

    Each frame starts from, and is bound to, the results before it, as the options say (Ruder et
    al. 2016, sections 4.1 to 4.3). A frame that begins a new scene starts anew.

    Parameters
    ----------
    clip : OptimizedClip
        With options for a single pass.
    """

    def __init__(self, clip: OptimizedClip) -> None:
        if clip.options.passes:
            raise UsageError("several passes need all frames at once; use MultiPassFrames")
        self._size = clip.size
        self._device = clip.styles[0].picture.device
        self._frames: dict[int, np.ndarray] = {}
        self._number = 0
        self._motion = partial(find_motion, self._frames, source=clip.flow)
        self._video = SequentialVideo(clip.network, clip.styles, clip.options, self._motion)

    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Stylize the next frame, (H, W, 3) uint8, uint16 or float32 RGB."""
        start = time.perf_counter()
        number, video = self._number, self._video
        small = working_copy(frame, self._size)
        self._frames[number] = small
        if number - 1 in video.results and begins_scene(self._motion(number, [number - 1])[0]):
            video.results.clear()
        result = to_array(video.step(number, picture_tensor(small, self._device)))
        for old in set(self._frames) - set(video.results):
            del self._frames[old]
        self._number += 1
        return stylized_frame(result, frame, {"neural": time.perf_counter() - start})

    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next frame depends on."""
        arrays = {"number": np.array(self._number)}
        for number, result in self._video.results.items():
            arrays[f"result.{number}"] = result.cpu().numpy()
            arrays[f"frame.{number}"] = self._frames[number]
        return arrays

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        self._frames.clear()
        self._number = int(state["number"]) if state else 0
        self._video.results = {}
        for name in state:
            kind, _, number = name.partition(".")
            if kind == "result":
                result = torch.from_numpy(np.array(state[name])).to(self._device)
                self._video.results[int(number)] = result
                self._frames[int(number)] = np.array(state[f"frame.{number}"])
