"""What redraws a clip, made from a neural stylizer's settings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from facestyle.errors import UsageError
from facestyle.flow import parse_flow_source
from facestyle.io.images import read_image
from facestyle.neural.dependencies import require_torch
from facestyle.neural.settings import PRESETS, VIDEO_INPUTS, OptimizeOptions
from facestyle.neural.video.settings import VIDEO_PRESETS, VideoOptions

if TYPE_CHECKING:
    import torch

    from facestyle.methods.frames import FrameStylizer
    from facestyle.methods.neural.method import NeuralStylizer

DEFAULT_PRESET = "short-term"
# longer side of the pictures that are optimized where none is asked for, px: a frame then takes
# seconds, not minutes
_SIZE_ON_CPU, _SIZE_ON_GPU = 256, 512
# iterations of a frame that starts from an earlier result, for one at the coarsest scale: enough
# for a style loss like that of a frame alone (benchmarks/video_neural.py)
LATER_ITERATIONS = 1 / 5
# and of one in a pass: by default the paper's 100
_PASS_ITERATIONS = 1 / 3


def neural_frames(stylizer: NeuralStylizer) -> FrameStylizer:
    """Make what redraws a clip frame by frame.

    Raises
    ------
    MissingDependencyError
        PyTorch is not installed.
    UsageError
        The stylizer asks for a part of the picture, or for an option that clips do not have.
    """
    require_torch()
    from facestyle.methods.neural.clip import NetworkFrames
    from facestyle.methods.neural.clip_picture_network import PictureNetworkFrames
    from facestyle.neural.device import choose_device

    if stylizer.area != "whole" or stylizer.by_region:
        raise UsageError(
            "method neural redraws whole frames of a video; leave out --area, --by-region and "
            "--background keep"
        )
    device = choose_device(stylizer.device)
    if stylizer.model is None:
        return _optimized(stylizer, device)
    network = stylizer.loaded_model.network.to(device)
    remembers = network.architecture.inputs == VIDEO_INPUTS
    kind = NetworkFrames if remembers else PictureNetworkFrames
    return kind(
        network,
        device,
        size=stylizer.size,
        strength=stylizer.strength,
        colors=stylizer.colors,
        flow=parse_flow_source(stylizer.flow),
    )


def _optimized(stylizer: NeuralStylizer, device: torch.device) -> FrameStylizer:
    from facestyle.methods.neural.clip import OptimizedFrames
    from facestyle.methods.neural.clip_passes import MultiPassFrames
    from facestyle.neural.loss_network import load_loss_network
    from facestyle.neural.optimize import StylePicture
    from facestyle.neural.pictures import to_tensor

    options = video_options(stylizer)
    network = load_loss_network(stylizer.loss_network, pooling=options.frame.pooling, device=device)
    shares = stylizer.shares or (1.0,) * len(stylizer.styles)
    styles = [
        StylePicture(to_tensor(read_image(path).rgb, device), share)
        for path, share in zip(stylizer.styles, shares, strict=True)
    ]
    size = stylizer.size or (_SIZE_ON_CPU if device.type == "cpu" else _SIZE_ON_GPU)
    kind = MultiPassFrames if options.passes else OptimizedFrames
    flow = parse_flow_source(stylizer.flow)
    return kind(network, styles, options, size=size, flow=flow)


def video_options(stylizer: NeuralStylizer) -> VideoOptions:
    """The settings of a clip that a stylizer's settings for pictures mean."""
    preset = VIDEO_PRESETS[stylizer.video_preset or DEFAULT_PRESET]
    frame: OptimizeOptions = replace(
        PRESETS[stylizer.preset],
        strength=stylizer.strength,
        colors=stylizer.colors,
        seed=stylizer.seed,
    )
    if stylizer.iterations is None:
        return replace(preset, frame=frame)
    later = max(1, round(stylizer.iterations * LATER_ITERATIONS))
    return replace(
        preset,
        frame=replace(frame, iterations=stylizer.iterations),
        iterations=later,
        pass_iterations=max(1, round(stylizer.iterations * _PASS_ITERATIONS)),
    )
