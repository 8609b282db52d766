"""Neural style transfer of a clip, frame by frame: by optimization, or by a trained network."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

import cv2
import numpy as np
import torch

from facestyle.errors import UsageError
from facestyle.flow import DEFAULT_FLOW, FlowSource
from facestyle.methods.frames import StylizedFrame, frame_bytes
from facestyle.methods.neural.clip_motion import begins_scene, find_motion
from facestyle.neural.loss_network import LossNetwork
from facestyle.neural.optimize import StylePicture
from facestyle.neural.pictures import fit_size, to_array, to_tensor, with_colors_of
from facestyle.neural.settings import MINIMUM_SIZE, VIDEO_INPUTS
from facestyle.neural.transformer import Transformer
from facestyle.neural.video.feed_forward import redraw_frame
from facestyle.neural.video.sequential import SequentialVideo
from facestyle.neural.video.settings import VideoOptions


class OptimizedFrames:
    """Redraws a clip by optimization; a `facestyle.methods.frames.FrameStylizer`.

    Each frame starts from, and is bound to, the results before it, as the options say (Ruder et
    al. 2016, sections 4.1 to 4.3). A frame that begins a new scene starts anew.

    Parameters
    ----------
    network : LossNetwork
    styles : sequence of StylePicture
        On the network's device.
    options : VideoOptions
    size : int or None
        Longer side of the pictures that are optimized, px, the frames' own at most. Results are
        brought back to the frames' size.
    flow : FlowSource
    """

    def __init__(
        self,
        network: LossNetwork,
        styles: Sequence[StylePicture],
        options: VideoOptions,
        *,
        size: int | None,
        flow: FlowSource = DEFAULT_FLOW,
    ) -> None:
        if options.passes:
            raise UsageError("several passes need all frames at once; use MultiPassFrames")
        self._size = size
        self._device = styles[0].picture.device
        self._frames: dict[int, np.ndarray] = {}
        self._number = 0
        self._motion = partial(find_motion, self._frames, source=flow)
        self._video = SequentialVideo(network, styles, options, self._motion)

    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Stylize the next frame, (H, W, 3) uint8, uint16 or float32 RGB."""
        start = time.perf_counter()
        number, video = self._number, self._video
        small = working_copy(frame, self._size)
        self._frames[number] = small
        if number - 1 in video.results and begins_scene(self._motion(number, [number - 1])[0]):
            video.results.clear()
        result = to_array(video.step(number, picture_tensor(small, self._device)))
        for old in set(self._frames) - set(video.results):
            del self._frames[old]
        self._number += 1
        return stylized_frame(result, frame, {"neural": time.perf_counter() - start})

    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next frame depends on."""
        arrays = {"number": np.array(self._number)}
        for number, result in self._video.results.items():
            arrays[f"result.{number}"] = result.cpu().numpy()
            arrays[f"frame.{number}"] = self._frames[number]
        return arrays

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        self._frames.clear()
        self._number = int(state["number"]) if state else 0
        self._video.results = {}
        for name in state:
            kind, _, number = name.partition(".")
            if kind == "result":
                result = torch.from_numpy(np.array(state[name])).to(self._device)
                self._video.results[int(number)] = result
                self._frames[int(number)] = np.array(state[f"frame.{number}"])


class NetworkFrames:
    """Redraws a clip by a network for videos; a `facestyle.methods.frames.FrameStylizer`.

    The network sees the result of the frame before, warped to this one. One for pictures redraws
    every frame alone; see `facestyle.methods.neural.clip_picture_network`.

    Parameters
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
    """

    def __init__(
        self,
        network: Transformer,
        device: torch.device,
        *,
        size: int | None = None,
        strength: float = 1.0,
        colors: str = "style",
        flow: FlowSource = DEFAULT_FLOW,
    ) -> None:
        self._network, self._device = network, device
        self._size, self._strength, self._colors = size, strength, colors
        self._remembers = network.architecture.inputs == VIDEO_INPUTS
        self._flow = flow
        self._number = 0
        self._before: tuple[np.ndarray, torch.Tensor] | None = None

    def step(self, frame: np.ndarray) -> StylizedFrame:
        """Stylize the next frame, (H, W, 3) uint8, uint16 or float32 RGB."""
        start = time.perf_counter()
        small = working_copy(frame, self._size)
        previous = motion = None
        if self._before is not None:
            number = self._number
            pair = {number - 1: self._before[0], number: small}
            motion = find_motion(pair, number, [number - 1], source=self._flow)[0]
            previous = None if begins_scene(motion) else self._before[1]
        found = time.perf_counter()
        content = picture_tensor(small, self._device)
        redrawn = redraw_frame(self._network, content, previous, motion)
        if self._remembers:
            self._before = small, redrawn
        self._number += 1
        result = to_array(mixed(redrawn, content, self._strength, self._colors))
        timings = {"flow": found - start, "neural": time.perf_counter() - found}
        return stylized_frame(result, frame, timings)

    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next frame depends on."""
        if self._before is None:
            return {}
        return {
            "number": np.array(self._number),
            "frame": self._before[0],
            "result": self._before[1].cpu().numpy(),
        }

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        self._before, self._number = None, 0
        if state:
            self._number = int(state["number"])
            result = torch.from_numpy(np.array(state["result"])).to(self._device)
            self._before = np.array(state["frame"]), result


def mixed(
    redrawn: torch.Tensor, content: torch.Tensor, strength: float, colors: str
) -> torch.Tensor:
    """A result in the colors asked for, mixed with the frame by strength."""
    if colors == "keep":
        redrawn = with_colors_of(redrawn, content)
    return torch.lerp(content, redrawn, strength)


def working_copy(frame: np.ndarray, size: int | None) -> np.ndarray:
    """A frame as uint8, its longer side `size` px at most."""
    pixels = frame_bytes(frame)
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
    """A result (h, w, 3) float32 as that of a frame, in the frame's size."""
    image = np.clip(_resized(result, frame.shape[0], frame.shape[1]), 0, 1)
    everywhere = np.ones(frame.shape[:2], np.float32)
    nowhere = np.zeros((1, 1), np.int32)
    return StylizedFrame(image, None, None, False, everywhere, nowhere, (), timings)


def _resized(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    if picture.shape[:2] == (height, width):
        return picture
    mode = cv2.INTER_AREA if height < picture.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (width, height), interpolation=mode))
