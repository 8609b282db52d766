"""Motion between the frames of a clip as the neural wing takes it: flows, and what to trust."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from facestyle.flow import DEFAULT_FLOW, FlowSource, flow_reliability, long_term_weights
from facestyle.neural.video.motion import Motion

# longer side of the copies that the flow is found on, px
_FLOW_SIZE = 640
# a frame of which less than this share is found again in the previous one begins a new scene;
# measured: at cuts up to .33 (two men before plain walls), within scenes .97 and more, and .69 over
# 20 frames
_LEAST_FOUND = 0.4


class Frames(Protocol):
    """Frames, (H, W, 3) uint8, by their numbers."""

    def __getitem__(self, number: int, /) -> np.ndarray:
        """One frame."""


def find_motion(
    frames: Frames, number: int, others: Sequence[int], *, source: FlowSource = DEFAULT_FLOW
) -> list[Motion]:
    """Find where the points of a frame are in other frames.

    Parameters
    ----------
    frames : Frames
        Of one size.
    number : int
        The frame whose points are looked for.
    others : sequence of int
        Where to look for them, as a `facestyle.neural.video.motion.FindMotion` is asked.
    source : FlowSource
        Where the flow comes from.

    Returns
    -------
    list of Motion
        For each of `others`: the flow from the frame to it, and the weights c of Ruder et al.
        2016, section 4.2. Where there are several, their weights c_long of section 4.3: every
        point counts in the nearest frame that shows it.
    """
    flows, weights = {}, {}
    for other in others:
        there, back = source.between(
            frames[number], frames[other], (number, other), size=_FLOW_SIZE
        )
        distance = number - other
        flows[distance], weights[distance] = there, flow_reliability(there, back)
    if len(others) > 1:
        weights = long_term_weights(weights)
    return [Motion(flows[number - other], weights[number - other]) for other in others]


def begins_scene(motion: Motion) -> bool:
    """Tell from its motion to the frame before whether a frame begins a new scene."""
    return float(motion.weights.mean()) < _LEAST_FOUND
