"""How the picture moved since the previous frame, found on reduced gray copies."""

from __future__ import annotations

import cv2
import numpy as np

from facestyle.flow import DEFAULT_FLOW, FlowSource, flow_reliability, resize_flow, warp
from facestyle.imaging.points import scaled_points

# difference of blurred gray values at which a moved pixel is trusted with a weight of 1/e
_GRAY_DIFFERENCE = 0.06
# a frame of which less than this share is found again in the previous one begins a new scene
_LEAST_FOUND = 0.3


class Motion:
    """The way from the present frame back to the previous one, and forth.

    Where the points of a grid were is kept for each grid that was asked for: a frame carries a
    dozen maps on two or three of them.

    Parameters
    ----------
    backward, forward : (h, w, 2) float32
        Flow from the present frame to the previous one, and from the previous one to it; px of
        the reduced copy.
    trust : (h, w) float32
        In [0, 1]: how surely each point of the present frame is the one that the flow leads to.
    shape : (int, int)
        Height and width of the whole frames.
    """

    def __init__(
        self, backward: np.ndarray, forward: np.ndarray, trust: np.ndarray, shape: tuple[int, int]
    ) -> None:
        self.backward, self.forward, self.trust, self.shape = backward, forward, trust, shape
        self._places: dict[tuple[int, int], np.ndarray] = {}

    @property
    def cut(self) -> bool:
        """Whether a new scene begins."""
        return float(self.trust.mean()) < _LEAST_FOUND

    def flow_for(self, height: int, width: int) -> np.ndarray:
        """The flow to the previous frame on a grid of any size, in pixels of that grid."""
        return resize_flow(self.backward, height, width)

    def trust_for(self, height: int, width: int) -> np.ndarray:
        """The trust on a grid of any size, (height, width) float32."""
        return cv2.resize(self.trust, (width, height), interpolation=cv2.INTER_LINEAR)

    def carry(self, values: np.ndarray, interpolation: int = cv2.INTER_LINEAR) -> np.ndarray:
        """Bring a map of the previous frame, of any size and up to 4 channels, to the present."""
        places = self._places_for(*values.shape[:2])
        moved = cv2.remap(values, places, None, interpolation, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved).reshape(values.shape)

    def beyond(self, height: int, width: int) -> np.ndarray:
        """How far outside the previous frame each point of a grid comes from.

        Returns
        -------
        (height, width, 2) float32
            x and y in pixels of the grid, below 0 left of and above the frame; 0 for points that
            were in sight.
        """
        places = self._places_for(height, width)
        last = np.array([width - 1, height - 1], np.float32)
        return np.asarray(places - np.clip(places, 0, last))

    def _places_for(self, height: int, width: int) -> np.ndarray:
        """Where each point of a grid was in the previous frame; kept for further maps."""
        found = self._places.get((height, width))
        if found is None:
            found = self.flow_for(height, width).copy()
            found[..., 0] += np.arange(width, dtype=np.float32)
            found[..., 1] += np.arange(height, dtype=np.float32)[:, None]
            self._places[height, width] = found
        return found

    def carry_points(self, points: np.ndarray) -> np.ndarray:
        """Bring points of the previous frame, (N, 2) float64 xy px, to the present frame."""
        height, width = self.forward.shape[:2]
        factor = np.array([width / self.shape[1], height / self.shape[0]])
        places = scaled_points(points, factor).astype(np.float32)
        steps = cv2.remap(
            self.forward, places[None], None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )[0]
        return np.asarray(points + steps / factor)


def reduced_gray(frame: np.ndarray, size: int) -> np.ndarray:
    """A frame, (H, W, 3) uint8, as a gray copy whose longer side is at most `size` px, uint8."""
    scale = min(1.0, size / max(frame.shape[:2]))
    height, width = (max(16, round(side * scale)) for side in frame.shape[:2])
    small = cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))


def estimate_motion(
    previous: np.ndarray,
    present: np.ndarray,
    shape: tuple[int, int],
    *,
    number: int = 1,
    source: FlowSource = DEFAULT_FLOW,
) -> Motion:
    """Find the motion between two successive frames.

    Parameters
    ----------
    previous, present : (h, w) uint8
        Reduced gray copies, of `reduced_gray`.
    shape : (int, int)
        Height and width of the whole frames.
    number : int
        Of the present frame, from 0.
    source : FlowSource
        Where the flow comes from.

    Returns
    -------
    Motion
    """
    forward, backward = source.between(previous, present, (number - 1, number))
    found = flow_reliability(backward, forward, boundaries=False)
    moved = warp(cv2.blur(previous, (3, 3)), backward)
    difference = cv2.absdiff(moved, cv2.blur(present, (3, 3))).astype(np.float32)
    difference /= np.float32(255 * _GRAY_DIFFERENCE)
    trust = cv2.erode(found, np.ones((3, 3), np.uint8)) * np.exp(-difference * difference)
    return Motion(backward, forward, cv2.blur(trust, (3, 3)), shape)
