"""Trained networks on a clip in which something hides the wall for some frames.

    python benchmarks/video_occlusion.py [--hidden 1 4 8] [--model wave] [--save DIR]

A textured disc passes before a textured wall that pans by a pixel a frame; motions are known.
`behind the disc`: how much the wall that was hidden in every frame between has changed from the
frame before the disc to the first one after it, along the true motion, in levels squared; `beside
it`: the same of the wall that was always seen, over the same frames. A network that keeps what it
drew has the two alike and small. E_warp is that of successive frames.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from argument_types import at_least_one
from report import print_conditions, print_table, progress, run_script
from scenes import MovingDisc

from facestyle.io.images import write_image
from facestyle.methods.engine import FrameEngine
from facestyle.methods.neural import NetworkClip, NetworkFrames, PictureNetworkFrames
from facestyle.metrics.temporal import warping_error
from facestyle.neural.api import load_model
from facestyle.neural.model_names import for_video

SIZE = 256  # px
RADIUS = 0.2
AWAY = (-400, 0)  # of the disc: outside the frame
SEEN_BEFORE = 5  # frames before the disc comes, so that a memory has something to keep
CPU = torch.device("cpu")


def passing_disc(hidden: int) -> MovingDisc:
    """The wall for some frames, the disc before it for so many, the wall again for one."""
    middle = [(2 * n - hidden, 0) for n in range(hidden)]
    moves = [AWAY] * SEEN_BEFORE + middle + [AWAY]
    return MovingDisc(SIZE, moves, [(n, 0) for n in range(len(moves))], radius=RADIUS)


def engines(model: str) -> dict[str, FrameEngine]:
    """The ways to redraw a clip by a bundled style; the second is what the command does."""
    picture = load_model(model).network
    found: dict[str, FrameEngine] = {
        "each frame alone": NetworkFrames(NetworkClip(picture, CPU)),
        "each frame alone, filtered": PictureNetworkFrames(NetworkClip(picture, CPU)),
    }
    video = for_video(model)
    if video is not None:
        network = load_model(video).network
        found["network for videos"] = NetworkFrames(NetworkClip(network, CPU))
        found["network for videos, filtered"] = PictureNetworkFrames(NetworkClip(network, CPU))
    return found


def judge(scene: MovingDisc, results: list[np.ndarray]) -> list[float]:
    """Changes of the wall behind the disc and beside it, and E_warp."""
    last, before = len(results) - 1, SEEN_BEFORE - 1
    shift = scene.pans[last][0] - scene.pans[before][0]
    change = (results[last] - np.roll(results[before], shift, axis=1)) ** 2
    covered = [
        np.roll(scene.masks[n], scene.pans[last][0] - scene.pans[n][0], axis=1)
        for n in range(SEEN_BEFORE, last)
    ]
    inside = np.ones_like(covered[0])
    inside[:, : shift + 8] = inside[:, -8:] = inside[:8] = inside[-8:] = False
    behind = np.logical_and.reduce(covered) & inside
    beside = ~np.logical_or.reduce(covered) & inside
    errors = [
        warping_error(results[n], results[n - 1], scene.flow(n, n - 1), ~scene.hidden(n, n - 1))
        for n in range(1, len(results))
    ]
    levels = 255**2
    return [
        float(change[behind].mean()) * levels,
        float(change[beside].mean()) * levels,
        float(np.mean(errors)) * levels,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hidden", type=at_least_one, nargs="+", default=[1, 4, 8], metavar="N")
    parser.add_argument("--model", default="wave", help="a bundled style (wave)")
    parser.add_argument("--save", type=Path, metavar="DIR", help="contact sheets of the frames")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print_conditions("Occlusion", seed=0, threads=1)
    for hidden in arguments.hidden:
        scene, rows = passing_disc(hidden), []
        sheet = [np.hstack(scene.frames)]
        for name, engine in engines(arguments.model).items():
            progress(f"hidden for {hidden} frames: {name}")
            results = [engine.step(frame).outcome.image for frame in scene.frames]
            rows.append([name, *judge(scene, results)])
            sheet.append(np.hstack(results))
        progress("")
        title = f"hidden for {hidden} frames"
        print_table([title, "behind the disc", "beside it", "E_warp"], rows)
        if arguments.save is not None:
            write_image(arguments.save / f"occlusion-{hidden}.png", np.vstack(sheet))


if __name__ == "__main__":
    run_script(main)
