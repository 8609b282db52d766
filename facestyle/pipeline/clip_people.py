"""Several people in a clip: everybody stylized, or one and the others left as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from facestyle.disk_cache import pack, unpack
from facestyle.faces import Face
from facestyle.flow import FlowSource
from facestyle.imaging.levels import to_float
from facestyle.methods.engine import FrameEngine, StylizedFrame
from facestyle.pipeline.newcomers import Newcomers
from facestyle.pipeline.people import nearest_face_shares
from facestyle.stopwatch import Stopwatch
from facestyle.tracking.following import follow_frame
from facestyle.tracking.tracker import FaceTracker, Track

_GRID = 160  # px, longer side of the copy on which frames are divided among people
_FLOW_SIZE = 320  # px, longer side of the copies on which bystanders are followed


class EverybodyFrames(FrameEngine):
    """Stylizes every person of a clip by an engine of their own; each has what is nearest.

    Who comes into the clip later has none, which is said.

    Parameters
    ----------
    engines : sequence of FrameEngine
        Each follows another face.
    landmarks : {"auto", "dlib", "mesh"}
        What finds who comes later.
    """

    def __init__(self, engines: Sequence[FrameEngine], landmarks: str = "auto") -> None:
        self._engines = tuple(engines)
        self._newcomers = Newcomers(landmarks)

    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Stylize the next frame, (H, W, 3) uint8, uint16 or float32 RGB."""
        done = [engine.step(frame) for engine in self._engines]
        shown = [one for one in done if one.face is not None]
        self._newcomers.look(frame, [one.face for one in shown if one.face is not None])
        if len(shown) < 2:
            return (shown or done)[0]
        shares = _shares(frame.shape, [one.face for one in shown if one.face is not None])
        image = sum(
            share[..., None] * one.outcome.image for share, one in zip(shares, shown, strict=True)
        )
        opacities = [one.outcome.alpha for one in shown if one.outcome.alpha is not None]
        timings = {
            stage: sum(one.outcome.timings.get(stage, 0.0) for one in shown)
            for stage in shown[0].outcome.timings
        }
        outcome = replace(
            shown[0].outcome,
            image=np.asarray(image, np.float32),
            alpha=np.max(opacities, axis=0) if opacities else None,
            timings=timings,
        )
        largest = max(shown, key=lambda one: one.face.inter_ocular if one.face else 0.0)
        return replace(largest, outcome=outcome, found=any(one.found for one in shown))

    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next frame depends on."""
        return {
            f"{number}/{name}": value
            for number, engine in enumerate(self._engines)
            for name, value in engine.state().items()
        }

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        for number, engine in enumerate(self._engines):
            engine.restore(_part(state, str(number)))


@dataclass(frozen=True)
class _Followed:
    """What following one bystander leaves to the next frame."""

    number: int
    gray: np.ndarray
    track: Track | None


class OneOfSeveralFrames(FrameEngine):
    """Stylizes one person of a clip; what is nearer to others stays as it is.

    Parameters
    ----------
    engine : FrameEngine
        Keeps the background.
    trackers : sequence of FaceTracker
        One for each face, the stylized one's too.
    flow : FlowSource
    """

    def __init__(
        self, engine: FrameEngine, trackers: Sequence[FaceTracker], flow: FlowSource
    ) -> None:
        self._engine, self._trackers, self._flow = engine, tuple(trackers), flow
        self._followed: list[_Followed | None] = [None] * len(self._trackers)

    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Stylize the next frame, (H, W, 3) uint8, uint16 or float32 RGB."""
        done = self._engine.step(frame)
        watch = Stopwatch()
        faces = []
        for number, tracker in enumerate(self._trackers):
            now = follow_frame(
                frame, self._followed[number], tracker, self._flow, _FLOW_SIZE, watch
            )
            self._followed[number] = _Followed(now.number, now.gray, now.track)
            if now.face is not None:
                faces.append(now.face)
        if done.face is None:
            return done
        others = [face for face in faces if not _same(face, done.face)]
        if not others:
            return done
        share = _shares(frame.shape, [done.face, *others])[0]
        own, outcome = to_float(frame), done.outcome
        image = own + share[..., None] * (outcome.image - own)
        alpha = None if outcome.alpha is None else outcome.alpha * share
        matte = None if done.matte is None else done.matte * share
        return replace(done, outcome=replace(outcome, image=image, alpha=alpha), matte=matte)

    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next frame depends on."""
        state = {f"engine/{name}": value for name, value in self._engine.state().items()}
        for number, followed in enumerate(self._followed):
            if followed is not None:
                state |= {f"{number}/{name}": value for name, value in pack(followed).items()}
        return state

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        self._engine.restore(_part(state, "engine"))
        for number in range(len(self._followed)):
            own = _part(state, str(number))
            self._followed[number] = unpack(_Followed, own) if own else None


def _part(state: dict[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    """What a state holds under a name."""
    prefix = f"{name}/"
    return {k.removeprefix(prefix): value for k, value in state.items() if k.startswith(prefix)}


def _same(a: Face, b: Face) -> bool:
    """Whether two trackers follow one face."""
    apart = np.hypot(*(a.eyes.mean(axis=0) - b.eyes.mean(axis=0)))
    return bool(apart < 0.5 * max(a.inter_ocular, b.inter_ocular))


def _shares(shape: tuple[int, ...], faces: Sequence[Face]) -> np.ndarray:
    """How much each pixel of a frame belongs to each face, (N, H, W) float32; sums to 1."""
    height, width = shape[:2]
    scale = min(1.0, _GRID / max(height, width))
    grid = max(1, round(height * scale)), max(1, round(width * scale))
    shares = nearest_face_shares(grid, [face.scaled(scale) for face in faces])
    return np.stack(
        [cv2.resize(share, (width, height), interpolation=cv2.INTER_LINEAR) for share in shares]
    )
