"""Photographic looks on video: tone and gains follow the flow, detail is every frame's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from facestyle.alignment.features import ANALYSIS_SCALE
from facestyle.compositing.background import parse_background
from facestyle.compositing.foreground import separate_layers
from facestyle.disk_cache import pack, unpack
from facestyle.faces import Face, Portrait
from facestyle.flow import DEFAULT_FLOW, FlowSource
from facestyle.imaging.color import from_lab, to_lab
from facestyle.imaging.guided_filter import resize_channels
from facestyle.methods.energy.clip_look import apply_look, carry_look, find_look, mix_looks
from facestyle.methods.energy.clip_state import EnergyState
from facestyle.methods.energy.method import most_typical
from facestyle.methods.energy.transfer import EnergyExemplar, EnergySettings
from facestyle.methods.frames import StylizedFrame, value_factor
from facestyle.stopwatch import Stopwatch
from facestyle.tracking.following import follow_frame
from facestyle.tracking.motion import Motion
from facestyle.tracking.person import Matte, follow_matte
from facestyle.tracking.tracker import FaceTracker, Track, standing_in

# longer side of the copies that the flow is found on, px
_FLOW_SIZE = 320
# frames between two renewals of the look: at least, and at most where the face keeps its shape
_LEAST_AGE, _MOST_AGE = 8, 24
# change of the face's shape that asks for a renewal, inter-ocular distances (root mean square)
_SHAPE_CHANGE = 0.04
# largest share of the previous frame in one whose difference is noise, and that noise
_SETTLED, _NOISE = 0.6, 0.045
# share by which the look moves towards the one last found, with each frame
_APPROACH = 0.08
_NOT_YET = np.zeros((0, 0, 3), np.uint8)


class EnergyFrames:
    """Stylizes a clip in a photographic look; a `facestyle.methods.frames.FrameStylizer`.

    Parameters
    ----------
    exemplars : sequence of EnergyExemplar
    backgrounds : sequence of (h, w, 3) float32
        Each exemplar's background without its person.
    paper : (3,) float32
        The exemplars' commonest background color.
    settings : EnergySettings
    tracker : FaceTracker
    flow : FlowSource
    strength : float
    background : str
    """

    def __init__(
        self,
        exemplars: Sequence[EnergyExemplar],
        backgrounds: Sequence[np.ndarray],
        paper: np.ndarray,
        *,
        settings: EnergySettings,
        tracker: FaceTracker,
        flow: FlowSource = DEFAULT_FLOW,
        strength: float = 1.0,
        background: str = "stylize",
    ) -> None:
        self._exemplars = exemplars
        self._backgrounds = backgrounds
        self._paper = paper
        self._settings = settings
        self._tracker = tracker
        self._flow = flow
        self._strength = strength
        self._mode = parse_background(background)
        self._gray = all(exemplar.gray for exemplar in exemplars)
        self._state: EnergyState | None = None
        self._behind: tuple[tuple[int, ...], np.ndarray] | None = None

    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Stylize the next frame, (H, W, 3) uint8, uint16 or float32 RGB."""
        watch = Stopwatch()
        before = self._state
        now = follow_frame(frame, before, self._tracker, self._flow, _FLOW_SIZE, watch)
        number, gray, motion, track = now.number, now.gray, now.motion, now.track
        first = before is None or motion is None or (before.track is None) != (track is None)
        scale = before.scale if before is not None and not first else self._scale(track, frame)
        portrait, matte, layers = self._portrait(
            frame, track, scale, None if first else before, motion
        )
        watch.lap("person")
        person = np.where(portrait.matte[..., None] > 0.01, layers[0], portrait.image)
        lab = to_lab(person)
        state = self._renewed(
            portrait, matte, lab, track, gray, scale, number, None if first else before, motion
        )
        watch.lap("look")
        stylized = apply_look(lab, portrait, state.look)
        if self._gray:
            stylized[..., 1:] *= np.float32(1 - self._strength)
        watch.lap("apply")
        image, alpha, opacity = self._compose(frame, portrait, layers, from_lab(stylized), state)
        watch.lap("compose")
        shown = self._settled(image, None if first else before, motion)
        self._state = replace(state, shown=shown)
        watch.lap("settle")
        face = portrait.face.scaled(1 / scale)
        labels = state.target.weights.argmax(axis=0).astype(np.int32)
        names = tuple(e.portrait.name for e in self._exemplars)
        found = track is not None and track.found
        return StylizedFrame(image, alpha, face, found, opacity, labels, names, watch.laps)

    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next frame depends on."""
        return {} if self._state is None else pack(self._state)

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        self._state = unpack(EnergyState, state) if state else None

    def _scale(self, track: Track | None, frame: np.ndarray) -> float:
        """Size of the reduced frames: the analysis', and no more than the frame's own."""
        face = self._face(track, frame)
        return min(1.0, ANALYSIS_SCALE / face.inter_ocular)

    def _face(self, track: Track | None, frame: np.ndarray) -> Face:
        """The tracked face, or a stand-in before there is one."""
        return standing_in(self._exemplars[0].portrait, frame) if track is None else track.face

    def _portrait(
        self,
        frame: np.ndarray,
        track: Track | None,
        scale: float,
        before: EnergyState | None,
        motion: Motion | None,
    ) -> tuple[Portrait, Matte, tuple[np.ndarray, np.ndarray]]:
        """The reduced frame with its face, its matte and its two layers."""
        height, width = (max(16, round(side * scale)) for side in frame.shape[:2])
        small = cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)
        image = small.astype(np.float32)
        image *= value_factor(frame)
        face = self._face(track, frame).scaled(scale)
        matte = follow_matte(
            image,
            face,
            None if before is None else before.matte,
            motion,
            seen=track is not None and track.found,
        )
        opacity = matte.at(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
        layers = separate_layers(image, opacity, face.inter_ocular)
        return Portrait(image, face, opacity), matte, layers

    def _renewed(
        self,
        portrait: Portrait,
        matte: Matte,
        lab: np.ndarray,
        track: Track | None,
        gray: np.ndarray,
        scale: float,
        number: int,
        before: EnergyState | None,
        motion: Motion | None,
    ) -> EnergyState:
        """The look for this frame: carried along, found anew where it is due."""
        points = portrait.face.landmarks
        if before is None or motion is None:
            look = find_look(portrait, lab, self._exemplars, self._settings, self._strength, None)
            background = most_typical(list(self._backgrounds), look.shares)
            return EnergyState(
                number, scale, gray, track, matte, look, look, 0, points, background, _NOT_YET
            )
        look = carry_look(before.look, motion, weights=False)
        target = carry_look(before.target, motion)
        age, shape = before.age + 1, before.shape
        seen = track is not None and track.found
        if seen and (age >= _MOST_AGE or (age >= _LEAST_AGE and _changed(shape, points))):
            target = find_look(
                portrait, lab, self._exemplars, self._settings, self._strength, target
            )
            age, shape = 0, points
        look = mix_looks(look, target, _APPROACH)
        return EnergyState(
            number, scale, gray, track, matte, look, target, age, shape, before.background, _NOT_YET
        )

    def _compose(
        self,
        frame: np.ndarray,
        portrait: Portrait,
        layers: tuple[np.ndarray, np.ndarray],
        stylized: np.ndarray,
        state: EnergyState,
    ) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
        """Set the person before the background at full size: image, alpha, matte."""
        from facestyle.kernels.detail_compositing import ReducedLayers, compose

        shape, strength = portrait.matte.shape, np.float32(self._strength)
        behind = self._background(state, shape)
        # what the layers don't explain of the frame stays as far as its own background stays
        own = np.float32(1) if behind is None else 1 - strength
        person = stylized if own == 0 else cv2.subtract(stylized, own * layers[0])
        # the background's (1 - strength) is in the frame's own share
        rest = np.zeros((*shape, 3), np.float32) if behind is None else strength * behind
        coefficients = cv2.merge(
            [state.matte.slope, state.matte.offset, *self._detail_gains(state, own)]
        )
        reduced = ReducedLayers(portrait.image, person, rest)
        image, opacity = compose(frame, value_factor(frame), reduced, coefficients, own)
        transparent = isinstance(self._mode, str) and self._mode == "transparent"
        return image, opacity if transparent else None, opacity

    def _settled(
        self, image: np.ndarray, before: EnergyState | None, motion: Motion | None
    ) -> np.ndarray:
        """Settle the picture's noise, in place; returns it as bytes."""
        from facestyle.kernels.temporal_filter import settle

        if before is not None and motion is not None:
            settle(
                image,
                before.shown,
                motion.backward,
                motion.trust,
                most=_SETTLED,
                tolerance=_NOISE,
            )
        return np.asarray(cv2.convertScaleAbs(image, alpha=255))

    def _detail_gains(self, state: EnergyState, own: np.float32) -> tuple[np.ndarray, np.ndarray]:
        """Gains of the detail that the reduced frame lacks: of luma, and of color."""
        height, width = state.matte.opacity.shape
        gain = resize_channels(state.look.gains[0], width, height)
        slope = resize_channels(state.look.slope, width, height)
        luma = np.clip(gain[..., 0] * (1 + slope[..., 0]), 0, 2)
        color = gain[..., 1:].mean(axis=-1)
        if self._gray:
            color = color * np.float32(1 - self._strength)
        return luma - own, color - own

    def _background(self, state: EnergyState, shape: tuple[int, ...]) -> np.ndarray | None:
        """What goes behind the person, the same in all frames, (h, w, 3); None: the frame's own."""
        if isinstance(self._mode, str) and self._mode in ("keep", "transparent"):
            return None
        key = (state.background, *shape)
        if self._behind is None or self._behind[0] != key:
            self._behind = key, self._make_background(state.background, shape)
        return self._behind[1]

    def _make_background(self, number: int, shape: tuple[int, ...]) -> np.ndarray:
        size = (shape[1], shape[0])
        if isinstance(self._mode, str) and self._mode == "stylize":
            return cv2.resize(self._backgrounds[number], size, interpolation=cv2.INTER_CUBIC)
        color = self._paper if isinstance(self._mode, str) else self._mode
        return np.broadcast_to(color, (*shape, 3)).astype(np.float32).copy()


def _changed(before: np.ndarray, now: np.ndarray) -> bool:
    """Whether a face has another shape than before, beyond moving, turning and growing."""
    a, b = before @ (1, 1j), now @ (1, 1j)
    a, b = a - a.mean(), b - b.mean()
    turned = a * np.vdot(a, b) / np.vdot(a, a).real
    unit = np.abs(b[36:42].mean() - b[42:48].mean())
    return bool(np.sqrt((np.abs(b - turned) ** 2).mean()) > _SHAPE_CHANGE * unit)
