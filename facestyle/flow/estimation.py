"""Dense optical flow, by the method that is asked for."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from facestyle.choices import FLOW_METHODS
from facestyle.errors import UsageError
from facestyle.flow.dis import frame_flow
from facestyle.flow.edge_aware import interpolate_matches
from facestyle.flow.warping import resize_flow
from facestyle.imaging.levels import to_bytes

Flow = NDArray[np.float32]

_SMALLEST = 12  # px of the shorter side; DIS matches patches of 8


def estimate_flow(
    first: NDArray[Any], second: NDArray[Any], *, method: str = "dis", size: int | None = None
) -> Flow:
    """Find where every point of one picture is in another.

    Parameters
    ----------
    first, second : (H, W, 3) or (H, W), uint8, uint16 or float in [0, 1]
        RGB or gray pictures of the same size.
    method : {"dis", "deepflow", "sparse-to-dense"}
        DIS (Kroeger et al. 2016) is the fastest, DeepFlow (Weinzaepfel et al. 2013) the most
        accurate and some twenty times slower, and sparse-to-dense keeps edges of color edges of
        the flow (EpicFlow, Revaud et al. 2015).
    size : int, optional
        Pixels of the longer side that the pictures are reduced to before the search; None
        searches at full size. The flow is of full size in any case.

    Returns
    -------
    (H, W, 2) float32
        Motion in pixels, xy.

    Raises
    ------
    UsageError
        If the pictures differ in size, are smaller than 12 px, or an argument is unknown.
    """
    a, b = _prepared(first, second, method, size)
    return resize_flow(METHODS[method](a, b), first.shape[0], first.shape[1])


def estimate_flows(
    first: NDArray[Any], second: NDArray[Any], *, method: str = "dis", size: int | None = None
) -> tuple[Flow, Flow]:
    """Find the flow from the first picture to the second, and the one back.

    Errors are those of `estimate_flow`.

    Parameters
    ----------
    first, second, method, size
        As of `estimate_flow`.

    Returns
    -------
    forward, backward : (H, W, 2) float32
    """
    a, b = _prepared(first, second, method, size)
    height, width = first.shape[:2]
    forward = resize_flow(METHODS[method](a, b), height, width)
    return forward, resize_flow(METHODS[method](b, a), height, width)


def _dis(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Flow:
    return frame_flow(_gray(first), _gray(second))


def _deepflow(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Flow:
    flow: Flow = cv2.optflow.createOptFlow_DeepFlow().calc(_gray(first), _gray(second), None)
    return flow


def _sparse_to_dense(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Flow:
    forward, backward = _dis(first, second), _dis(second, first)
    return interpolate_matches(first, second, forward, backward)


_Method = Callable[[NDArray[np.uint8], NDArray[np.uint8]], Flow]
METHODS: dict[str, _Method] = dict(
    zip(FLOW_METHODS, (_dis, _deepflow, _sparse_to_dense), strict=True)
)


def _prepared(
    first: NDArray[Any], second: NDArray[Any], method: str, size: int | None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Both pictures as uint8, reduced; gray where the method needs no color."""
    if method not in METHODS:
        raise UsageError(f"Unknown flow method '{method}'; choose one of {', '.join(METHODS)}.")
    if first.shape[:2] != second.shape[:2]:
        raise UsageError(
            "Optical flow needs two pictures of the same size; found "
            f"{first.shape[1]} x {first.shape[0]} and {second.shape[1]} x {second.shape[0]} px."
        )
    colored = method == "sparse-to-dense"
    return _reduced(first, size, colored), _reduced(second, size, colored)


def _reduced(picture: NDArray[Any], size: int | None, colored: bool) -> NDArray[np.uint8]:
    if picture.ndim not in (2, 3) or (picture.ndim == 3 and picture.shape[2] != 3):
        raise UsageError(
            f"A picture has the shape {picture.shape}; optical flow expects (H, W, 3) or (H, W)."
        )
    values = picture if colored else _gray(picture)
    height, width = picture.shape[:2]
    if size is not None and size < max(height, width):
        if size < _SMALLEST:
            raise UsageError(f"size is {size} px; optical flow needs {_SMALLEST} px or more.")
        scale = size / max(height, width)
        height, width = max(1, round(height * scale)), max(1, round(width * scale))
        values = cv2.resize(values, (width, height), interpolation=cv2.INTER_AREA)
    if min(height, width) < _SMALLEST:
        raise UsageError(
            f"Optical flow needs pictures of at least {_SMALLEST} x {_SMALLEST} px; found "
            f"{width} x {height}."
        )
    if values.dtype.kind != "f" and values.dtype not in (np.uint8, np.uint16):
        raise UsageError(
            "Optical flow expects pictures of uint8, uint16 or floats in [0, 1]; found "
            f"{values.dtype}."
        )
    return np.ascontiguousarray(to_bytes(values))


def _gray(picture: NDArray[Any]) -> NDArray[Any]:
    if picture.ndim == 2:
        return picture
    if picture.dtype == np.float64:
        picture = picture.astype(np.float32)
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY))
