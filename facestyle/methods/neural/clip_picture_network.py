"""A network on a clip, its photos and its results steadied along the flow.

One for pictures redraws every frame by itself; one for videos sees its result before, too.
"""

from __future__ import annotations

import time

import numpy as np
import torch

from facestyle.methods.engine import FrameEngine, StylizedFrame
from facestyle.methods.neural.clip_carried import CarriedFrames, Steadying, steadied
from facestyle.methods.neural.clip_faces import FaceStrokes
from facestyle.methods.neural.clip_frames import (
    NetworkClip,
    mixed,
    picture_tensor,
    stylized_frame,
    working_copy,
)
from facestyle.methods.neural.clip_memory import ClipMemory
from facestyle.methods.neural.clip_strokes import with_strokes_of
from facestyle.neural.pictures import to_array, to_tensor
from facestyle.neural.settings import VIDEO_INPUTS
from facestyle.neural.video.feed_forward import redraw_frame

# A network makes other strokes of another noise: of the photo averaged along the flow it flickers
# 2 to 3 times less, at the same style loss. Noise only: what is 13 levels off is let be.
_PHOTO = Steadying(most=0.9, tolerance=0.05, around=1.0)
# Strokes flicker by much, and what changes in the picture itself is not trusted by the motion. They
# are kept or not as wholes: pixel by pixel both are seen. man_studio, `wave` and `engraving`, with
# cubic moves: .7 has 5.6 and 3.3 times less flicker than each frame alone, at a style loss 1.6 %
# higher and the same; .8 has 6.3 and 3.7 times less, at one 4 and 1 % higher (outdoors 20 and 34)
_STROKES = Steadying(most=0.7, tolerance=0.6, around=2.0)


class PictureNetworkFrames(FrameEngine):
    """Redraws a clip by a network, steadied along the flow before and after it.

    Parameters
    ----------
    clip : NetworkClip
    """

    def __init__(self, clip: NetworkClip) -> None:
        self._clip = clip
        self._network, self._device = clip.network, clip.device
        self._number = 0
        self._carried = CarriedFrames(clip.flow)
        self._remembers = clip.network.architecture.inputs == VIDEO_INPUTS
        self._memory = ClipMemory(clip.device, clip.flow)
        self._strokes = FaceStrokes(clip)

    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Stylize the next frame, (H, W, 3) uint8, uint16 or float32 RGB."""
        start = time.perf_counter()
        small = working_copy(frame, self._clip.size)
        photo = small.astype(np.float32) / 255
        known = self._carried.recall(self._number, small)
        if known is not None:
            photo = np.clip(steadied(photo, known.photo, known.trust, _PHOTO), 0, 1)
        steady = time.perf_counter()
        strength = self._strokes.step(frame)
        seen = time.perf_counter()
        result = self._redraw(small, photo, strength)
        drawn = time.perf_counter()
        if known is not None:
            filtered = steadied(result, known.drawn, known.trust, _STROKES)
            result = with_strokes_of(filtered, result)
        self._carried.remember(self._number, small, photo, result)
        self._number += 1
        done = time.perf_counter()
        timings = {
            "faces": seen - steady,
            "neural": drawn - seen,
            "filter": steady - start + done - drawn,
        }
        return stylized_frame(result, frame, timings)

    def _redraw(
        self, frame: np.ndarray, photo: np.ndarray, strength: torch.Tensor | None
    ) -> np.ndarray:
        """Redraw a steadied frame, with earlier results where the network takes them."""
        redrawn = redraw_frame(
            self._network,
            to_tensor(photo, self._device),
            self._memory.recall(self._number, frame),
            strength,
            seed=self._clip.seed,
        )
        if self._remembers:
            self._memory.remember(self._number, frame, redrawn)
        content = picture_tensor(frame, self._device)
        result = to_array(mixed(redrawn, content, self._clip.strength, self._clip.colors))
        return np.ascontiguousarray(result, np.float32)

    def finish(self) -> None:
        """Say what had no effect in the whole clip."""
        self._strokes.finish()

    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next frame depends on."""
        if not self._number:
            return {}
        return {
            "number": np.array(self._number),
            **self._carried.state(),
            **self._memory.state(),
            **self._strokes.state(),
        }

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        self._number = int(state["number"]) if state else 0
        self._carried.restore(state)
        self._memory.restore(state)
        self._strokes.restore(state)
