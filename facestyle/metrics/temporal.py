"""How much a stylized video flickers: the warping error of consecutive frames."""

import cv2
import numpy as np
from numpy.typing import NDArray

from facestyle.errors import UsageError
from facestyle.metrics.inputs import Image, check_pair, unit_range


def warping_error(
    frame: Image, following: Image, flow: NDArray[np.float32], mask: Image | None = None
) -> float:
    """Return the mean square change of what is seen at the same point of the scene.

    Report it beside the error of the input video itself: a constant picture has none.

    Parameters
    ----------
    frame, following : (H, W, 3) or (H, W), float in [0, 1] or uint8
        Two consecutive frames.
    flow : (H, W, 2) float32
        Motion in pixels, xy: the point at ``p`` in ``frame`` is at ``p + flow[p]`` in
        ``following``.
    mask : (H, W), optional
        Weight of each pixel of ``frame``: 0 where the point is hidden in ``following``.

    Returns
    -------
    float
        Mean over pixels and channels, for values in [0, 1]. Pixels that leave the picture do
        not count; NaN if none is left. 0 or more; lower is better.

    Raises
    ------
    UsageError
        If the frames differ in shape, flow or mask do not fit, or the flow is no number somewhere.

    References
    ----------
    Lai, Huang, Wang, Shechtman, Yumer, Yang: Learning Blind Video Temporal Consistency.
    ECCV 2018, equation 10.
    """
    check_pair(frame, following)
    height, width = frame.shape[:2]
    if flow.shape != (height, width, 2):
        raise UsageError(f"flow has the shape {(height, width, 2)}; found {flow.shape}")
    if not np.isfinite(flow).all():
        raise UsageError("flow holds finite numbers; found some that are not (NaN or infinite)")
    x = np.arange(width, dtype=np.float32) + flow[..., 0].astype(np.float32)
    y = np.arange(height, dtype=np.float32)[:, None] + flow[..., 1].astype(np.float32)
    visible = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    if mask is not None and mask.shape != visible.shape:
        raise UsageError(f"a mask has the shape {visible.shape}; found {mask.shape}")
    if mask is not None and not mask.min() >= 0:  # nor is NaN
        raise UsageError(f"weights of a mask are 0 or more; found {mask.min()}")
    weight = visible.astype(np.float64) * (1.0 if mask is None else mask)
    if weight.sum() == 0:
        return float("nan")  # nothing was compared: no error of 0
    warped = cv2.remap(unit_range(following), x, y, cv2.INTER_LINEAR)
    square = (unit_range(frame).astype(np.float64) - warped) ** 2
    if square.ndim == 3:
        square = square.mean(axis=2)
    return float((square * weight).sum() / weight.sum())
