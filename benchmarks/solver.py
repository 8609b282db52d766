"""Our alpha-expansion against gco and PyMaxflow: energies and times on noise, stereo, portraits.

    python -m benchmarks solver [--quick] [--grids 128x8 128x32 256x8]

All solvers get the same costs; times are processor times of the whole call, runs in turn, after a
warm-up. Energies are computed in float64 from the costs as given. gco is `pip install
"facestyle[gco]"`; PyMaxflow's expansion (`pip install PyMaxflow`) takes no weights of single edges,
so it runs on noise only. `energy to ours` below 1 means that the other's is lower.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from benchmarks import bundled
from benchmarks.argument_types import at_least_one
from benchmarks.protocol import MissingDataError, Recorder
from benchmarks.report import measure, progress
from facestyle.errors import MissingDependencyError
from facestyle.mrf.graphcut import solve_labels

GRIDS = {"64x4": (64, 4), "128x8": (128, 8), "128x32": (128, 32), "256x8": (256, 8)}  # size, labels
QUICK_GRID = "64x4"
CHOOSING = ("runs", "grids")
FARTHEST = 64  # disparity of the nearest part of the stereo pair, full-size px


@dataclass(frozen=True)
class Case:
    """One labeling problem."""

    source: str
    unary: NDArray[np.floating]
    pairwise: NDArray[np.floating]
    horizontal: NDArray[np.floating] | None = None
    vertical: NDArray[np.floating] | None = None

    def solve(self, solver: str) -> float:
        """Energy that one of the solvers finds."""
        if solver == "PyMaxflow":
            return self._solve_with_pymaxflow()
        return solve_labels(
            self.unary,
            self.pairwise,
            horizontal=self.horizontal,
            vertical=self.vertical,
            solver=solver,
        ).energy

    def _solve_with_pymaxflow(self) -> float:
        from maxflow.fastmin import aexpansion_grid

        unary = self.unary.astype(np.float64)
        labels = aexpansion_grid(unary, self.pairwise.astype(np.float64))
        own = np.take_along_axis(unary, labels[..., None], axis=2).sum()
        across = self.pairwise[labels[:, 1:], labels[:, :-1]].sum()
        return float(own + across + self.pairwise[labels[1:], labels[:-1]].sum())


def potts(count: int, strength: float) -> NDArray[np.floating]:
    return strength * (1 - np.eye(count))


def truncated_linear(count: int, strength: float, limit: int = 4) -> NDArray[np.floating]:
    index = np.arange(count)
    return strength * np.minimum(np.abs(index[:, None] - index), limit)


def noise(size: int, count: int, seed: int) -> Iterator[Case]:
    """Gaussian noise of unit variance, smoothed at several scales, under weak to strong Potts."""
    for smoothness in (0, 1, 3):
        random = np.random.default_rng(seed)
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
    from facestyle.selection.patch_selection import unary_term

    rgb = read_image(bundled.PORTRAIT).rgb
    portrait = portrait_from_image(rgb)
    target = analyze(portrait, foreground_lab(portrait))
    exemplars = [
        prepare_exemplar(exemplar)
        for name in ("noir", "warm")
        for exemplar in ExemplarSet.from_folder(bundled.EXEMPLARS / name)
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
    from facestyle.selection.patch_selection import SMOOTHNESS, pairwise_term

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


SOLVERS = {"ours": "numba", "gco": "gco", "PyMaxflow": "PyMaxflow"}


def usable_solvers(recorder: Recorder) -> dict[str, str]:
    """The solvers that are installed; the others are skipped by name."""
    tiny = Case("tiny", np.zeros((2, 2, 2), np.float32), potts(2, 1.0))
    found = {}
    for name, solver in SOLVERS.items():
        try:
            tiny.solve(solver)
        except (ImportError, MissingDependencyError) as error:
            recorder.skip(name, f"is not installed: {error}")
        else:
            found[name] = solver
    return found


def measure_case(
    name: str, case: Case, solvers: dict[str, str], runs: int, recorder: Recorder
) -> None:
    """Energies and processor times of one problem."""
    energies: dict[str, float] = {}
    weighted = case.horizontal is not None
    fitting = {n: s for n, s in solvers.items() if not (weighted and s == "PyMaxflow")}

    def solve(solver: str) -> None:
        energies[solver] = case.solve(fitting[solver])

    times = measure({solver: partial(solve, solver) for solver in fitting}, runs=runs)
    for solver, timing in times.items():
        ratio = energies[solver] / energies["ours"]
        scores = {"energy": energies[solver], "energy to ours": ratio}
        recorder.add(name, solver, scores, split="none")
        recorder.add_timing(name, solver, timing)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--runs", type=at_least_one, metavar="N", help="timed runs of each solver (5; quick: 1)"
    )
    parser.add_argument(
        "--grids", nargs="+", choices=GRIDS, help=f"(all but {QUICK_GRID}; quick: only that)"
    )


def set_defaults(arguments: argparse.Namespace) -> None:
    quick = arguments.quick
    arguments.runs = arguments.runs or (1 if quick else 5)
    arguments.grids = arguments.grids or ([QUICK_GRID] if quick else list(GRIDS)[1:])


def run(arguments: argparse.Namespace, recorder: Recorder) -> None:
    """Solve every problem with every solver that is installed."""
    if arguments.data is not None:
        raise MissingDataError("--data", "this benchmark makes its problems itself")
    solvers = usable_solvers(recorder)
    for grid in arguments.grids:
        size, count = GRIDS[grid]
        for cases in (partial(noise, seed=recorder.seed), stereo, portrait):
            for case in cases(size, count):
                progress(f"{grid} {case.source}")
                measure_case(f"{grid}/{case.source}", case, solvers, arguments.runs, recorder)
