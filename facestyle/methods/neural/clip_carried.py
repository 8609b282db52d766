"""What a clip shows of a frame's points already: earlier photos and drawings, moved along the flow.

Both are moved a step a frame, with Lanczos' kernel: repeated bilinear steps blur fine strokes away.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.flow import FlowSource
from facestyle.methods.neural.clip_memory import UNSEEN
from facestyle.methods.neural.frame_pairs import FramePairs
from facestyle.tracking.motion import estimate_motion, reduced_gray

_FLOW_SIZE = 384  # longer side of the copies that the flow is found on, px; not measured alone
_LEVELS = np.float32(
    65535
)  # photos are averaged finer than by a byte's levels, or they stand still


@dataclass(frozen=True)
class Carried:
    """Earlier frames, moved to the present one.

    Attributes
    ----------
    photo, drawn : (H, W, 3) float32
        In [0, 1].
    trust : (H, W) float32
        In [0, 1]: how surely a point is the one that they show.
    """

    photo: np.ndarray
    drawn: np.ndarray
    trust: np.ndarray


class CarriedFrames:
    """The latest frames of a clip, and what became of them.

    Parameters
    ----------
    source : FlowSource
        Where the flow comes from. One that is read from files knows successive frames only.
    """

    def __init__(self, source: FlowSource) -> None:
        self._source = source
        self._pairs = FramePairs()  # reduced gray frames, each with its photo and its drawing

    def recall(self, number: int, frame: np.ndarray) -> Carried | None:
        """Bring what is known to a frame; None at the beginning of a scene.

        A point that the frame before does not show is taken from the nearest older one that does.

        Parameters
        ----------
        number : int
            Of the frame.
        frame : (H, W, 3) uint8
        """
        shape = frame.shape[0], frame.shape[1]
        gray = reduced_gray(frame, _FLOW_SIZE)
        found: Carried | None = None
        for other in self._pairs.numbers:
            before, shown = self._pairs[other]
            motion = estimate_motion(before, gray, shape, number=number, source=self._source)
            if found is None and motion.cut:
                self._pairs.clear()
                return None
            trust = motion.trust_for(*shape)
            photo, drawn = (motion.carry(p, cv2.INTER_LANCZOS4) / _LEVELS for p in shown)
            found = _joined(found, Carried(photo, drawn, trust))
            few = float((found.trust < 0.5).mean()) <= UNSEEN
            if few or self._source.folder is not None:
                break
        return found

    def remember(
        self, number: int, frame: np.ndarray, photo: np.ndarray, drawn: np.ndarray
    ) -> None:
        """Keep a frame.

        Parameters
        ----------
        number : int
            Of the frame.
        frame : (H, W, 3) uint8
        photo, drawn : (H, W, 3) float32
            What the network saw, and what is shown; in [0, 1].
        """
        shown = np.stack((photo, drawn)) * _LEVELS
        self._pairs.add(number, reduced_gray(frame, _FLOW_SIZE), np.rint(shown).astype(np.uint16))

    def state(self) -> dict[str, np.ndarray]:
        """Everything that it holds."""
        return self._pairs.state("carried")

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        self._pairs.restore(state, "carried")


def _joined(nearer: Carried | None, older: Carried) -> Carried:
    """What a nearer frame does not show taken from an older one."""
    if nearer is None:
        return older
    ours = np.maximum(older.trust - nearer.trust, 0)
    trust = nearer.trust + ours
    share = (ours / np.maximum(trust, 1e-6))[..., None]
    photo, drawn = (
        here + share * (there - here)
        for here, there in ((nearer.photo, older.photo), (nearer.drawn, older.drawn))
    )
    return Carried(photo, drawn, trust)


@dataclass(frozen=True)
class Steadying:
    """How far a frame is moved towards what is known of it.

    Attributes
    ----------
    most : float
        Largest share of what is known, in [0, 1].
    tolerance : float
        Root mean square difference at which that share falls to 1/e of it; above 0.
    around : float
        Sigma of the neighborhood whose difference counts, px.
    """

    most: float
    tolerance: float
    around: float


def steadied(
    now: np.ndarray, before: np.ndarray, trust: np.ndarray, limits: Steadying
) -> np.ndarray:
    """Move a frame towards what is known of it, where they are alike.

    Parameters
    ----------
    now, before : (H, W, 3) float32
        In [0, 1].
    trust : (H, W) float32
        In [0, 1].
    limits : Steadying

    Returns
    -------
    (H, W, 3) float32
    """
    difference = before - now
    square = np.einsum("ijk,ijk->ij", difference, difference)
    square = cv2.GaussianBlur(square, (0, 0), limits.around)
    share = trust * np.exp(square * np.float32(-1 / (3 * limits.tolerance**2)))
    return np.asarray(now + (np.float32(limits.most) * share)[..., None] * difference)
