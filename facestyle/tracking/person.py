"""The person's matte, steady from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.faces import Face, person_matte
from facestyle.faces.matte import refine_matte, segment_person
from facestyle.imaging.guided_filter import apply_coefficients, guided_coefficients
from facestyle.tracking.motion import Motion

# size of the copy that is matted, px between the eyes
_INTER_OCULAR = 40.0
# share of the carried matte where the flow is trusted
_KEPT = 0.5
# the network looks at every second frame; in between the matte is carried along the flow
_EVERY = 2


@dataclass(frozen=True)
class Matte:
    """Opacity as a local linear function of luma, so that it can be had at any size.

    Attributes
    ----------
    opacity : (h, w) float32
        On the copy that was matted.
    slope, offset : (h, w) float32
    age : int
        Frames since the network looked.
    """

    opacity: np.ndarray
    slope: np.ndarray
    offset: np.ndarray
    age: int = 0

    def at(self, luma: np.ndarray) -> np.ndarray:
        """The opacity of a frame whose luma is (H, W) float32 in [0, 1]."""
        return np.clip(apply_coefficients(luma, self.slope, self.offset), 0, 1)


def follow_matte(
    image: np.ndarray,
    face: Face,
    previous: Matte | None,
    motion: Motion | None,
    *,
    seen: bool = True,
) -> Matte:
    """Cut out the person; filter what differs from the previous frame's matte along the flow.

    Parameters
    ----------
    image : (h, w, 3) float32
        The frame, reduced.
    face : Face
        In its pixels.
    previous : Matte or None
        Of the frame before.
    motion : Motion or None
    seen : bool
        Whether the face is in the picture; where it is not, there may still be a person.

    Returns
    -------
    Matte
    """
    height, width = image.shape[:2]
    if previous is not None:
        rows, columns = previous.opacity.shape
    else:
        factor = min(1.0, _INTER_OCULAR / face.inter_ocular)
        rows, columns = max(16, round(factor * height)), max(16, round(factor * width))
    small = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA)
    luma = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    age = 0
    if previous is not None and motion is not None and previous.age + 1 < _EVERY:
        matte, age = motion.carry(previous.opacity), previous.age + 1
    else:
        small_face = face.scaled(columns / width)
        # colors that change their minds would flicker
        matte = (
            person_matte(small, small_face, by_color=False)
            if seen
            else _faceless_matte(small, small_face)
        )
        if previous is not None and motion is not None:
            kept = np.float32(_KEPT) * motion.trust_for(rows, columns)
            matte = cv2.add(matte, kept * (motion.carry(previous.opacity) - matte))
    return Matte(matte, *guided_coefficients(luma, matte, 2, 1e-4), age)


def _faceless_matte(image: np.ndarray, face: Face) -> np.ndarray:
    """Opacity of whoever turned away from the camera, or of nobody."""
    probability = segment_person(image, face)
    return refine_matte(image, np.clip(2 * probability - 0.5, 0, 1), face.inter_ocular)
