"""From matches that hold in both directions to a dense flow with the picture's edges.

Revaud, Weinzaepfel, Harchaoui, Schmid: EpicFlow. CVPR 2015, section 3: every pixel takes the
affine motion of its nearest matches, where near is measured along the picture and crossing an
edge is far. The matches here are DIS vectors on a grid, in place of DeepMatching.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Flow = NDArray[np.float32]

# chosen, not measured
_SPACING = 6  # px between matches
_MOST_MATCHES = 30_000  # OpenCV counts matches with 15 bits
_FEWEST_MATCHES = 64  # one neighborhood, below
_NEIGHBORS = 64  # matches that a pixel's motion is fitted to
_AGREEMENT = 1.0  # px between a point and where the way there and back leads


def interpolate_matches(
    first: NDArray[np.uint8], second: NDArray[np.uint8], forward: Flow, backward: Flow
) -> Flow:
    """Spread the motion of reliable points over the picture, within its edges.

    Parameters
    ----------
    first, second : (H, W, 3) or (H, W) uint8
    forward, backward : (H, W, 2) float32
        Flow between them in both directions; a point's match counts where they agree to 1 px.

    Returns
    -------
    (H, W, 2) float32
        Motion from `first` to `second` in pixels, xy.
    """
    points, matches, agree = _match_grid(forward, backward)
    if agree.sum() >= min(_FEWEST_MATCHES, len(agree)):
        points, matches = points[agree], matches[agree]
    # else, at a cut: no motion is right; all matches are as good as few, and none is trusted later
    interpolator = cv2.ximgproc.createEdgeAwareInterpolator()
    interpolator.setK(min(_NEIGHBORS, len(points)))
    flow: Flow = interpolator.interpolate(_three(first), points, _three(second), matches)
    return flow


def _match_grid(
    forward: Flow, backward: Flow
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Points (N, 2) on a grid, their matches, and where there and back leads to the same point."""
    height, width = forward.shape[:2]
    spacing = max(_SPACING, int(np.ceil(np.sqrt(height * width / _MOST_MATCHES))))
    y, x = np.mgrid[spacing // 2 : height : spacing, spacing // 2 : width : spacing]
    points = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    matches = points + forward[y.ravel(), x.ravel()]
    inside = (matches >= 0).all(axis=1) & (matches <= (width - 1, height - 1)).all(axis=1)
    matches = np.clip(matches, 0, np.array([width - 1, height - 1], dtype=np.float32))
    back = cv2.remap(backward, matches[None, :, 0], matches[None, :, 1], cv2.INTER_LINEAR)[0]
    agree = inside & (np.linalg.norm(matches + back - points, axis=1) < _AGREEMENT)
    return points, matches, agree


def _three(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)) if picture.ndim == 2 else picture
