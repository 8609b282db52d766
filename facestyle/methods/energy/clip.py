"""Photographic looks on video: tone and gains follow the flow, detail is every frame's own."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import cv2
import numpy as np

from facestyle.alignment.features import ANALYSIS_SCALE
from facestyle.compositing.foreground import separate_layers
from facestyle.faces import Portrait
from facestyle.imaging.color import to_lab
from facestyle.imaging.gamut import from_lab_in_gamut
from facestyle.imaging.guided_filter import resize_channels
from facestyle.imaging.levels import to_bytes, to_float, value_factor
from facestyle.methods.energy.clip_look import (
    FrameLook,
    apply_look,
    carry_look,
    find_look,
    mix_looks,
)
from facestyle.methods.energy.clip_state import EnergyState
from facestyle.methods.energy.levels import LEVELS
from facestyle.methods.energy.look import Look
from facestyle.methods.energy.settings import EnergySettings
from facestyle.methods.energy.tint import give_tint, shared_tint
from facestyle.methods.engine import ClipContext, Outcome, StylizedFrame
from facestyle.methods.face_frames import FaceFrames
from facestyle.methods.faceless import FacelessShots
from facestyle.stopwatch import Stopwatch
from facestyle.tracking.following import Followed
from facestyle.tracking.motion import Motion
from facestyle.tracking.person import Matte, follow_matte

# longer side of the copies that the flow is found on, px
_FLOW_SIZE = 320
# The following numbers were not measured one by one.
# frames between two renewals of the look: at least, and at most where the face keeps its shape
_LEAST_AGE, _MOST_AGE = 8, 24
# change of the face's shape that asks for a renewal, inter-ocular distances (root mean square)
_SHAPE_CHANGE = 0.04
# largest share of the previous frame in one whose difference is noise, and that noise
_MOST_KEPT, _NOISE = 0.6, 0.045
# share by which the look moves towards the one last found, with each frame
_APPROACH = 0.08
# until the picture is made
_NOT_YET = np.zeros((0, 0, 3), np.uint8)


@dataclass(frozen=True)
class _Person:
    """A reduced frame with its face, its matte and its two layers.

    Attributes
    ----------
    portrait : Portrait
    matte : Matte
    layers : (foreground, background), each (h, w, 3) float32
    lab : (h, w, 3) float32
        The person's colors.
    scale : float
        Size of the reduced frame over the frame's.
    """

    portrait: Portrait
    matte: Matte
    layers: tuple[np.ndarray, np.ndarray]
    lab: np.ndarray
    scale: float


class EnergyFrames(FaceFrames[EnergyState]):
    """Stylizes a clip in a photographic look.

    Parameters
    ----------
    look : Look
        The prepared exemplars.
    settings : EnergySettings
    clip : ClipContext
    """

    flow_size = _FLOW_SIZE
    state_type = EnergyState

    def __init__(self, look: Look, settings: EnergySettings, clip: ClipContext) -> None:
        portraits = [e.portrait for e in look.exemplars]
        super().__init__(portraits, clip)
        tint = shared_tint(look.exemplars, np.ones(len(portraits)))
        if tint is not None and tint.any():
            recolor = functools.partial(give_tint, tint=tint, strength=1.0)
            self._faceless = FacelessShots(portraits, clip.rendering, recolor)
        self._look = look
        self._settings = settings
        self._strength = clip.rendering.strength
        self._background = clip.rendering.background
        self._behind: tuple[tuple[int, ...], np.ndarray] | None = None

    def _face_step(
        self, frame: np.ndarray, now: Followed, before: EnergyState | None, watch: Stopwatch
    ) -> tuple[StylizedFrame, EnergyState]:
        person = self._person(frame, now, before)
        watch.lap("person")
        state = self._next_state(person, now, before)
        watch.lap("look")
        stylized = apply_look(person.lab, person.portrait, state.look)
        if state.look.tint is not None:
            give_tint(stylized, state.look.tint, self._strength)
        watch.lap("apply")
        image, opacity = self._compose(frame, person, from_lab_in_gamut(stylized), state)
        watch.lap("compose")
        state = replace(state, shown=self._filtered(image, before, now.motion))
        watch.lap("filter")
        alpha = opacity if self._background.kind == "transparent" else None
        labels = state.target.weights.argmax(axis=0).astype(np.int32)
        outcome = Outcome(image, alpha, labels, self._look.names, watch.laps)
        face = person.portrait.face.scaled(1 / person.scale)
        return StylizedFrame(outcome, face, now.found, opacity), state

    def _person(self, frame: np.ndarray, now: Followed, before: EnergyState | None) -> _Person:
        """Reduce the frame, at most to the size of the analysis, and cut out its person."""
        face = now.face
        assert face is not None
        # within a scene the size stays, so that maps of the frame before fit
        scale = min(1.0, ANALYSIS_SCALE / face.inter_ocular) if before is None else before.scale
        height, width = (max(16, round(side * scale)) for side in frame.shape[:2])
        image = to_float(cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA))
        face = face.scaled(scale)
        matte = follow_matte(
            image, face, None if before is None else before.matte, now.motion, seen=now.found
        )
        opacity = matte.at(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
        layers = separate_layers(image, opacity, face.inter_ocular)
        lab = to_lab(np.where(opacity[..., None] > 0.01, layers[0], image))
        return _Person(Portrait(image, face, opacity), matte, layers, lab, scale)

    def _next_state(
        self, person: _Person, now: Followed, before: EnergyState | None
    ) -> EnergyState:
        """The look for this frame: carried along, found anew where it is due."""
        points = person.portrait.face.landmarks
        if before is None or now.motion is None:
            look = target = self._found_look(person, None)
            age, shape = 0, points
            background = self._look.most_typical(look.shares)
        else:
            look = carry_look(before.look, now.motion, weights=False)
            target = carry_look(before.target, now.motion)
            age, shape, background = before.age + 1, before.shape, before.background
            if now.found and (age >= _MOST_AGE or (age >= _LEAST_AGE and _changed(shape, points))):
                target = self._found_look(person, target)
                age, shape = 0, points
            look = mix_looks(look, target, _APPROACH)
        return EnergyState(
            number=now.number,
            scale=person.scale,
            gray=now.gray,
            track=now.track,
            matte=person.matte,
            look=look,
            target=target,
            age=age,
            shape=shape,
            background=background,
            shown=_NOT_YET,
        )

    def _found_look(self, person: _Person, previous: FrameLook | None) -> FrameLook:
        return find_look(
            person.portrait,
            person.lab,
            self._look.exemplars,
            self._settings,
            self._strength,
            previous,
        )

    def _compose(
        self, frame: np.ndarray, person: _Person, stylized: np.ndarray, state: EnergyState
    ) -> tuple[np.ndarray, np.ndarray]:
        """Set the person before the background at full size: image, matte."""
        from facestyle.kernels.detail_compositing import ReducedLayers, compose

        shape, strength = person.portrait.matte.shape, np.float32(self._strength)
        behind = self._behind_person(state, shape)
        # what the layers don't explain of the frame stays as far as its own background stays
        own = np.float32(1) if behind is None else 1 - strength
        colors = stylized if own == 0 else cv2.subtract(stylized, own * person.layers[0])
        # the background's (1 - strength) is in the frame's own share
        rest = np.zeros((*shape, 3), np.float32) if behind is None else strength * behind
        coefficients = cv2.merge(
            [state.matte.slope, state.matte.offset, *self._detail_gains(state, person.lab, own)]
        )
        reduced = ReducedLayers(person.portrait.image, colors, rest)
        return compose(frame, value_factor(frame.dtype), reduced, coefficients, own)

    def _filtered(
        self, image: np.ndarray, before: EnergyState | None, motion: Motion | None
    ) -> np.ndarray:
        """Filter the picture's noise out recursively, in place; returns it as bytes."""
        from facestyle.kernels.temporal_filter import filter_recursively

        if before is not None and motion is not None:
            filter_recursively(
                image,
                before.shown,
                motion.backward,
                motion.trust,
                most=_MOST_KEPT,
                tolerance=_NOISE,
            )
        return to_bytes(image)

    def _detail_gains(
        self, state: EnergyState, lab: np.ndarray, own: np.float32
    ) -> tuple[np.ndarray, np.ndarray]:
        """Gains of the detail that the reduced frame lacks: of luma, and of color."""
        height, width = state.matte.opacity.shape
        gain = resize_channels(state.look.gains[0], width, height)
        change = state.look.change
        slope = resize_channels(change.slope, width, height)
        luma = np.clip(gain[..., 0] * (1 + slope[..., 0]), 0, 2)
        level = cv2.resize(lab[..., 0], (width, height), interpolation=cv2.INTER_AREA)
        saturation = np.interp(level, LEVELS, change.saturation.mean(axis=0))
        color = gain[..., 1:].mean(axis=-1) * saturation.astype(np.float32)
        if state.look.tint is not None:
            color = color * np.float32(1 - self._strength)
        return luma - own, color - own

    def _behind_person(self, state: EnergyState, shape: tuple[int, ...]) -> np.ndarray | None:
        """What goes behind the person, the same in all frames, (h, w, 3); None: the frame's own."""
        if self._background.is_own:
            return None
        key = (state.background, *shape)
        if self._behind is None or self._behind[0] != key:
            self._behind = key, self._make_background(state.background, shape)
        return self._behind[1]

    def _make_background(self, number: int, shape: tuple[int, ...]) -> np.ndarray:
        if self._background.kind == "stylize":
            picture, size = self._look.backgrounds[number], (shape[1], shape[0])
            return cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
        color = self._background.filled(self._look.paper)
        return np.broadcast_to(color, (*shape, 3)).astype(np.float32).copy()


def _changed(before: np.ndarray, now: np.ndarray) -> bool:
    """Whether a face has another shape than before, beyond moving, turning and growing."""
    a, b = before @ (1, 1j), now @ (1, 1j)
    a, b = a - a.mean(), b - b.mean()
    turned = a * np.vdot(a, b) / np.vdot(a, a).real
    unit = np.abs(b[36:42].mean() - b[42:48].mean())
    return bool(np.sqrt((np.abs(b - turned) ** 2).mean()) > _SHAPE_CHANGE * unit)
