"""What a clip in a photographic look remembers of the frame before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facestyle.methods.energy.clip_look import FrameLook
from facestyle.tracking.person import Matte
from facestyle.tracking.tracker import Track


@dataclass(frozen=True)
class EnergyState:
    """What a frame leaves to the next one.

    Attributes
    ----------
    number : int
        Frames seen.
    scale : float
        Size of the reduced frames over the frames'.
    gray : (h, w) uint8
        The frame, for the flow.
    track : Track or None
    matte : Matte
    look, target : FrameLook
        As used, and what it moves towards.
    age : int
        Frames since `target` was found.
    shape : (68, 2) float64
        Landmarks that it was found for.
    background : int
        Exemplar whose background is used.
    shown : (H, W, 3) uint8
        The frame as it was stylized.
    """

    number: int
    scale: float
    gray: np.ndarray
    track: Track | None
    matte: Matte
    look: FrameLook
    target: FrameLook
    age: int
    shape: np.ndarray
    background: int
    shown: np.ndarray
