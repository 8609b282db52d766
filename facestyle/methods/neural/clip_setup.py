"""What redraws a clip, made from the settings of the neural method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from facestyle.methods.engine import ClipContext, FrameEngine
from facestyle.methods.neural.clip import OptimizedFrames
from facestyle.methods.neural.clip_frames import NetworkClip, OptimizedClip
from facestyle.methods.neural.clip_network import NetworkFrames
from facestyle.methods.neural.clip_passes import MultiPassFrames
from facestyle.methods.neural.clip_picture_network import PictureNetworkFrames
from facestyle.methods.neural.settings import NeuralSettings
from facestyle.neural.device import choose_device
from facestyle.neural.loss_network import load_loss_network
from facestyle.neural.model_files import Model
from facestyle.neural.pictures import to_tensor
from facestyle.neural.settings import VIDEO_INPUTS, OptimizeOptions
from facestyle.neural.style_images import StyleImage
from facestyle.neural.style_pictures import StylePicture
from facestyle.neural.video.settings import VIDEO_PRESETS, VideoOptions

# longer side of the pictures that are optimized where none is asked for, px: a frame then takes
# seconds, not minutes
_SIZE_ON_CPU, _SIZE_ON_GPU = 256, 512
# iterations of a frame that starts from an earlier result, for one at the coarsest scale: enough
# for a style loss like that of a frame alone (benchmarks/video_neural.py)
LATER_ITERATIONS = 1 / 5
# and of one in a pass: by default the paper's 100
_PASS_ITERATIONS = 1 / 3


def network_frames(
    model: Model, settings: NeuralSettings, clip: ClipContext, *, seed: int = 0
) -> FrameEngine:
    """What redraws a clip by a trained network.

    Parameters
    ----------
    model : Model
        For videos, or for pictures: these are then steadied along the flow.
    settings : NeuralSettings
    clip : ClipContext
    seed : int
        Of the noise that networks draw flat parts from.

    Returns
    -------
    FrameEngine
    """
    device = choose_device(settings.device)
    network = model.network.to(device)
    remembers = network.architecture.inputs == VIDEO_INPUTS
    kind = NetworkFrames if remembers else PictureNetworkFrames
    return kind(
        NetworkClip(
            network,
            device,
            size=settings.size,
            strength=clip.rendering.strength,
            colors=settings.colors,
            flow=clip.flow,
            on_faces=settings.face_strength,
            landmarks=clip.rendering.landmarks,
            seed=seed,
            name=clip.name,
        )
    )


def optimized_frames(
    styles: Sequence[StyleImage],
    options: OptimizeOptions,
    settings: NeuralSettings,
    clip: ClipContext,
) -> FrameEngine:
    """What redraws a clip by optimization.

    Parameters
    ----------
    styles : sequence of StyleImage
    options : OptimizeOptions
        Of one picture.
    settings : NeuralSettings
    clip : ClipContext

    Returns
    -------
    FrameEngine
    """
    device = choose_device(settings.device)
    video = video_options(options, settings.video_preset)
    network = load_loss_network(settings.loss_network, pooling=options.pooling, device=device)
    pictures = [StylePicture(to_tensor(style.image, device), style.share) for style in styles]
    size = settings.size or (_SIZE_ON_CPU if device.type == "cpu" else _SIZE_ON_GPU)
    kind = MultiPassFrames if video.passes else OptimizedFrames
    return kind(OptimizedClip(network, pictures, video, size=size, flow=clip.flow))


def video_options(options: OptimizeOptions, preset: str) -> VideoOptions:
    """The settings of a clip that the settings of a picture mean.

    Parameters
    ----------
    options : OptimizeOptions
        Of one picture.
    preset : str
        A name among `VIDEO_PRESETS`.

    Returns
    -------
    VideoOptions
        With fewer iterations for frames that start from an earlier result.
    """
    return replace(
        VIDEO_PRESETS[preset],
        frame=options,
        iterations=max(1, round(options.iterations * LATER_ITERATIONS)),
        pass_iterations=max(1, round(options.iterations * _PASS_ITERATIONS)),
    )
