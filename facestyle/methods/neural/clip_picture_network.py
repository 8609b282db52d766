"""A network on a clip, its results filtered along the flow.

One for pictures redraws every frame by itself; one for videos sees its result before, too.
"""

from __future__ import annotations

import time

import cv2
import numpy as np
import torch

from facestyle.imaging.levels import to_bytes
from facestyle.methods.engine import FrameEngine, StylizedFrame
from facestyle.methods.neural.clip_frames import (
    NetworkClip,
    mixed,
    picture_tensor,
    stylized_frame,
    working_copy,
)
from facestyle.methods.neural.clip_memory import UNSEEN, ClipMemory
from facestyle.methods.neural.frame_pairs import FramePairs
from facestyle.neural.pictures import to_array
from facestyle.neural.settings import VIDEO_INPUTS
from facestyle.neural.video.feed_forward import redraw_frame
from facestyle.tracking.motion import estimate_motion, reduced_gray

_FLOW_SIZE = 384  # longer side of the copies that the flow is found on, px; not measured alone
# largest share of the result before, and the difference at which it falls to 1/e of that: strokes
# flicker by much, and what changes in the picture itself is not trusted by the motion
_MOST_KEPT, _TOLERANCE = 0.7, 0.4
# Gaussians whose rest is the detail that averaging loses, px; and how much is given back at most
_SIGMAS, _MOST_GAIN = (2.0, 1.0), 2.0


def with_detail_of(picture: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Give a picture, (H, W, 3) float32, as much detail as another has: averages are soft."""
    result = picture.copy()
    for sigma in _SIGMAS:
        detail, wanted = (p - cv2.GaussianBlur(p, (0, 0), sigma) for p in (result, other))
        gain = np.sqrt((wanted**2).mean() / max((detail**2).mean(), 1e-8))
        result += np.float32(np.clip(gain, 1, _MOST_GAIN) - 1) * detail
    return np.clip(result, 0, 1)


class PictureNetworkFrames(FrameEngine):
    """Redraws a clip by a network, and filters the results along the flow.

    Parameters
    ----------
    clip : NetworkClip
    """

    def __init__(self, clip: NetworkClip) -> None:
        self._clip = clip
        self._network, self._device = clip.network, clip.device
        self._number = 0
        self._pairs = FramePairs()  # reduced gray frames, and what became of them
        self._remembers = clip.network.architecture.inputs == VIDEO_INPUTS
        self._memory = ClipMemory(clip.device, clip.flow)

    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Stylize the next frame, (H, W, 3) uint8, uint16 or float32 RGB."""
        start = time.perf_counter()
        small = working_copy(frame, self._clip.size)
        content = picture_tensor(small, self._device)
        redrawn = self._redraw(small, content)
        result = np.ascontiguousarray(
            to_array(mixed(redrawn, content, self._clip.strength, self._clip.colors)), np.float32
        )
        drawn = time.perf_counter()
        gray = reduced_gray(small, _FLOW_SIZE)
        alone = result.copy()
        self._filter_recursively(result, gray)
        self._pairs.add(self._number, gray, to_bytes(result))
        result = with_detail_of(result, alone)
        self._number += 1
        timings = {"neural": drawn - start, "filter": time.perf_counter() - drawn}
        return stylized_frame(result, frame, timings)

    def _redraw(self, frame: np.ndarray, content: torch.Tensor) -> torch.Tensor:
        """Redraw a frame, with earlier results where the network takes them."""
        redrawn = redraw_frame(self._network, content, self._memory.recall(self._number, frame))
        if self._remembers:
            self._memory.remember(self._number, frame, redrawn)
        return redrawn

    def _filter_recursively(self, result: np.ndarray, gray: np.ndarray) -> None:
        """Move the result towards the one before, in place, unless a new scene begins.

        Where that does not show a point, towards the nearest earlier one that does.
        """
        from facestyle.kernels.temporal_filter import filter_recursively

        shape = result.shape[0], result.shape[1]
        known: np.ndarray | None = None
        for number in self._pairs.numbers:
            before, shown = self._pairs[number]
            motion = estimate_motion(
                before, gray, shape, number=self._number, source=self._clip.flow
            )
            trust = motion.trust
            if known is None and motion.cut:
                self._pairs.clear()
                return
            if known is not None:
                trust = np.maximum(trust - known, 0)
            filter_recursively(
                result,
                shown,
                motion.backward,
                trust,
                most=_MOST_KEPT,
                tolerance=_TOLERANCE,
            )
            known = trust if known is None else known + trust
            few = float((known < 0.5).mean()) <= UNSEEN
            if few or self._clip.flow.folder is not None:
                return

    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next frame depends on."""
        if not self._number:
            return {}
        return {
            "number": np.array(self._number),
            **self._pairs.state("filter"),
            **self._memory.state(),
        }

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        self._number = int(state["number"]) if state else 0
        self._pairs.restore(state, "filter")
        self._memory.restore(state)
