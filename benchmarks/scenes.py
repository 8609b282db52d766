"""Constructed scenes, whose true motion is known, redrawn by the neural method."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from facestyle.flow import long_term_weights
from facestyle.neural.loss_network import LossNetwork
from facestyle.neural.pictures import to_array, to_tensor
from facestyle.neural.style_pictures import StylePicture
from facestyle.neural.video.motion import FindMotion, Motion
from facestyle.neural.video.multi_pass import stylize_in_passes
from facestyle.neural.video.sequential import SequentialVideo
from facestyle.neural.video.settings import VideoOptions

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
from moving_scenes import MovingDisc


def redraw(
    network: LossNetwork, scene: MovingDisc, style: torch.Tensor, options: VideoOptions
) -> list[np.ndarray]:
    """Results of a scene."""
    frames = [to_tensor(frame) for frame in scene.frames]
    styles, motion = [StylePicture(style)], true_motion(scene)
    results: list[torch.Tensor] = []
    if options.passes:
        stylize_in_passes(network, frames, styles, options, motion, store=results)
    else:
        video = SequentialVideo(network, styles, options, motion)
        results += [video.step(number, frame) for number, frame in enumerate(frames)]
    return [to_array(result) for result in results]


def true_motion(scene: MovingDisc) -> FindMotion:
    """The scene's own motion, with long-term weights where several frames are asked for."""

    def motion(number: int, others: Sequence[int]) -> list[Motion]:
        visible = {number - o: (~scene.hidden(number, o)).astype(np.float32) for o in others}
        weights = long_term_weights(visible)
        return [Motion(scene.flow(number, o), weights[number - o]) for o in others]

    return motion
