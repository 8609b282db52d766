"""Does a stylized video flicker, is it still in its style, and what does it cost?

    python benchmarks/video.py                       # 40 frames of each clip: about 8 minutes
    python benchmarks/video.py --frames 12 --only patch
    python benchmarks/video.py --memory              # resident memory after 10, 100, 1000 frames

E_warp is the mean square change along the input's own flow where both consistency tests of Ruder
et al. trust it (facestyle.metrics.temporal), in levels of 255 squared, over all pairs of successive
frames. The frame-by-frame result is computed for a few pairs, spread over the clip, and compared on
these. Style: for patch mode the texture's distance to the exemplars (facestyle.metrics.texture),
for energy mode the distance of the person's tone distribution to the exemplars'; lower is better.
Clips and drawings are in ../shared; exemplars of energy mode in exemplars/.
"""

import argparse
import gc
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from report import ROOT, print_conditions, print_table, progress

from facestyle import ExemplarSet, Stylizer
from facestyle.faces.contours import face_width
from facestyle.flow import estimate_flows, flow_reliability
from facestyle.imaging.color import luminance
from facestyle.io.images import read_image
from facestyle.io.videos import open_video
from facestyle.metrics.temporal import warping_error
from facestyle.metrics.texture import texture_distance
from facestyle.pipeline.result import Result

SHARED = ROOT.parent / "shared" / "data"
CLIPS = ("man_outdoors", "man_studio", "man_glasses")
SINTEL = SHARED / "flow" / "sintel_alley_1"
# method, name, exemplars: a folder, or one picture
STYLES = (
    ("energy", "noir", ROOT / "exemplars" / "noir"),
    ("energy", "warm", ROOT / "exemplars" / "warm"),
    ("patch", "pencil", ROOT / "exemplars" / "pencil"),
    ("patch", "watercolor", SHARED / "paintings" / "watercolorgirl.png"),
)
PAIRS = 3  # of successive frames that are stylized one by one too
WARM_UP = 3  # frames that the timing leaves out
TARGETS = {"energy": 0.15, "patch": 0.35}  # s a frame at 768x1024, warm, two cores


@dataclass(frozen=True)
class Outcome:
    """What was measured of one clip in one style.

    Attributes
    ----------
    own, ours : float
        E_warp of the input and of the clip, levels squared.
    single, ours_there : float
        E_warp of single pictures, and of the clip where they were made.
    style_single, style_ours : float
    set_up, seconds, cpu : float
        Seconds of the first frame, and of a later one: means of wall and processor time.
    stages : dict of str to float
        Mean seconds a frame.
    """

    own: float
    ours: float
    single: float
    ours_there: float
    style_single: float
    style_ours: float
    set_up: float
    seconds: float
    cpu: float
    stages: dict[str, float]


def read_clip(name: str, count: int) -> list[np.ndarray]:
    """The first frames of a clip; for "sintel" its two frames."""
    if name == "sintel":
        paths = (SINTEL / "frame_0001.png", SINTEL / "frame_0002.png")
        return [np.rint(255 * read_image(path).rgb).astype(np.uint8) for path in paths]
    frames = open_video(SHARED / "video" / f"{name}.mp4").frames()
    return [frame.pixels for frame, _ in zip(frames, range(count), strict=False)]


def measure_clip(name: str, method: str, exemplars: ExemplarSet, count: int) -> Outcome:
    """Stylize a clip as a clip, and some of its frames one by one."""
    frames = read_clip(name, count)
    stylizer = Stylizer(exemplars, method=method)
    _ = (
        stylizer.method.look if method == "energy" else stylizer.method.prepared
    )  # kept on disk: not part of a warm start
    worker = stylizer.frames()
    results, wall, cpu, stages = [], [], [], []
    for number, frame in enumerate(frames):
        progress(f"{name}, {method}: frame {number + 1} of {len(frames)}")
        start, processor = time.perf_counter(), time.process_time()
        results.append(worker.step(frame).outcome)
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - processor)
        stages.append(results[-1].timings)
    shown = [cv2.convertScaleAbs(result.image, alpha=255) for result in results]
    chosen = compared_pairs(len(frames))
    own, ours, single, ours_there, styles = [], [], [], [], []
    for first in range(len(frames) - 1):
        progress(f"{name}, {method}: frames {first} and {first + 1} compared")
        pair = slice(first, first + 2)
        error = pair_error(frames[first], frames[first + 1])
        own.append(error(*frames[pair]))
        ours.append(error(*shown[pair]))
        if first not in chosen:
            continue
        alone = [stylizer(frame) for frame in frames[pair]]
        single.append(error(*(result.image for result in alone)))
        ours_there.append(ours[-1])
        last = alone[1]
        styles.append(
            [
                style_distance(image, last, exemplars, method)
                for image in (last.image, shown[first + 1])
            ]
        )
    style = np.mean(styles, axis=0)
    later = slice(min(WARM_UP, len(wall) - 1), None)
    names = {stage: 0.0 for timing in stages[later] for stage in timing}
    mean = {k: float(np.mean([t.get(k, 0.0) for t in stages[later]])) for k in names}
    return Outcome(
        *(float(np.mean(values)) * 255**2 for values in (own, ours, single, ours_there)),
        *(float(value) for value in style),
        wall[0],
        float(np.mean(wall[later])),
        float(np.mean(cpu[later])),
        mean,
    )


def compared_pairs(count: int) -> list[int]:
    """First frames of the pairs that are compared, spread over a clip."""
    last = count - 2
    return sorted({round(last * share) for share in np.linspace(0.2, 1, PAIRS)})


def pair_error(first: np.ndarray, second: np.ndarray):
    """A function that measures E_warp along the flow between two frames."""
    flow, back = estimate_flows(first, second)
    trusted = flow_reliability(flow, back)
    return lambda a, b: warping_error(a, b, flow, trusted)


def style_distance(image: np.ndarray, result: Result, exemplars: ExemplarSet, method: str) -> float:
    """How far a frame is from the exemplars' texture (patch) or tones (energy)."""
    if method == "energy":
        return tone_distance(image, result, exemplars)
    width = face_width(result.face)
    distances = []
    for portrait in exemplars:
        factor = width / face_width(portrait.face)
        mode = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        theirs = cv2.resize(portrait.image, None, fx=factor, fy=factor, interpolation=mode)
        size = (theirs.shape[1], theirs.shape[0])
        mask = cv2.resize(portrait.matte, size, interpolation=cv2.INTER_AREA)
        distances.append(
            texture_distance(
                image,
                np.clip(theirs, 0, 1),
                0.012 * width,
                result_mask=result.matte,
                exemplar_mask=mask,
            )
        )
    return float(np.mean(distances))


def tone_distance(image: np.ndarray, result: Result, exemplars: ExemplarSet) -> float:
    """Mean difference of the quantiles of the person's L, levels of 255."""
    places = np.linspace(1, 99, 50)

    def quantiles(picture: np.ndarray, matte: np.ndarray) -> np.ndarray:
        return np.percentile(255 * luminance(picture)[matte > 0.5], places)

    ours = quantiles(image.astype(np.float32) / 255, result.matte)
    theirs = np.mean([quantiles(p.image, p.matte) for p in exemplars], axis=0)
    return float(np.abs(ours - theirs).mean())


def load_exemplars(path: Path) -> ExemplarSet:
    """A folder of exemplars, or a set of one picture."""
    if path.is_dir():
        return ExemplarSet.from_folder(path)
    found = ExemplarSet.from_folder(path.parent)
    return ExemplarSet([p for p in found if Path(p.name).stem == path.stem])


def print_sintel() -> None:
    """E_warp of the Sintel pair under its true flow, and under ours: what the flow itself costs."""
    from facestyle.flow import read_flo

    first, second = read_clip("sintel", 2)
    truth = read_flo(SINTEL / "frame_0001.flo")
    flow, back = estimate_flows(first, second)
    trusted = flow_reliability(flow, back)
    rows = [
        ["true flow", warping_error(first, second, truth, trusted) * 255**2],
        ["DIS", warping_error(first, second, flow, trusted) * 255**2],
    ]
    print_table(["Sintel alley_1, no face: E_warp of the input", "masked"], rows)


def print_memory(method: str, exemplars: ExemplarSet, counts: tuple[int, ...]) -> None:
    """Resident memory after ever more frames of a clip that is played again and again."""
    frames = read_clip("man_studio", 24)
    stylizer = Stylizer(exemplars, method=method)

    def endless() -> Iterator[np.ndarray]:
        while True:
            yield from frames
            yield from frames[::-1]

    rows = []
    for number, _ in enumerate(stylizer.video(endless()), start=1):
        progress(f"memory, {method}: frame {number} of {max(counts)}")
        if number in counts:
            gc.collect()
            rows.append([f"{method}, {number} frames", resident()])
        if number == max(counts):
            break
    print_table(["memory, 480x480", "MiB"], rows)


def resident() -> float:
    """Resident memory of this process, MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=40, help="of each clip (40)")
    parser.add_argument("--only", choices=tuple(TARGETS), help="one method")
    parser.add_argument("--clips", nargs="+", choices=CLIPS, default=CLIPS)
    parser.add_argument("--styles", nargs="+", help="names of styles (all)")
    parser.add_argument("--memory", action="store_true", help="measure memory alone")
    parser.add_argument("--most", type=int, default=1000, help="frames of --memory (1000)")
    arguments = parser.parse_args()
    print_conditions("Video", seed=0, frames=arguments.frames)
    styles = [
        style
        for style in STYLES
        if arguments.only in (None, style[0])
        and (arguments.styles is None or style[1] in arguments.styles)
    ]
    if arguments.memory:
        counts = tuple(n for n in (10, 100, 1000) if n <= arguments.most)
        for method in dict.fromkeys(method for method, _, _ in styles):
            folder = next(path for m, _, path in styles if m == method)
            print_memory(method, load_exemplars(folder), counts)
        return
    rows, stage_rows = [], []
    for method, name, folder in styles:
        exemplars = load_exemplars(folder)
        for clip in arguments.clips:
            done = measure_clip(clip, method, exemplars, arguments.frames)
            rows.append(
                [
                    f"{method} {name}, {clip}",
                    done.own,
                    done.ours,
                    f"{done.ours / done.own:.2f}",
                    done.single,
                    done.ours_there,
                    f"{done.single / done.ours_there:.1f}",
                    done.style_single,
                    done.style_ours,
                    f"{done.set_up:.2f}",
                    f"{done.seconds:.3f}",
                    f"{done.cpu:.3f}",
                ]
            )
            stage_rows.append(
                [
                    f"{method} {name}, {clip}",
                    ", ".join(f"{stage} {1e3 * s:.0f}" for stage, s in done.stages.items()),
                ]
            )
    progress("")
    header = [
        "E_warp (levels²)",
        "input",
        "ours",
        "ours/input",
        "by frame",
        "ours there",
        "by frame/ours",
        "style by frame",
        "style ours",
        "set-up s",
        "s/frame",
        "CPU s/frame",
    ]
    print_table(header, rows)
    print_table(["stages, ms a frame", ""], stage_rows)
    print_sintel()


if __name__ == "__main__":
    main()
