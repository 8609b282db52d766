"""The presets of Ruder et al. 2016 on a real clip and on constructed scenes, and their cost.

    python benchmarks/video_neural.py                     # about 5 minutes on one core
    python benchmarks/video_neural.py --clip man_outdoors --save sheets/
    python benchmarks/video_neural.py --only speed

E_warp is the mean square change along the input's own flow where both consistency tests trust it,
in levels of 255 squared; the style loss is the one that optimization minimizes, so lower is closer
to the style; that of networks is of the style picture as the training had it. Every frame but the
first is counted. The constructed scenes are a textured disc before a textured wall, with true flows
and occlusions.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import torch
from argument_types import at_least_one, at_least_two, zero_or_above
from neural_styles import Style, load_style
from report import ROOT, print_conditions, print_table, progress, run_script
from video_neural_scenes import measure_scenes, read_style

from facestyle.io.images import write_image
from facestyle.io.videos import open_video
from facestyle.methods.engine import FrameEngine
from facestyle.methods.neural import (
    LATER_ITERATIONS,
    NetworkClip,
    NetworkFrames,
    OptimizedClip,
    OptimizedFrames,
    PictureNetworkFrames,
    find_motion,
)
from facestyle.metrics.temporal import warping_error
from facestyle.neural import losses
from facestyle.neural.api import load_model
from facestyle.neural.loss_network import LossNetwork, load_loss_network
from facestyle.neural.optimize import layer_weights
from facestyle.neural.pictures import resize, to_tensor
from facestyle.neural.settings import VIDEO_INPUTS, Architecture, OptimizeOptions
from facestyle.neural.style_pictures import StylePicture, style_size
from facestyle.neural.style_statistics import measure_grams
from facestyle.neural.transformer import Transformer
from facestyle.neural.video.settings import VIDEO_PRESETS

SHARED = ROOT.parent / "shared" / "data"
MODEL = "wave"
CPU = torch.device("cpu")
SEQUENTIAL = ("independent", "previous", "init", "short-term", "long-term")
PARTS = ("clip", "networks", "scenes", "speed")
SPEED_SIZE = 256


def read_clip(name: str, count: int, size: int, step: int = 1) -> list[np.ndarray]:
    """Every so many frames of a clip, from the first on, reduced to `size` px."""
    frames = []
    clip = open_video(SHARED / "video" / f"{name}.mp4").frames()
    for frame in islice(clip, 0, count * step, step):
        factor = size / max(frame.pixels.shape[:2])
        frames.append(
            cv2.resize(frame.pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        )
    return frames


def flicker(frames: list[np.ndarray], results: list[np.ndarray]) -> float:
    """E_warp in levels squared, mean over successive frames."""
    errors = []
    for number in range(1, len(frames)):
        (motion,) = find_motion(frames, number, [number - 1])
        pair = results[number], results[number - 1]
        errors.append(warping_error(*pair, motion.flow, motion.weights) * 255**2)
    return float(np.mean(errors))


@torch.no_grad()
def style_loss(
    network: LossNetwork, image: np.ndarray, style: torch.Tensor, options: OptimizeOptions
) -> float:
    """The weighted style term of a picture's loss."""
    layers = options.style_layers
    theirs = resize(style, style_size(style, max(image.shape[:2]))).clamp(0, 1)
    weights = layer_weights(options.style_weight, layers)
    ours, target = (measure_grams(network, p, layers) for p in (to_tensor(image), theirs))
    return sum(float(weights[n] * losses.style_loss(ours[n], target[n])) for n in layers)


@torch.no_grad()
def trained_style_loss(network: LossNetwork, style: Style, image: np.ndarray) -> float:
    """The same with the style picture and the weights that a network was trained for."""
    ours = measure_grams(network, to_tensor(image), tuple(style.terms.style))
    return sum(
        float(weight * losses.style_loss(ours[n], style.grams[n]))
        for n, weight in style.terms.style.items()
    )


def run(worker: FrameEngine, frames: list[np.ndarray], name: str):
    """Results of all frames, and the processor time and wall time of each."""
    results, cpu, wall = [], [], []
    for number, frame in enumerate(frames):
        progress(f"{name}: frame {number + 1} of {len(frames)}")
        start, processor = time.perf_counter(), time.process_time()
        results.append(worker.step(frame).outcome.image)
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - processor)
    return results, cpu, wall


def measure_clip(network: LossNetwork, arguments: argparse.Namespace) -> None:
    """The sequential presets on a real clip."""
    frame = OptimizeOptions(iterations=arguments.iterations)
    later = max(1, round(arguments.iterations * LATER_ITERATIONS))
    workers: dict[str, FrameEngine] = {}
    for preset in arguments.presets:
        options = replace(VIDEO_PRESETS[preset], frame=frame, iterations=later)
        if arguments.temporal_weight is not None:
            options = replace(options, temporal_weight=arguments.temporal_weight)
        styles = [StylePicture(read_style())]
        workers[preset] = OptimizedFrames(OptimizedClip(network, styles, options))
    title = f"iterations {arguments.iterations}, then {later}"
    style, chosen = read_style(), OptimizeOptions()
    judge = partial(style_loss, network, style=style, options=chosen)
    compare(judge, arguments, workers, arguments.size, title)


def measure_networks(network: LossNetwork, arguments: argparse.Namespace) -> None:
    """Networks on a real clip: each frame alone, filtered, and with the frame before as input."""
    picture = load_model(arguments.style).network
    clip = NetworkClip(picture, CPU, on_faces=arguments.face_strength)
    workers: dict[str, FrameEngine] = {
        f"{arguments.style}, each frame alone": NetworkFrames(clip),
        f"{arguments.style}, filtered": PictureNetworkFrames(clip),
    }
    if arguments.video_model is not None:
        video = load_model(arguments.video_model).network
        workers[arguments.video_model.stem] = NetworkFrames(replace(clip, network=video))
    terms = load_style(network, "paintings", arguments.style)
    judge = partial(trained_style_loss, network, terms)
    compare(judge, arguments, workers, arguments.network_size, "networks")


def compare(
    judge: Callable[[np.ndarray], float],
    arguments: argparse.Namespace,
    workers: dict[str, FrameEngine],
    size: int,
    title: str,
) -> None:
    """Flicker and style of ways to redraw a clip, beside those of the first way."""
    frames = read_clip(arguments.clip, arguments.frames, size, arguments.step)
    rows = [["input", flicker(frames, frames), "", "", "", ""]]
    sheet = [np.hstack(frames).astype(np.float32) / 255]
    first: tuple[float, float] | None = None
    for name, worker in workers.items():
        results, cpu, _ = run(worker, frames, name)
        error = flicker(frames, results)
        distance = float(np.mean([judge(r) for r in results[1:]]))
        first = first or (error, distance)
        rows.append(
            [
                name,
                error,
                f"{first[0] / error:.1f}",
                distance,
                f"{100 * (distance / first[1] - 1):+.1f} %",
                float(np.mean(cpu[1:])),
            ]
        )
        sheet.append(np.hstack(results))
    progress("")
    height, width = frames[0].shape[:2]
    print_table(
        [
            f"{arguments.clip}, {width}x{height}, {title}",
            "E_warp",
            "times below the first",
            "style loss",
            "to the first's",
            "CPU s/frame",
        ],
        rows,
    )
    if arguments.save is not None:
        arguments.save.mkdir(parents=True, exist_ok=True)
        path = arguments.save / f"{arguments.clip}-{title.partition(' ')[0]}.png"
        write_image(path, np.vstack(sheet), overwrite=True)


def measure_speed(network: LossNetwork, iterations: int) -> None:
    """Seconds a frame of 256x256."""
    frames = read_clip("man_studio", 4, SPEED_SIZE)
    later = max(1, round(iterations * LATER_ITERATIONS))
    options = replace(
        VIDEO_PRESETS["short-term"],
        frame=OptimizeOptions(iterations=iterations),
        iterations=later,
    )
    picture_network = load_model(MODEL).network
    video_network = Transformer(replace(Architecture(), inputs=VIDEO_INPUTS), seed=0).eval()
    workers: dict[str, Callable[[], FrameEngine]] = {
        f"short-term, {later} iterations": lambda: OptimizedFrames(
            OptimizedClip(network, [StylePicture(read_style())], options)
        ),
        f"{MODEL}, filtered": lambda: PictureNetworkFrames(NetworkClip(picture_network, CPU)),
        "network for videos, Johnson's size": lambda: NetworkFrames(
            NetworkClip(video_network, CPU)
        ),
    }
    rows = []
    for name, make in workers.items():
        count = 2 if "short-term" in name else len(frames)
        _, cpu, wall = run(make(), frames[:count], name)
        rows.append([name, wall[0], float(np.median(wall[1:])), float(np.median(cpu[1:]))])
    progress("")
    print_table(["man_studio, 256x256, CPU", "first frame s", "s/frame", "CPU s/frame"], rows)
    if torch.cuda.is_available():
        print(f"GPU: {torch.cuda.get_device_name()} is here, but this part measures the CPU\n")
    else:
        print("GPU: none here, nothing measured on one\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clip", default="man_studio")
    parser.add_argument("--frames", type=at_least_two, default=6)
    parser.add_argument(
        "--step", type=at_least_one, default=1, help="take every so many frames (1)"
    )
    parser.add_argument("--size", type=at_least_one, default=144, help="longer side, px (144)")
    parser.add_argument(
        "--network-size", type=at_least_one, default=480, help="of the networks, px (480)"
    )
    parser.add_argument("--video-model", type=Path, metavar="FILE", help="a network for videos")
    parser.add_argument(
        "--iterations", type=at_least_one, default=60, help="of the first frame (60)"
    )
    parser.add_argument("--speed-iterations", type=at_least_one, default=60)
    parser.add_argument("--temporal-weight", type=zero_or_above)
    parser.add_argument(
        "--presets", nargs="+", choices=SEQUENTIAL, default=["independent", "init", "short-term"]
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--style", default=MODEL, help=f"trained style of the networks ({MODEL})")
    parser.add_argument(
        "--face-strength",
        type=zero_or_above,
        metavar="X",
        help="of the networks' strokes on faces; 1: as elsewhere (.5)",
    )
    parser.add_argument("--save", type=Path, metavar="DIR", help="contact sheets of the frames")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print_conditions("Neural video", seed=0, threads=1)
    network = load_loss_network()
    if "clip" in arguments.only:
        measure_clip(network, arguments)
    if "networks" in arguments.only:
        measure_networks(network, arguments)
    if "scenes" in arguments.only:
        measure_scenes(network)
    if "speed" in arguments.only:
        measure_speed(network, arguments.speed_iterations)


if __name__ == "__main__":
    run_script(main)
