"""The presets of Ruder et al. 2016 in a scene whose wall is hidden for a few frames or for many.

    python -m benchmarks ruder [--quick] [--hidden 1 3 7]

A textured disc covers a textured wall for so many frames and goes; motion and occlusions are the
true ones. `change on return` compares the wall when it is back with what it was before, which only
long-term consistency can keep; E_warp is that of successive frames where both show the same point;
the style loss is what optimization minimizes. The long-term preset compares with frames J = 1, 2, 4
before (the paper's); `long-term, reaching` also with the frame before the occlusion, however long
ago: with an occlusion longer than max J the two differ.
"""

import argparse
from dataclasses import replace

import numpy as np
import torch

from benchmarks import bundled
from benchmarks.argument_types import at_least_one
from benchmarks.protocol import MissingDataError, Recorder
from benchmarks.report import progress
from benchmarks.scenes import MovingDisc, redraw
from facestyle.io.images import read_image
from facestyle.metrics.temporal import warping_error
from facestyle.neural import losses
from facestyle.neural.loss_network import LossNetwork, load_loss_network
from facestyle.neural.optimize import layer_weights
from facestyle.neural.pictures import resize, to_tensor
from facestyle.neural.settings import OptimizeOptions
from facestyle.neural.style_pictures import style_size
from facestyle.neural.style_statistics import measure_grams
from facestyle.neural.video.settings import VIDEO_PRESETS, VideoOptions

STYLE = bundled.EXEMPLARS / "oil" / "mona_lisa.jpg"
SIZE = 48  # px
HIDDEN, QUICK_HIDDEN = (1, 3, 7), (3,)
CHOOSING = ("hidden", "presets")
AWAY = (-200, 0)  # of the disc: outside the frame
RADIUS = 0.3
ITERATIONS, LATER = 60, 30  # of the first frame and of the others
QUICK_ITERATIONS, QUICK_LATER = 15, 10
PASSES = {"passes": 4, "pass_iterations": 15, "temporal_from_pass": 3}
# noise, as in the paper, and layers that a picture of 48 px has room for
FRAME = OptimizeOptions(
    scales=1,
    initial="noise",
    style_layers=("relu1_1", "relu2_1"),
    content_layers=("relu2_1",),
)
TEMPORAL_WEIGHT = 1e5  # of video_neural.py: E_warp of this scene no longer falls above


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--hidden", type=at_least_one, nargs="+", metavar="N", help="frames (1 3 7)"
    )
    parser.add_argument("--presets", nargs="+", choices=VIDEO_PRESETS, default=list(VIDEO_PRESETS))


def set_defaults(arguments: argparse.Namespace) -> None:
    arguments.hidden = arguments.hidden or list(QUICK_HIDDEN if arguments.quick else HIDDEN)


def run(arguments: argparse.Namespace, recorder: Recorder) -> None:
    """Redraw every scene with every preset."""
    if arguments.data is not None:
        raise MissingDataError("--data", "this benchmark makes its scenes itself")
    torch.set_num_threads(1)
    network = load_loss_network()
    style = to_tensor(read_image(STYLE).rgb)
    style = resize(style, style_size(style, SIZE)).clamp(0, 1)
    quick = arguments.quick
    for count in arguments.hidden:
        scene = hiding_scene(count)
        for name, options in presets(arguments.presets, count, quick).items():
            progress(f"hidden for {count} frames: {name}")
            results = redraw(network, scene, style, options)
            scores = judge(network, scene, results, style)
            case = f"disc/{count} frames"
            size = (SIZE, SIZE)
            recorder.add(case, name, scores, split="none", size=size, **{"hidden frames": count})
            recorder.picture(case, name, np.hstack(results))
        recorder.picture(f"disc/{count} frames", "the scene", np.hstack(scene.frames))


def hiding_scene(count: int) -> MovingDisc:
    """A wall, the disc before it for so many frames, the wall again for two."""
    middle = [(-2 + n % 5, 0) for n in range(count)]
    moves = [AWAY, *middle, AWAY, AWAY]
    return MovingDisc(SIZE, moves, [(0, 0)] * len(moves), radius=RADIUS)


def presets(names: list[str], hidden: int, quick: bool) -> dict[str, VideoOptions]:
    """The presets by name, at this benchmark's iterations."""
    first, later = (QUICK_ITERATIONS, QUICK_LATER) if quick else (ITERATIONS, LATER)
    changes = {
        "frame": replace(FRAME, iterations=first),
        "iterations": later,
        "temporal_weight": TEMPORAL_WEIGHT,
    }
    found = {}
    for name in names:
        options = replace(VIDEO_PRESETS[name], **changes)
        found[name] = replace(options, **PASSES) if options.passes else options
        if name == "long-term" and hidden + 1 not in options.distances:
            reaching = (*options.distances, hidden + 1)
            found["long-term, reaching"] = replace(options, distances=tuple(sorted(reaching)))
    return found


def judge(
    network: LossNetwork, scene: MovingDisc, results: list[np.ndarray], style: torch.Tensor
) -> dict[str, float]:
    """What became of the wall, of successive frames, and of the style."""
    last_hidden = len(results) - 3
    covered = np.logical_and.reduce(scene.masks[1 : last_hidden + 1])
    change = (results[last_hidden + 1] - results[0])[covered] ** 2
    errors = [
        warping_error(results[n], results[n - 1], scene.flow(n, n - 1), ~scene.hidden(n, n - 1))
        for n in range(1, len(results))
    ]
    return {
        "change on return": float(np.mean(change)) * 255**2,
        "E_warp": float(np.mean(errors)) * 255**2,
        "style loss": float(np.mean([style_loss(network, r, style) for r in results])),
    }


@torch.no_grad()
def style_loss(network: LossNetwork, image: np.ndarray, style: torch.Tensor) -> float:
    """The weighted style term of a picture's loss."""
    layers = FRAME.style_layers
    weights = layer_weights(FRAME.style_weight, layers)
    ours, target = (measure_grams(network, p, layers) for p in (to_tensor(image), style))
    return sum(float(weights[n] * losses.style_loss(ours[n], target[n])) for n in layers)
