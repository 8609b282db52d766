"""What engines of clips share that follow a face: its track, shots without one, their state."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from facestyle.disk_cache import pack, unpack
from facestyle.faces import Portrait
from facestyle.methods.engine import ClipContext, FrameEngine, StylizedFrame
from facestyle.methods.faceless import FacelessShots, FacelessState
from facestyle.stopwatch import Stopwatch
from facestyle.tracking.following import Followed, LeftBehind, follow_frame

State = TypeVar("State", bound=LeftBehind)


class FaceFrames(FrameEngine, Generic[State]):
    """Base of engines whose frames show a face; those without one get the tones of the look.

    Parameters
    ----------
    portraits : sequence of Portrait
        The exemplars.
    clip : ClipContext

    Attributes
    ----------
    flow_size : int
        Longer side of the copies that the flow is found on, px.
    state_type : type
        The dataclass that a frame with a face leaves to the next one.
    """

    flow_size: ClassVar[int]
    state_type: ClassVar[type[Any]]

    def __init__(self, portraits: Sequence[Portrait], clip: ClipContext) -> None:
        self._clip = clip
        self._faceless = FacelessShots(portraits, clip.rendering)
        self._state: State | FacelessState | None = None

    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Stylize the next frame, (H, W, 3) uint8, uint16 or float32 RGB."""
        watch = Stopwatch()
        last = self._state
        now = follow_frame(frame, last, self._clip.tracker, self._clip.flow, self.flow_size, watch)
        if now.face is None:
            done, self._state = self._faceless.step(frame, now, last, watch)
            return done
        before = last if now.motion is not None and isinstance(last, self.state_type) else None
        done, self._state = self._face_step(frame, now, before, watch)
        return done

    @abstractmethod
    def _face_step(
        self, frame: np.ndarray, now: Followed, before: State | None, watch: Stopwatch
    ) -> tuple[StylizedFrame, State]:
        """Stylize a frame with a face; `before` is None in a new scene and where one appears."""

    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next frame depends on."""
        return {} if self._state is None else pack(self._state)

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        kind = FacelessState if "value.tones.gain" in state else self.state_type
        self._state = unpack(kind, state) if state else None
