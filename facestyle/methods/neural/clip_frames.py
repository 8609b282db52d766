"""Frames on their way into the neural wing and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from facestyle.errors import UsageError
from facestyle.flow import DEFAULT_FLOW, FlowSource
from facestyle.imaging.levels import to_bytes
from facestyle.methods.engine import Outcome, StylizedFrame
from facestyle.neural.loss_network import LossNetwork
from facestyle.neural.pictures import fit_size, to_tensor, with_colors_of
from facestyle.neural.settings import MINIMUM_SIZE
from facestyle.neural.style_pictures import StylePicture
from facestyle.neural.transformer import Transformer
from facestyle.neural.video.settings import VideoOptions


@dataclass(frozen=True)
class NetworkClip:
    """A trained network and how it is used on a clip.

    Attributes
    ----------
    network : Transformer
        In evaluation mode.
    device : torch.device
        Where the network is.
    size : int or None
        Longer side of what the network sees, px, the frames' own at most; None is that.
    strength : float
        0 leaves a frame as it is, 1 is the network's result; mixed by pixel between.
    colors : {"style", "keep"}
        "keep" takes the luminance from the network and the chroma from the frame.
    flow : FlowSource
    on_faces : float or None
        Strength of strokes on faces, in [0, 1]; None: the usual one.
    landmarks : {"auto", "dlib", "mesh"}
        What finds faces.
    seed : int
        Of the noise that networks draw flat parts from.
    name : str
        What to call the clip in messages.
    """

    network: Transformer
    device: torch.device
    size: int | None = None
    strength: float = 1.0
    colors: str = "style"
    flow: FlowSource = DEFAULT_FLOW
    on_faces: float | None = None
    landmarks: str = "auto"
    seed: int = 0
    name: str = "the clip"


@dataclass(frozen=True)
class OptimizedClip:
    """Style pictures and how a clip is optimized towards them.

    Attributes
    ----------
    network : LossNetwork
    styles : sequence of StylePicture
        On the network's device.
    options : VideoOptions
    size : int or None
        Longer side of the pictures that are optimized, px, the frames' own at most; None is that.
    flow : FlowSource
    """

    network: LossNetwork
    styles: Sequence[StylePicture]
    options: VideoOptions
    size: int | None = None
    flow: FlowSource = DEFAULT_FLOW


def mixed(
    redrawn: torch.Tensor, content: torch.Tensor, strength: float, colors: str
) -> torch.Tensor:
    """A result in the colors asked for, mixed with the frame by strength.

    Parameters
    ----------
    redrawn, content : (1, 3, H, W) tensor
        The result and the frame, in [0, 1].
    strength : float
        0 is the frame, 1 the result.
    colors : {"style", "keep"}
        "keep" takes the chroma of the frame.

    Returns
    -------
    torch.Tensor
    """
    if colors == "keep":
        redrawn = with_colors_of(redrawn, content)
    return torch.lerp(content, redrawn, strength)


def working_copy(frame: np.ndarray, size: int | None) -> np.ndarray:
    """A frame as uint8, its longer side `size` px at most."""
    pixels = to_bytes(frame)
    whole = frame.shape[0], frame.shape[1]
    height, width = fit_size(*whole, None if size is None else min(size, max(whole)))
    if min(height, width) < MINIMUM_SIZE:
        raise UsageError(
            f"frames of {frame.shape[1]} x {frame.shape[0]} px would be redrawn at {width} x "
            f"{height}; expected {MINIMUM_SIZE} px at least, choose a larger size"
        )
    return _resized(pixels, height, width)


def picture_tensor(pixels: np.ndarray, device: torch.device) -> torch.Tensor:
    """A frame, (H, W, 3) uint8, as the neural wing takes it: (1, 3, H, W) in [0, 1]."""
    return to_tensor(pixels.astype(np.float32) / 255, device)


def stylized_frame(
    result: np.ndarray, frame: np.ndarray, timings: dict[str, float]
) -> StylizedFrame:
    """A result (h, w, 3) float32 as that of a frame, in the frame's size.

    Parameters
    ----------
    result : (h, w, 3) float32
        sRGB.
    frame : (H, W, 3) uint8, uint16 or float32
    timings : dict of str to float
        Seconds of each stage.

    Returns
    -------
    StylizedFrame
    """
    image = np.clip(_resized(result, frame.shape[0], frame.shape[1]), 0, 1)
    return StylizedFrame(Outcome(image, timings=timings))


def _resized(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    if picture.shape[:2] == (height, width):
        return picture
    mode = cv2.INTER_AREA if height < picture.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (width, height), interpolation=mode))
