"""Any method on video: each frame stylized by itself on a steady face, then settled along the flow.

For methods that have no way of their own to go on from the previous frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.disk_cache import pack, unpack
from facestyle.faces import Face, Portrait
from facestyle.flow import DEFAULT_FLOW, FlowSource
from facestyle.methods import Method
from facestyle.methods.frames import StylizedFrame, value_factor
from facestyle.stopwatch import Stopwatch
from facestyle.tracking.following import follow_frame
from facestyle.tracking.person import Matte, follow_matte
from facestyle.tracking.tracker import FaceTracker, Track, standing_in

_FLOW_SIZE = 512
# largest share of the previous result, and the difference at which it falls to 1/e of that
_SETTLED, _TOLERANCE = 0.85, 0.4


@dataclass(frozen=True)
class FilteredState:
    """What a frame leaves to the next one; see `EnergyState`."""

    number: int
    gray: np.ndarray
    track: Track | None
    matte: Matte
    shown: np.ndarray


class FilteredFrames:
    """Stylizes a clip by a method for pictures; a `facestyle.methods.frames.FrameStylizer`.

    Parameters
    ----------
    method : Method
    example : Portrait
        Whose face stands in before there is one.
    tracker : FaceTracker
    flow : FlowSource
    strength : float
    background : str
    """

    def __init__(
        self,
        method: Method,
        example: Portrait,
        *,
        tracker: FaceTracker,
        flow: FlowSource = DEFAULT_FLOW,
        strength: float = 1.0,
        background: str = "stylize",
    ) -> None:
        self._method = method
        self._example = example
        self._tracker = tracker
        self._flow = flow
        self._strength = strength
        self._background = background
        self._state: FilteredState | None = None

    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Stylize the next frame, (H, W, 3) uint8, uint16 or float32 RGB."""
        from facestyle.kernels.temporal_filter import settle

        watch = Stopwatch()
        before = self._state
        now = follow_frame(frame, before, self._tracker, self._flow, _FLOW_SIZE, watch)
        number, gray, motion, track = now.number, now.gray, now.motion, now.track
        image = frame.astype(np.float32)
        image *= value_factor(frame)
        face = self._face(track, frame)
        matte = follow_matte(
            image,
            face,
            before.matte if before is not None and motion is not None else None,
            motion,
            seen=track is not None and track.found,
        )
        opacity = matte.at(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
        portrait = Portrait(image, face, opacity, "the frame")
        watch.lap("person")
        outcome = self._method.transfer(
            portrait, strength=self._strength, background=self._background
        )
        watch.lap("transfer")
        picture = np.ascontiguousarray(outcome.image, np.float32)
        if before is not None and motion is not None:
            settle(
                picture,
                before.shown,
                motion.backward,
                motion.trust,
                most=_SETTLED,
                tolerance=_TOLERANCE,
            )
        shown = np.asarray(cv2.convertScaleAbs(picture, alpha=255))
        self._state = FilteredState(number, gray, track, matte, shown)
        watch.lap("settle")
        return StylizedFrame(
            picture,
            outcome.alpha,
            face,
            track is not None and track.found,
            opacity,
            outcome.labels,
            outcome.names,
            watch.laps,
        )

    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next frame depends on."""
        return {} if self._state is None else pack(self._state)

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        self._state = unpack(FilteredState, state) if state else None

    def _face(self, track: Track | None, frame: np.ndarray) -> Face:
        return standing_in(self._example, frame) if track is None else track.face
