"""People who come into a clip when those who are stylized have been counted already."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.faces import Face, find_faces
from facestyle.faces.analysis import is_large_enough
from facestyle.imaging.levels import to_bytes
from facestyle.pipeline.people import SMALLEST_BYSTANDER
from facestyle.tracking.all_faces import same_person

_LOG = logging.getLogger(__name__)
_EVERY = 30  # frames between two looks: .1 s of work for some seconds of stylizing
_SIZE = 640  # px, longer side of the copy that is looked at


class Newcomers:
    """Says, once, that a clip shows more people than are stylized.

    Parameters
    ----------
    landmarks : {"auto", "dlib", "mesh"}
        What finds faces: who may not use dlib's model here may not there.
    """

    def __init__(self, landmarks: str = "auto") -> None:
        self._landmarks = landmarks
        self._frame = -1
        self._said = False

    def look(self, frame: np.ndarray, known: Sequence[Face]) -> None:
        """Look at every so many frames.

        Parameters
        ----------
        frame : (H, W, 3) uint8, uint16 or float32
            RGB, the next of the clip.
        known : sequence of Face
            Those that are stylized in it.
        """
        self._frame += 1
        if self._said or self._frame % _EVERY or not self._frame:
            return
        scale = min(1.0, _SIZE / max(frame.shape[:2]))
        small = cv2.resize(to_bytes(frame), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        pixels = small.astype(np.float32) / 255
        found = find_faces(pixels, landmarks=self._landmarks, smallest=SMALLEST_BYSTANDER)
        faces = [face.scaled(1 / scale) for face in found]
        new = [f for f in faces if is_large_enough(f) and not any(same_person(f, k) for k in known)]
        if new:
            self._said = True
            _LOG.warning(
                "frame %d shows %d more than the %d that were there when the clip began; who comes "
                "later is no person of their own to it. Stylize that part by itself: --start",
                self._frame,
                len(new),
                len(known),
            )
