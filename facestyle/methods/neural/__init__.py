"""Neural style transfer as a method of the stylizer: pictures and clips; imports PyTorch late."""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from facestyle.methods.neural.clip import OptimizedFrames
    from facestyle.methods.neural.clip_frames import NetworkClip, OptimizedClip
    from facestyle.methods.neural.clip_motion import find_motion
    from facestyle.methods.neural.clip_network import NetworkFrames
    from facestyle.methods.neural.clip_picture_network import PictureNetworkFrames
    from facestyle.methods.neural.clip_setup import LATER_ITERATIONS, video_options
    from facestyle.methods.neural.method import NeuralMethod
    from facestyle.methods.neural.settings import ITERATIONS_ON_CPU, PRESETS, NeuralSettings

__all__ = [
    "ITERATIONS_ON_CPU",
    "LATER_ITERATIONS",
    "PRESETS",
    "NetworkClip",
    "NetworkFrames",
    "NeuralMethod",
    "NeuralSettings",
    "OptimizedClip",
    "OptimizedFrames",
    "PictureNetworkFrames",
    "find_motion",
    "video_options",
]

__getattr__, __dir__, _ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "clip": ["OptimizedFrames"],
        "clip_frames": ["NetworkClip", "OptimizedClip"],
        "clip_motion": ["find_motion"],
        "clip_network": ["NetworkFrames"],
        "clip_picture_network": ["PictureNetworkFrames"],
        "clip_setup": ["LATER_ITERATIONS", "video_options"],
        "method": ["NeuralMethod"],
        "settings": ["ITERATIONS_ON_CPU", "PRESETS", "NeuralSettings"],
    },
)
