"""Where a trained network draws fewer strokes in a clip: on faces, steadily.

What is decided for each frame by itself would flicker where the detector does, and jump where a
face is found late or missed. So the strength at each place is carried along the flow, and moves
towards what the frame's faces ask for a little a frame; what comes into sight has it at once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from facestyle.disk_cache import pack, unpack
from facestyle.imaging.levels import to_bytes
from facestyle.methods.neural.clip_frames import NetworkClip
from facestyle.methods.neural.face_strokes import weights_on
from facestyle.neural.pictures import masks_to_tensor
from facestyle.tracking.all_faces import KnownFace, follow_all
from facestyle.tracking.motion import Motion, estimate_motion, reduced_gray

_LOG = logging.getLogger(__name__)

_FLOW_SIZE = 384  # longer side of the copies that the flow is found on, px, as clip_carried.py has
_STEP = 0.08  # most that the strength of a place changes in a frame: ten frames from 1 to .2
# ... and the share of a small difference that it changes by: the colors of skin, and the face's
# outline, tremble with the noise of frames
_SHARE = 0.7
# frames that a face is spared where it was after it is missed: half a second, in which one that
# turns or blinks is found again (it is looked for every third frame)
_HELD = 12
# Strength on faces: hatching flickers. man_studio, `engraving`, 480 px, has 87 of E_warp at a style
# loss of 7 with .5, and 51 at 40 with hardly any strokes on the face
_USUAL = 0.15
_NONE = 1 - 1 / 512  # strength that no byte tells from 1


@dataclass(frozen=True)
class _State:
    """What a frame leaves to the next one.

    Attributes
    ----------
    number : int
    seen : int
        Frames so far that showed a face.
    gray : (h, w) uint8
    known : tuple of KnownFace
    weights : (h, w) float32
    """

    number: int
    seen: int
    gray: np.ndarray
    known: tuple[KnownFace, ...]
    weights: np.ndarray


class FaceStrokes:
    """The strength of strokes in the frames of a clip.

    Parameters
    ----------
    clip : NetworkClip
        Where strokes are wanted on faces as elsewhere, or the network knows no strength, no face is
        looked for.
    """

    def __init__(self, clip: NetworkClip) -> None:
        self._on_faces = _USUAL if clip.on_faces is None else clip.on_faces
        self._landmarks, self._flow = clip.landmarks, clip.flow
        self._idle = clip.on_faces == 1 or clip.network.palette is None
        self._device = clip.device
        self._asked, self._name = clip.on_faces, clip.name
        self._state: _State | None = None

    def step(self, frame: np.ndarray) -> torch.Tensor | None:
        """Return the strength at each place of the next frame.

        Parameters
        ----------
        frame : (H, W, 3) uint8, uint16 or float32
            RGB.

        Returns
        -------
        (1, 1, h, w) tensor or None
            In [0, 1], smaller than the frame; None where it is 1 everywhere.
        """
        if self._idle:
            return None
        weights = self._next(frame)
        return None if weights.min() > _NONE else masks_to_tensor(weights, self._device)[None]

    def _next(self, frame: np.ndarray) -> np.ndarray:
        """The strength at each place, (h, w)."""
        pixels, before = to_bytes(frame), self._state
        shape = frame.shape[0], frame.shape[1]
        gray = reduced_gray(pixels, _FLOW_SIZE)
        number, motion = 0, None
        if before is not None:
            number = before.number + 1
            motion = estimate_motion(before.gray, gray, shape, number=number, source=self._flow)
            motion = None if motion.cut else motion
        known = follow_all(
            pixels,
            number,
            () if before is None else before.known,
            motion,
            longest=_HELD,
            landmarks=self._landmarks,
        )
        scale = gray.shape[1] / shape[1]
        seen = [one.face.scaled(scale) for one in known if not one.missing]
        small = cv2.resize(pixels, gray.shape[::-1], interpolation=cv2.INTER_AREA)
        weights = weights_on(small.astype(np.float32) / 255, seen, self._on_faces)
        if before is not None and motion is not None:
            missing = len(seen) < len(known)
            weights = _steady_weights(weights, before.weights, motion, missing=missing)
        faces = (before.seen if before is not None else 0) + bool(seen)
        self._state = _State(number, faces, gray, known, weights)
        return weights

    def finish(self) -> None:
        """Say that a strength on faces had no effect where no frame showed one."""
        if self._asked is not None and self._state is not None and not self._state.seen:
            _LOG.warning("%s: face_strength has no effect, for no face was found", self._name)

    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next frame depends on."""
        if self._state is None:
            return {}
        return {f"faces.{name}": value for name, value in pack(self._state).items()}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        own = {
            name.removeprefix("faces."): value
            for name, value in state.items()
            if name.startswith("faces.")
        }
        self._state = unpack(_State, own) if own else None


def _steady_weights(
    wanted: np.ndarray, before: np.ndarray, motion: Motion, *, missing: bool
) -> np.ndarray:
    """Move the strength of the frame before towards the one that is wanted now.

    Parameters
    ----------
    wanted, before : (h, w) float32
        In [0, 1].
    motion : Motion
        From the frame before.
    missing : bool
        Whether a face that was there is not found: until it is, no strokes come back.

    Returns
    -------
    (h, w) float32
    """
    carried = motion.carry(before)
    if missing:
        wanted = np.minimum(wanted, carried)
    fresh = np.clip(1 - 2 * motion.trust_for(*before.shape), 0, 1)  # 0 where the motion is trusted
    step = np.float32(_STEP) + fresh
    change = (wanted - carried) * np.minimum(np.float32(_SHARE) + fresh, 1)
    return np.asarray(carried + np.clip(change, -step, step), np.float32)
