"""Our alpha-expansion against gco: energies and times on noise, stereo and portrait costs.

    python benchmarks/graphcut.py [--runs 5] [--grids 128x8 128x32 256x8]

Both solvers get the same arrays through `facestyle.mrf.graphcut.solve_labels`; times are processor
times of the whole call, runs of the two interleaved, after a warm-up. Energies are computed in
float64 from the costs as given. A ratio of energies below 1 means that ours is lower, a ratio of
times above 1 that ours is faster.
"""

import argparse
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray
from report import ROOT, measure, print_conditions, print_table, progress
from scipy.ndimage import gaussian_filter

from facestyle.mrf.graphcut import Labeling, solve_labels

GRIDS = {"128x8": (128, 8), "128x32": (128, 32), "256x8": (256, 8)}  # size, labels
SEED = 0
FARTHEST = 64  # disparity of the nearest part of the stereo pair, full-size px


@dataclass(frozen=True)
class Case:
    """One labeling problem."""

    source: str
    unary: NDArray[np.floating]
    pairwise: NDArray[np.floating]
    horizontal: NDArray[np.floating] | None = None
    vertical: NDArray[np.floating] | None = None

    def solve(self, solver: str) -> Labeling:
        """Labels by one of the solvers."""
        return solve_labels(
            self.unary,
            self.pairwise,
            horizontal=self.horizontal,
            vertical=self.vertical,
            solver=solver,
        )


def potts(count: int, strength: float) -> NDArray[np.floating]:
    return strength * (1 - np.eye(count))


def truncated_linear(count: int, strength: float, limit: int = 4) -> NDArray[np.floating]:
    index = np.arange(count)
    return strength * np.minimum(np.abs(index[:, None] - index), limit)


def noise(size: int, count: int) -> Iterator[Case]:
    """Gaussian noise of unit variance, smoothed at several scales, under weak to strong Potts."""
    for smoothness in (0, 1, 3):
        random = np.random.default_rng(SEED)
        unary = gaussian_filter(
            random.standard_normal((size, size, count)), (smoothness, smoothness, 0)
        )
        unary = ((unary - unary.min()) / unary.std()).astype(np.float32)
        for strength in (0.1, 0.5, 2.0):
            source = f"noise, blur {smoothness} px, Potts {strength}"
            yield Case(source, unary, potts(count, strength))


def stereo(size: int, count: int) -> Iterator[Case]:
    """Absolute differences of a stereo pair (skimage's motorcycle), one label a disparity."""
    left, right, _ = skimage.data.stereo_motorcycle()
    scale = size / left.shape[0]
    left, right = (
        cv2.resize(
            picture / np.float32(255), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
        )
        for picture in (left, right)
    )
    middle = slice((left.shape[1] - size) // 2, (left.shape[1] + size) // 2)
    unary = np.empty((size, size, count), np.float32)
    for label in range(count):
        disparity = round(label * FARTHEST * scale / count)
        moved = np.roll(right, disparity, axis=1)
        unary[..., label] = np.abs(left - moved).sum(axis=2)[:, middle]
    unary = np.minimum(unary, 0.5)
    gray = left.mean(axis=2)[:, middle]
    horizontal, vertical = (np.exp(-8 * np.abs(np.diff(gray, axis=axis))) for axis in (1, 0))
    for strength in (0.02, 0.1):
        yield Case(f"stereo, Potts {strength}", unary, potts(count, strength), horizontal, vertical)
    table = truncated_linear(count, 0.02)
    yield Case("stereo, truncated linear 0.02", unary, table, horizontal, vertical)


def portrait_costs(count: int) -> tuple[list[NDArray[np.floating]], NDArray[np.floating]]:
    """Unary maps of the pipeline for a bundled portrait, and its luminance; on the patch grid."""
    from facestyle.alignment.features import analyze
    from facestyle.alignment.warp import align_exemplar
    from facestyle.exemplars import ExemplarSet
    from facestyle.faces import portrait_from_image
    from facestyle.io.images import read_image
    from facestyle.methods.energy import foreground_lab, prepare_exemplar
    from facestyle.mrf.selection import unary_term

    folder = ROOT / "exemplars"
    rgb = read_image(folder / "portraits" / "eileen_collins.jpg").rgb
    portrait = portrait_from_image(rgb)
    target = analyze(portrait, foreground_lab(portrait))
    exemplars = [
        prepare_exemplar(exemplar)
        for name in ("noir", "warm")
        for exemplar in ExemplarSet.from_folder(folder / name)
    ][:count]
    costs = []
    for exemplar in exemplars:
        mapping = align_exemplar(portrait, exemplar.portrait, target, exemplar.features)
        shape = exemplar.features.shape
        costs.append(unary_term(target.patches, exemplar.features.patches, mapping, shape))
    height, width = target.patches.matte.shape
    luminance = cv2.resize(target.lab[..., 0], (width, height), interpolation=cv2.INTER_AREA)
    return costs, luminance


def portrait(size: int, count: int) -> Iterator[Case]:
    """The pipeline's own field for a bundled portrait, on a grid of the given size."""
    from facestyle.mrf.selection import SMOOTHNESS, pairwise_term

    if count > 10:
        return
    costs, luminance = portrait_costs(count)
    *costs, luminance = (
        cv2.resize(values, (size, size), interpolation=cv2.INTER_AREA)
        for values in (*costs, luminance)
    )
    unary = np.stack(costs, axis=-1)
    horizontal, vertical = pairwise_term(luminance)
    for strength in (SMOOTHNESS, 10 * SMOOTHNESS):
        table = potts(count, strength)
        yield Case(f"portrait, contrast Potts {strength:g}", unary, table, horizontal, vertical)


def compare(case: Case, runs: int) -> list[object]:
    """One row of the table."""
    energies = {}

    def solve(solver: str) -> None:
        energies[solver] = case.solve(solver).energy

    times = measure({s: partial(solve, s) for s in ("numba", "gco")}, runs=runs)
    ours, reference = energies["numba"], energies["gco"]
    least = {solver: 1e3 * min(timing.cpu) for solver, timing in times.items()}
    middle = {solver: 1e3 * statistics.median(timing.cpu) for solver, timing in times.items()}
    return [
        case.source,
        f"{ours:.1f}",
        f"{reference:.1f}",
        f"{ours / reference:.5f}",
        f"{least['numba']:.1f} ({middle['numba']:.1f})",
        f"{least['gco']:.1f} ({middle['gco']:.1f})",
        f"{least['gco'] / least['numba']:.1f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each solver")
    parser.add_argument("--grids", nargs="+", default=list(GRIDS), choices=list(GRIDS))
    arguments = parser.parse_args()
    print_conditions("Graph cut: ours against gco", seed=SEED, runs=arguments.runs)
    header = ["costs", "E ours", "E gco", "E ratio"]
    header += ["ours, CPU ms: least (median)", "gco", "times faster"]
    for grid in arguments.grids:
        size, count = GRIDS[grid]
        rows = []
        for cases in (noise, stereo, portrait):
            for case in cases(size, count):
                progress(f"{grid} {case.source}")
                rows.append(compare(case, arguments.runs))
        progress("")
        print_table([f"{size}x{size}, {count} labels", *header[1:]], rows)


if __name__ == "__main__":
    main()
