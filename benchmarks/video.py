"""Does a stylized clip flicker, is it still in its style, what does it cost; and is the flow right?

    python -m benchmarks video                   # a bundled portrait that moves in a known way
    python -m benchmarks video --data DIR        # *.mp4, DAVIS's folders of frames, Sintel's flow
    python -m benchmarks video --memory          # resident memory after ever more frames

E_warp is the mean square change along the input's flow (the true one where it is known, else
estimated) where both consistency tests of Ruder et al. trust it, in levels of 255 squared; read it
beside the input's own. Frame-by-frame results are made for a few pairs spread over the clip, and
all are compared on these; `E_warp, all pairs` is of every pair. Style: for drawings the texture's
distance to the exemplars, for looks that of the person's tones.
"""

import argparse
import gc
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from benchmarks import bundled, layouts
from benchmarks.argument_types import at_least_one, at_least_two
from benchmarks.clip_style import style_distance
from benchmarks.moving_portrait import MovingPortrait
from benchmarks.protocol import BUNDLED, MissingDataError, Recorder, Split
from benchmarks.report import progress
from facestyle import ExemplarSet, Stylizer
from facestyle.flow import METHODS as FLOW_METHODS
from facestyle.flow import estimate_flow, estimate_flows, flow_reliability, read_flo
from facestyle.io.images import read_image
from facestyle.io.videos import open_video
from facestyle.metrics.temporal import warping_error

STYLES = (("energy", "noir"), ("energy", "warm"), ("patch", "pencil"), ("patch", "watercolor"))
QUICK_STYLES = (("energy", "noir"), ("patch", "pencil"))
PAIRS = 3  # of successive frames that are stylized one by one too
WARM_UP = 3  # frames that the timing leaves out
SYNTHETIC = "moving portrait"
WIDTH, QUICK_WIDTH = 480, 240  # px of it
QUICK_FRAMES = 6
MEMORY_FRAMES = (10, 100, 1000)
FRAMES = 40
CHOOSING = ("only", "clips", "styles", "memory", "most")
SLOW_FLOWS = ("deepflow",)


@dataclass(frozen=True)
class Clip:
    """Frames, and their true flow where it is known."""

    name: str
    frames: list[np.ndarray]
    split: Split
    data: str
    true_flow: Callable[[int, int], np.ndarray] | None = None

    def compared(self, first: int) -> Callable[[np.ndarray, np.ndarray], float]:
        """A function that measures E_warp between a frame's results and the next's."""
        pair = self.frames[first], self.frames[first + 1]
        flow, back = estimate_flows(*pair)
        if self.true_flow is not None:
            flow, back = self.true_flow(first, first + 1), self.true_flow(first + 1, first)
        trusted = flow_reliability(flow, back)
        return lambda a, b: warping_error(a, b, flow, trusted) * 255**2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--frames",
        type=at_least_two,
        metavar="N",
        help=f"of each clip ({FRAMES}; quick: {QUICK_FRAMES})",
    )
    parser.add_argument("--only", choices=("energy", "patch"), help="one method")
    parser.add_argument("--clips", nargs="+", metavar="NAME", help="of --data (all)")
    parser.add_argument(
        "--styles", nargs="+", choices=[n for _, n in STYLES], help="(all; two quick)"
    )
    parser.add_argument("--memory", action="store_true", help="measure memory, too")
    parser.add_argument(
        "--most", type=at_least_one, default=1000, metavar="N", help="frames of --memory (1000)"
    )


def set_defaults(arguments: argparse.Namespace) -> None:
    quick = arguments.quick
    arguments.frames = arguments.frames or (QUICK_FRAMES if quick else FRAMES)
    arguments.styles = arguments.styles or [n for _, n in (QUICK_STYLES if quick else STYLES)]


def run(arguments: argparse.Namespace, recorder: Recorder) -> None:
    """Measure the flow, then every clip in every style."""
    found = list(clips(arguments, recorder))
    measure_flows(arguments, found, recorder)
    styles = [
        (method, name)
        for method, name in STYLES
        if arguments.only in (None, method) and name in arguments.styles
    ]
    if not styles:
        given = ", ".join(arguments.styles)
        recorder.skip(f"method {arguments.only}", f"draws none of the styles {given}")
    for method, name in styles:
        exemplars = ExemplarSet.from_folder(bundled.EXEMPLARS / name)
        for clip in found:
            with recorder.skipping(f"{clip.name}, {name}"):
                measure_clip(clip, method, name, exemplars, recorder)
        if arguments.memory and found:
            measure_memory(method, exemplars, found[0], arguments.most, recorder)


def clips(arguments: argparse.Namespace, recorder: Recorder) -> Iterator[Clip]:
    """The bundled portrait in motion, or the clips of a folder."""
    count = arguments.frames
    if arguments.data is None:
        if arguments.clips is not None:
            recorder.skip(", ".join(arguments.clips), "clips are of --data; none was given")
        image = read_image(bundled.PORTRAIT).rgb
        width = QUICK_WIDTH if arguments.quick else WIDTH
        size = (width, round(image.shape[0] * width / image.shape[1]))
        moving = MovingPortrait(cv2.resize(image, size, interpolation=cv2.INTER_AREA), count)
        yield Clip(SYNTHETIC, moving.frames, "none", BUNDLED, moving.flow)
        return
    try:
        files = layouts.clip_files(arguments.data, recorder.skip)
    except MissingDataError as error:
        recorder.skip(error.what, error.why)
        return
    for name in sorted(set(arguments.clips or ()) - files.keys()):
        recorder.skip(name, f"{arguments.data} has no clip of this name")
    for name, paths in files.items():
        if arguments.clips is None or name in arguments.clips:
            with recorder.skipping(name):
                split = bundled.half_of(name, "video")
                yield Clip(name, read_frames(paths, count), split, arguments.data.name)


def read_frames(paths: list[Path], count: int) -> list[np.ndarray]:
    """The first frames of a video file, or of numbered pictures."""
    if len(paths) == 1:
        return [frame.pixels for frame in islice(open_video(paths[0]).frames(), count)]
    return [np.rint(255 * read_image(path).rgb).astype(np.uint8) for path in paths[:count]]


def measure_flows(arguments: argparse.Namespace, found: list[Clip], recorder: Recorder) -> None:
    """Endpoint error of every flow method where the truth is known."""
    pairs = []
    for clip in found:
        if clip.true_flow is not None:
            middle = len(clip.frames) // 2
            truth = clip.true_flow(middle, middle + 1)
            pairs.append((clip.name, clip.frames[middle : middle + 2], truth, clip.data))
    if arguments.data is not None:
        for first, second, flow in layouts.flow_files(arguments.data, recorder.skip):
            frames = read_frames([first, second], 2)
            name = f"{flow.parent.name} {flow.stem}"
            pairs.append((name, frames, read_flo(flow), arguments.data.name))
    for name, frames, truth, data in pairs:
        for method in FLOW_METHODS:
            if arguments.quick and method in SLOW_FLOWS:
                continue
            progress(f"{name}: {method}")
            flow = estimate_flow(*frames, method=method)
            error = float(np.linalg.norm(flow - truth, axis=2).mean())
            scores = {"endpoint error": error}
            recorder.add(f"flow/{name}", f"flow: {method}", scores, split="none", data=data)


def measure_clip(
    clip: Clip, method: str, style: str, exemplars: ExemplarSet, recorder: Recorder
) -> None:
    """Stylize a clip as a clip, and some of its frames one by one."""
    warm = Stylizer(exemplars, method=method).frames()
    for frame in clip.frames[:2]:  # kernels are compiled by what is not timed
        warm.step(frame)
    stylizer = Stylizer(exemplars, method=method)
    worker = stylizer.frames()
    shown, wall, cpu = [], [], []
    for number, frame in enumerate(clip.frames):
        progress(f"{clip.name}, {style}: frame {number + 1} of {len(clip.frames)}")
        start, processor = time.perf_counter(), time.process_time()
        shown.append(cv2.convertScaleAbs(worker.step(frame).outcome.image, alpha=255))
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - processor)
    chosen = compared_pairs(len(clip.frames))
    as_clip, single = f"{method}, as a clip", f"{method}, frame by frame"
    known = {"split": clip.split, "data": clip.data, "size": clip.frames[0].shape[1::-1]}

    def add(first: int, name: str, scores: dict[str, float]) -> None:
        recorder.add(f"{clip.name}, {style}/{first:04d}", name, scores, **known)  # type: ignore[arg-type]

    for first in range(len(clip.frames) - 1):
        progress(f"{clip.name}, {style}: frames {first} and {first + 1} compared")
        pair = slice(first, first + 2)
        error = clip.compared(first)
        own, ours = error(*clip.frames[pair]), error(*shown[pair])
        add(first, "input", {"E_warp, all pairs": own})
        add(first, as_clip, {"E_warp, all pairs": ours})
        if first not in chosen:
            continue
        alone = [stylizer(frame) for frame in clip.frames[pair]]
        distances = [
            style_distance(image, alone[1], exemplars, method)
            for image in (alone[1].image, shown[first + 1])
        ]
        measure = "tone distance" if method == "energy" else "texture"
        by_frame = error(*(result.image for result in alone))
        add(first, "input", {"E_warp": own})
        add(first, single, {"E_warp": by_frame, measure: distances[0]})
        add(first, as_clip, {"E_warp": ours, measure: distances[1]})
        for name, image in (("input", clip.frames[first]), (as_clip, shown[first])):
            recorder.picture(f"{clip.name}, {style}/{first:04d}", name, image, data=clip.data)
    later = slice(min(WARM_UP, len(wall) - 1), None)
    costs = {"seconds": float(np.mean(wall[later])), "CPU seconds": float(np.mean(cpu[later]))}
    recorder.add(f"{clip.name}, {style}/a frame", as_clip, costs, **known)  # type: ignore[arg-type]
    first_frame = {"first frame, s": wall[0], "first frame, CPU s": cpu[0]}
    recorder.add(f"{clip.name}, {style}/first frame", as_clip, first_frame, **known)  # type: ignore[arg-type]


def compared_pairs(count: int) -> list[int]:
    """First frames of the pairs that are compared, spread over a clip."""
    last = count - 2
    return sorted({round(last * share) for share in np.linspace(0.2, 1, PAIRS)})


def measure_memory(
    method: str, exemplars: ExemplarSet, clip: Clip, most: int, recorder: Recorder
) -> None:
    """Resident memory after ever more frames of a clip that is played to and fro."""
    if not Path("/proc/self/statm").is_file():
        recorder.skip("memory", "this system has no /proc/self/statm")
        return
    counts = [n for n in MEMORY_FRAMES if n <= most]

    def endless() -> Iterator[np.ndarray]:
        while True:
            yield from clip.frames
            yield from clip.frames[::-1]

    for number, _ in enumerate(Stylizer(exemplars, method=method).video(endless()), start=1):
        progress(f"memory, {method}: frame {number} of {max(counts)}")
        if number in counts:
            gc.collect()
            scores = {"resident MiB": resident()}
            recorder.add(clip.name, method, scores, split="none", data=clip.data, frames=number)
        if number == max(counts):
            break


def resident() -> float:
    """Resident memory of this process, MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
