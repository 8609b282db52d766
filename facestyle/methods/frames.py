"""What every way of stylizing a clip has in common: frames go in one by one, results come out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import cv2
import numpy as np

from facestyle.faces import Face
from facestyle.io.images.arrays import quantize


@dataclass(frozen=True)
class StylizedFrame:
    """A frame in its new style.

    Attributes
    ----------
    image : (H, W, 3) float32
        sRGB in [0, 1].
    alpha : (H, W) float32 or None
        Opacity, where the background was asked to be transparent.
    face : Face or None
        The tracked face; where it would be, in a frame that does not show it. None where the
        method looks for none.
    found : bool
        Whether the face is seen.
    matte : (H, W) float32
        Opacity of the person.
    labels : (h, w) int32
        Exemplar used, on a grid over the picture.
    names : tuple of str
        The exemplars that the labels count.
    timings : dict of str to float
        Seconds of each stage.
    """

    image: np.ndarray
    alpha: np.ndarray | None
    face: Face | None
    found: bool
    matte: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]
    timings: dict[str, float] = field(default_factory=dict)


class FrameStylizer(Protocol):
    """Stylizes a clip frame by frame; remembers no more than the frame before.

    Whatever it remembers can be taken out as arrays and put back, in another process too: the
    frames that follow are the same, bit by bit.
    """

    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Stylize the next frame, (H, W, 3) uint8, uint16 or float32 RGB."""

    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next frame depends on."""

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""


@runtime_checkable
class ForesightedStylizer(FrameStylizer, Protocol):
    """One that must know all frames before it stylizes the first."""

    def study(self, frames: Iterable[np.ndarray]) -> None:
        """Look at all frames that `step` will get, in their order; nothing keeps them all."""


def value_factor(frame: np.ndarray) -> np.float32:
    """What takes a frame's values to [0, 1]."""
    if frame.dtype.kind == "f":
        return np.float32(1)
    return np.float32(1 / np.iinfo(frame.dtype).max)


def frame_bytes(frame: np.ndarray) -> np.ndarray:
    """A frame as uint8."""
    if frame.dtype == np.uint8:
        return frame
    return np.asarray(cv2.convertScaleAbs(frame, alpha=255 * float(value_factor(frame))))


def frame_of(image: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """A picture in [0, 1] as a frame of another type."""
    if dtype == np.uint8:
        return np.asarray(cv2.convertScaleAbs(image, alpha=255))
    return quantize(image, dtype)
