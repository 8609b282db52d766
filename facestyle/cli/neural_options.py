"""Options of neural style transfer, and the stylizer that they describe."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facestyle.neural.settings import PRESETS
from facestyle.neural.video.settings import VIDEO_PRESETS

if TYPE_CHECKING:
    from facestyle.methods.neural.method import NeuralStylizer

AREAS = ("whole", "face", "person", "background")
# Options that mean something to neural style transfer alone; all are None where they are not given.
NEURAL_ONLY = (
    "model",
    "preset",
    "size",
    "iterations",
    "colors",
    "area",
    "by_region",
    "style_weights",
    "device",
    "loss_network",
    "video_preset",
)

# and those that mean nothing to it
NOT_NEURAL = (
    "explain",
    "face",
    "landmarks_file",
    "exemplar_photos",
    "identity",
    "texture",
    "labels",
)


def add_neural_options(parser: Any) -> None:
    """Add what belongs to --method neural."""
    parser.add_argument(
        "--model", metavar="MODEL", help="a network of `facestyle train`, or a bundled one's name"
    )
    parser.add_argument(
        "--preset", choices=tuple(PRESETS), help="settings of this project or of a paper (default)"
    )
    parser.add_argument(
        "--size",
        type=_positive,
        metavar="PX",
        help="longer side of what is redrawn (512; videos on a CPU 256; model: own); videos are "
        "brought back to their own size",
    )
    parser.add_argument(
        "--iterations", type=_positive, metavar="N", help="at the coarsest scale (300)"
    )
    parser.add_argument(
        "--colors", choices=("style", "keep"), help="keep: only luminance is transferred (style)"
    )
    parser.add_argument("--area", choices=AREAS, help="where to stylize (whole)")
    parser.add_argument(
        "--by-region",
        action="store_true",
        default=None,
        help="skin from skin, hair from hair, clothes from clothes",
    )
    parser.add_argument(
        "--style-weights", type=_weights, metavar="X,X,...", help="one for each style picture"
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), help="(auto)")
    parser.add_argument(
        "--loss-network", type=Path, metavar="FILE", help="a VGG-16 or VGG-19 as safetensors"
    )
    parser.add_argument(
        "--video-preset",
        choices=tuple(VIDEO_PRESETS),
        help="how a frame depends on those before it, of Ruder et al. 2016 (short-term)",
    )


def is_neural(arguments: argparse.Namespace) -> bool:
    """Tell whether neural style transfer was asked for; a model asks for it."""
    from facestyle.errors import UsageError

    if arguments.method == "neural" or (arguments.method == "auto" and arguments.model):
        return True
    for name in NEURAL_ONLY:
        if getattr(arguments, name) is not None:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"{option} belongs to --method neural, not to {arguments.method}")
    return False


def make_neural_stylizer(arguments: argparse.Namespace) -> "NeuralStylizer":
    """Make the stylizer that the arguments describe."""
    from facestyle.errors import UsageError
    from facestyle.io.images import expand_inputs
    from facestyle.methods.neural.method import NeuralStylizer
    from facestyle.neural.dependencies import require_torch

    require_torch()
    for name in NOT_NEURAL:
        usual = "largest" if name == "face" else None
        if getattr(arguments, name) != usual:
            raise UsageError(f"--{name.replace('_', '-')} has no meaning for --method neural")
    if arguments.background not in ("stylize", "keep"):
        raise UsageError(
            f"--background {arguments.background}: --method neural knows stylize and keep only"
        )
    keeps_background = arguments.background == "keep" and arguments.area is None
    styles: tuple[Path, ...] = ()
    if arguments.exemplars is not None:
        styles = tuple(item.path for item in expand_inputs([arguments.exemplars]))
    return NeuralStylizer(
        styles=styles,
        model=arguments.model,
        shares=arguments.style_weights,
        strength=arguments.strength,
        colors=arguments.colors or "style",
        area="person" if keeps_background else arguments.area or "whole",
        by_region=bool(arguments.by_region),
        preset=arguments.preset or "default",
        size=arguments.size,
        iterations=arguments.iterations,
        seed=arguments.seed,
        device=arguments.device or "auto",
        loss_network=arguments.loss_network,
        landmarks=arguments.landmarks,
        video_preset=arguments.video_preset,
        flow=arguments.flow,
    )


def _positive(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"'{text}': expected a whole number from 1")


def _weights(text: str) -> tuple[float, ...]:
    try:
        weights = tuple(float(part) for part in text.split(","))
    except ValueError:
        weights = (-1.0,)
    if min(weights) < 0 or not sum(weights) > 0:
        raise argparse.ArgumentTypeError(f"'{text}': expected numbers from 0, such as 1,0.5")
    return weights
