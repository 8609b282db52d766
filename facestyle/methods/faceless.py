"""Shots of a clip that show no face: their content stays, in the tones of the look.

Methods that know no more of a picture than its person would leave nothing of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from facestyle.faces import Portrait
from facestyle.frozen import FrozenRecord
from facestyle.imaging.color import from_lab, to_lab
from facestyle.imaging.levels import to_float
from facestyle.methods.engine import Outcome, Rendering, StylizedFrame
from facestyle.stopwatch import Stopwatch
from facestyle.tracking.following import Followed
from facestyle.tracking.tracker import Track

# limits of the contrast's change: less would be fog, more posterizes noise; and of the colors',
# where more glares (not measured)
_LEAST_CONTRAST, _MOST_CONTRAST = 0.5, 1.5
_MOST_COLOR = 1.2
# shares of the exemplars' persons that are darker than the look's darkest and lightest tone
_RANGE = (1.0, 99.0)  # percent
_SAMPLES = 20_000  # pixels of a picture that are measured


@dataclass(frozen=True)
class LookTones(FrozenRecord):
    """Tones of the persons of an exemplar set.

    Attributes
    ----------
    mean, deviation : (3,) float32
        Lab of 1.
    low, high : float
        Darkest and lightest L.
    """

    mean: np.ndarray
    deviation: np.ndarray
    low: float
    high: float


@dataclass(frozen=True)
class ShotTones(FrozenRecord):
    """How the tones of a shot are changed, the same in all its frames; Lab of 1, (3,) float32."""

    gain: np.ndarray
    offset: np.ndarray


@dataclass(frozen=True)
class FacelessState:
    """What a frame without a face leaves to the next one; see `EnergyState`."""

    number: int
    gray: np.ndarray
    track: Track | None
    tones: ShotTones


def look_tones(portraits: Sequence[Portrait]) -> LookTones:
    """Measure the tones of exemplars.

    Parameters
    ----------
    portraits : sequence of Portrait

    Returns
    -------
    LookTones
    """
    parts = []
    for portrait in portraits:
        step = max(1, int(np.sqrt(portrait.matte.size / _SAMPLES)))
        inside = portrait.matte[::step, ::step] > 0.5
        parts.append(to_lab(np.ascontiguousarray(portrait.image[::step, ::step]))[inside])
    lab = np.concatenate(parts)
    low, high = np.percentile(lab[:, 0], _RANGE)
    return LookTones(lab.mean(axis=0), lab.std(axis=0), float(low), float(high))


class FacelessShots:
    """Gives frames without a person the tones of a look (Reinhard et al. 2001, within limits).

    Parameters
    ----------
    portraits : sequence of Portrait
        The exemplars.
    rendering : Rendering
        A background that is kept keeps all of a frame; a transparent one leaves nothing.
    recolor : callable, optional
        Changes a and b of a toned frame, (H, W, 3) Lab of 1, in place.
    """

    def __init__(
        self,
        portraits: Sequence[Portrait],
        rendering: Rendering,
        recolor: Callable[[np.ndarray], None] | None = None,
    ) -> None:
        self._portraits, self._rendering = portraits, rendering
        self._recolor = recolor

    @cached_property
    def _look(self) -> LookTones:
        return look_tones(self._portraits)

    def step(
        self, frame: np.ndarray, now: Followed, before: object, watch: Stopwatch
    ) -> tuple[StylizedFrame, FacelessState]:
        """Tone a frame.

        Parameters
        ----------
        frame : (H, W, 3) uint8, uint16 or float32
            RGB.
        now : Followed
        before : FacelessState or another state
            Of the frame before.
        watch : Stopwatch

        Returns
        -------
        frame : StylizedFrame
        state : FacelessState
        """
        own, background = to_float(frame), self._rendering.background
        lab = to_lab(own)
        if isinstance(before, FacelessState) and now.motion is not None:
            tones = before.tones
        else:
            tones = _shot_tones(lab, self._look)
        image = own
        if not background.is_own:
            toned = lab * tones.gain + tones.offset
            toned[..., 0] = _within(toned[..., 0], self._look.low, self._look.high)
            if self._recolor is not None:
                self._recolor(toned)
            image = own + np.float32(self._rendering.strength) * (from_lab(toned) - own)
        alpha = None
        if background.kind == "transparent":
            alpha = np.zeros(frame.shape[:2], np.float32)
        watch.lap("tones")
        state = FacelessState(now.number, now.gray, now.track, tones)
        return StylizedFrame(Outcome(image, alpha, timings=watch.laps)), state


def _shot_tones(lab: np.ndarray, look: LookTones) -> ShotTones:
    values = lab.reshape(-1, 3)
    mean, deviation = values.mean(axis=0), values.std(axis=0) + np.float32(1e-3)
    gain = look.deviation / deviation
    gain[0] = np.clip(gain[0], _LEAST_CONTRAST, _MOST_CONTRAST)
    gain[1:] = np.minimum(gain[1:], _MOST_COLOR)
    return ShotTones(np.asarray(gain, np.float32), np.asarray(look.mean - gain * mean, np.float32))


def _within(lightness: np.ndarray, low: float, high: float) -> np.ndarray:
    """Bend what is darker or lighter than the look into its range, softly."""
    middle, half = (low + high) / 2, max((high - low) / 2, 1e-3)
    return np.asarray(middle + half * np.tanh((lightness - middle) / half), np.float32)
