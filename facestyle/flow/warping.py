"""Pictures and maps moved along a flow."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from facestyle.errors import UsageError

_INTERPOLATIONS = {
    "nearest": cv2.INTER_NEAREST,
    "linear": cv2.INTER_LINEAR,
    "cubic": cv2.INTER_CUBIC,
}


def warp(
    image: NDArray[Any], flow: NDArray[np.float32], *, interpolation: str = "linear"
) -> NDArray[Any]:
    """Fetch a picture along a flow: the result at ``p`` is the picture at ``p + flow[p]``.

    To bring the previous frame's result into the present frame, give the flow from the present
    frame to the previous one.

    Parameters
    ----------
    image : (H, W) or (H, W, C), float32 or uint8
        A picture or map; its size may differ from the flow's.
    flow : (h, w, 2) float32
        Motion in pixels, xy.
    interpolation : {"linear", "cubic", "nearest"}
        Linear blurs a little with every step of a long chain; cubic blurs less and can overshoot;
        labels need nearest.

    Returns
    -------
    (h, w) or (h, w, C) array of the picture's type
        Points outside the picture show its border.

    Raises
    ------
    UsageError
        If a shape or an argument is another.
    """
    if interpolation not in _INTERPOLATIONS:
        known = ", ".join(_INTERPOLATIONS)
        raise UsageError(f"Unknown interpolation '{interpolation}'; choose one of {known}.")
    check_flow(flow)
    height, width = flow.shape[:2]
    positions = flow.astype(np.float32)
    positions[..., 0] += np.arange(width, dtype=np.float32)
    positions[..., 1] += np.arange(height, dtype=np.float32)[:, None]
    moved = cv2.remap(
        image, positions, None, _INTERPOLATIONS[interpolation], borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved).reshape(height, width, *image.shape[2:])


def resize_flow(flow: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Give a flow another size; its vectors grow and shrink with it.

    Parameters
    ----------
    flow : (h, w, 2) float32
        In pixels of its own grid, xy.
    height, width : int
        Of the result.

    Returns
    -------
    (height, width, 2) float32
        In pixels of that grid; the flow itself where the size is the same.
    """
    rows, columns = flow.shape[:2]
    if (rows, columns) == (height, width):
        return flow
    mode = cv2.INTER_AREA if height < rows else cv2.INTER_LINEAR
    resized: NDArray[np.float32] = cv2.resize(flow, (width, height), interpolation=mode)
    resized *= np.array([width / columns, height / rows], np.float32)
    return resized


def check_flow(flow: NDArray[Any]) -> None:
    """Raise UsageError unless the array is a flow (H, W, 2) of floats."""
    if flow.ndim != 3 or flow.shape[2] != 2 or not np.issubdtype(flow.dtype, np.floating):
        raise UsageError(
            f"A flow is an array (H, W, 2) of floats; found {flow.shape} of {flow.dtype}."
        )
