"""What every frame of a clip begins with: how the picture moved, and where the face is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from facestyle.faces import Face
from facestyle.flow import FlowSource
from facestyle.imaging.levels import to_bytes
from facestyle.stopwatch import Stopwatch
from facestyle.tracking.motion import Motion, estimate_motion, reduced_gray
from facestyle.tracking.tracker import FaceTracker, Track


class LeftBehind(Protocol):
    """What a frame leaves to the next one, as far as it is needed here."""

    @property
    def number(self) -> int:
        """Of the frame, from 0."""

    @property
    def gray(self) -> np.ndarray:
        """The frame reduced, (h, w) uint8."""

    @property
    def track(self) -> Track | None:
        """Its face."""


@dataclass(frozen=True)
class Followed:
    """A frame and its relation to the one before.

    Attributes
    ----------
    number : int
        From 0.
    gray : (h, w) uint8
        The frame, reduced to the size that the flow is found on.
    motion : Motion or None
        Since the frame before; None where there is none in the same scene.
    track : Track or None
        The face; None as long as there was none.
    """

    number: int
    gray: np.ndarray
    motion: Motion | None
    track: Track | None

    @property
    def found(self) -> bool:
        """Whether the face is seen."""
        return self.track is not None and self.track.found

    @property
    def face(self) -> Face | None:
        """The face of this shot, seen or not; None where the shot has shown none so far."""
        return None if self.track is None or not self.track.seen else self.track.face


def follow_frame(
    frame: np.ndarray,
    before: LeftBehind | None,
    tracker: FaceTracker,
    source: FlowSource,
    size: int,
    watch: Stopwatch,
) -> Followed:
    """Find the motion since the frame before, then the face.

    Parameters
    ----------
    frame : (H, W, 3) uint8, uint16 or float32
        RGB.
    before : LeftBehind or None
        What the frame before left.
    tracker : FaceTracker
    source : FlowSource
    size : int
        Longer side of the copies that the flow is found on, px.
    watch : Stopwatch
        Takes the times of "flow" and "track".

    Returns
    -------
    Followed
    """
    pixels = to_bytes(frame)
    gray = reduced_gray(pixels, size)
    number, motion = 0, None
    if before is not None:
        number = before.number + 1
        motion = estimate_motion(before.gray, gray, frame.shape[:2], number=number, source=source)
        motion = None if motion.cut else motion
    watch.lap("flow")
    track = tracker.step(pixels, number, None if before is None else before.track, motion)
    watch.lap("track")
    return Followed(number, gray, motion, track)
