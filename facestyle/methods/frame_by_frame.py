"""Any method on video: each frame stylized alone on a steady face, then filtered along the flow.

For methods that have no way of their own to go on from the previous frame.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from facestyle.faces import Portrait
from facestyle.imaging.levels import to_bytes, to_float
from facestyle.methods.engine import ClipContext, FrameEngine, Method, StylizedFrame, Target
from facestyle.methods.face_frames import FaceFrames
from facestyle.stopwatch import Stopwatch
from facestyle.tracking.following import Followed
from facestyle.tracking.person import Matte, follow_matte
from facestyle.tracking.tracker import Track

# longer side of the copies that the flow is found on, px: strokes of paired drawings are fine, so
# more than the other methods take (not measured alone)
_FLOW_SIZE = 512
# sigma of what counts as a stroke, in inter-ocular distances; the area over which strokes are
# strong or weak, in sigmas; and the most that they are strengthened by from one frame to the next
_STROKES, _AREA, _MOST_GAIN = 0.025, 5.0, 1.4
_NOISE = (1 / 255) ** 2  # one level
# largest share of the previous result, and the difference at which it falls to 1/e of that
_MOST_KEPT, _TOLERANCE = 0.85, 0.4


@dataclass(frozen=True)
class FilteredState:
    """What a frame leaves to the next one; see `EnergyState`."""

    number: int
    gray: np.ndarray
    track: Track | None
    matte: Matte
    shown: np.ndarray


class FrameByFrameMethod(Method):
    """Base of methods for pictures, which stylize clips frame by frame."""

    @property
    @abstractmethod
    def portraits(self) -> Sequence[Portrait]:
        """The exemplars, whose tones are given to shots without a face."""

    def frames(self, clip: ClipContext) -> FrameEngine:
        """What stylizes a clip: each frame by itself, then filtered along the flow."""
        return FilteredFrames(self, clip)


class FilteredFrames(FaceFrames[FilteredState]):
    """Stylizes a clip by a method for pictures.

    Parameters
    ----------
    method : FrameByFrameMethod
    clip : ClipContext
    """

    flow_size = _FLOW_SIZE
    state_type = FilteredState

    def __init__(self, method: FrameByFrameMethod, clip: ClipContext) -> None:
        super().__init__(method.portraits, clip)
        self._method = method

    def _face_step(
        self, frame: np.ndarray, now: Followed, before: FilteredState | None, watch: Stopwatch
    ) -> tuple[StylizedFrame, FilteredState]:
        from facestyle.kernels.temporal_filter import filter_recursively

        face, motion = now.face, now.motion
        assert face is not None
        image = to_float(frame)
        matte = follow_matte(
            image,
            face,
            None if before is None else before.matte,
            motion,
            seen=now.found,
        )
        opacity = matte.at(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
        portrait = Portrait(image, face, opacity, "the frame")
        watch.lap("person")
        outcome = self._method.stylize(Target(image, portrait.name, portrait), self._clip.rendering)
        watch.lap("transfer")
        picture = np.array(outcome.image, np.float32, order="C")  # its own: it is filtered in place
        if before is not None and motion is not None:
            filter_recursively(
                picture,
                before.shown,
                motion.backward,
                motion.trust,
                most=_MOST_KEPT,
                tolerance=_TOLERANCE,
            )
            picture = with_strokes_of(picture, outcome.image, _STROKES * face.inter_ocular)
        state = FilteredState(now.number, now.gray, now.track, matte, to_bytes(picture))
        watch.lap("filter")
        filtered = replace(outcome, image=picture, timings=watch.laps)
        return StylizedFrame(filtered, face, now.found, opacity), state


def with_strokes_of(filtered: np.ndarray, own: np.ndarray, sigma: float) -> np.ndarray:
    """Give a filtered frame strokes as strong as it has by itself.

    Strokes that differ from frame to frame average to gray, and each step of the motion blurs
    them. Strengthened, those that are there stay.

    Parameters
    ----------
    filtered, own : (H, W, 3) float32
        In [0, 1].
    sigma : float
        px.

    Returns
    -------
    (H, W, 3) float32
        In [0, 1].
    """
    sigma = max(1.0, sigma)
    ours, theirs = (
        picture - cv2.GaussianBlur(picture, (0, 0), sigma) for picture in (filtered, own)
    )
    energies = [
        cv2.GaussianBlur((strokes * strokes).mean(axis=2), (0, 0), _AREA * sigma) + _NOISE
        for strokes in (ours, theirs)
    ]
    gain = np.clip(np.sqrt(energies[1] / energies[0]), 1, _MOST_GAIN)
    return np.clip(filtered + (gain - 1)[..., None] * ours, 0, 1).astype(np.float32)
