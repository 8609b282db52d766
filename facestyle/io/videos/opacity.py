"""Opacity of frames on their way into a file."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facestyle.errors import UsageError
from facestyle.io.images import from_array, to_array
from facestyle.io.videos.info import Frame, VideoInfo

Pixels = NDArray[Any]
_RGB8, _RGBA8 = (np.empty((1, 1, channels), np.uint8) for channels in (3, 4))


def check_shape(path: Path, pixels: Pixels, info: VideoInfo) -> None:
    """Raise UsageError if a frame has another size than the source, or no 3 or 4 channels.

    Parameters
    ----------
    path : Path
        For the message.
    pixels : (H, W, C) ndarray
        A frame to write.
    info : VideoInfo
        Of the source.

    Raises
    ------
    UsageError
        If they do not fit.
    """
    expected = (info.height, info.width, 3)
    if pixels.ndim != 3 or pixels.shape[:2] != expected[:2] or pixels.shape[2] not in (3, 4):
        raise UsageError(f"{path}: a frame has the shape {pixels.shape}, not {expected}.")


def with_opacity(pixels: Pixels, frame: Frame) -> tuple[NDArray[np.float32], Any]:
    """Color and opacity of a result: its own, or else that of the source's frame.

    Returns
    -------
    rgb : (H, W, 3) float32 in [0, 1]
    alpha : (H, W) float32 in [0, 1] or None
    """
    rgb, alpha = from_array(pixels)
    if alpha is None and frame.alpha is not None:
        most = np.float32(np.iinfo(frame.alpha.dtype).max)
        alpha = frame.alpha.astype(np.float32) / most
    return rgb, alpha


def to_bytes(pixels: Pixels, frame: Frame, *, alpha: bool) -> NDArray[np.uint8]:
    """Make a result (H, W, 3) or (H, W, 4) uint8: with opacity, or laid on white.

    Parameters
    ----------
    pixels : (H, W, 3) or (H, W, 4) uint8, uint16 or float in [0, 1]
    frame : Frame
        Of the source; its opacity limits the result's.
    alpha : bool
        Whether opacity is kept.

    Returns
    -------
    (H, W, 3) uint8, or (H, W, 4) if `alpha`
    """
    plain = pixels.dtype == np.uint8 and pixels.shape[2] == 3
    if plain and frame.alpha is None and not alpha:
        return pixels
    return to_array(*with_opacity(pixels, frame), _RGBA8 if alpha else _RGB8)
