"""How many iterations of optimization a network equals: Johnson et al. 2016, figure 5, table 1."""

import time

import numpy as np
import torch

from benchmarks.neural_bench import (
    Bench,
    synchronize,
    total,
    training_objective,
)
from benchmarks.neural_pictures import read_square
from benchmarks.report import Timing, measure, progress
from facestyle.neural.large_pictures import redraw
from facestyle.neural.minimizers import minimize
from facestyle.neural.model_files import Model
from facestyle.neural.settings import Minimizer, TrainOptions

MARKS = (1, 10, 25, 50, 100, 200, 500)  # iterations whose loss is kept
GATYS = 500  # iterations that Johnson's table 1 gives seconds of
FORWARD_RUNS = 5


def show_curves(bench: Bench) -> None:
    """Losses of the photograph, of the network's result, and along L-BFGS."""
    options = trained_options(bench.model)
    for size in bench.budget.sizes:
        laps: list[float] = []
        for path in bench.held_out:
            progress(f"curves: {size} px, {path.name}")
            photo = read_square(path, size).to(bench.device)
            objective = training_objective(bench, options, photo)
            with torch.inference_mode():
                result = redraw(bench.model.network, photo).clamp(0, 1)
            loss = total(objective, result.clone())
            settings = Minimizer(iterations=bench.budget.iterations, tolerance=0)
            start = time.perf_counter()
            _, history = minimize(objective.evaluate, photo, settings)
            synchronize(bench.device)
            laps.append((time.perf_counter() - start) / bench.budget.iterations)
            curve = np.minimum.accumulate([sum(terms.values()) for terms in history])
            bench.add(path.stem, "the photograph", {"loss": total(objective, photo)}, px=size)
            bench.add(path.stem, "network", {"loss": loss}, px=size)
            add_curve(bench, path.stem, curve, loss, size)
        add_seconds(bench, laps, size)


def add_curve(bench: Bench, case: str, curve: np.ndarray, loss: float, size: int) -> None:
    """The loss after some iterations, and the first that is below the network's."""
    for mark in (m for m in MARKS if m <= len(curve)):
        scores = {"loss": float(curve[mark - 1])}
        bench.add(case, "L-BFGS", scores, px=size, iterations=mark)
    below = np.flatnonzero(curve <= loss)
    if len(below):
        bench.add(case, "network", {"equal iterations": float(below[0] + 1)}, px=size)
    else:
        bench.recorder.skip(f"{case}, {size} px, equal iterations", f"more than {len(curve)}")


def add_seconds(bench: Bench, laps: list[float], size: int) -> None:
    """Seconds of the network, and of as many iterations as Johnson's table has."""
    picture = torch.rand(1, 3, size, size, device=bench.device)

    def forward() -> None:
        with torch.inference_mode():
            bench.model.network(picture)
        synchronize(bench.device)

    timing = measure({"forward": forward}, runs=FORWARD_RUNS)["forward"]
    bench.add_timing("one picture", "network", timing, px=size)
    scaled = tuple(GATYS * lap for lap in laps)
    seconds = {"seconds": Timing(scaled, scaled).median}
    bench.add("one picture", f"L-BFGS, {GATYS} iterations, scaled", seconds, px=size)


def trained_options(model: Model) -> TrainOptions:
    """The settings in a model's record."""
    stored = dict(model.training["options"])
    stored.update(stored.pop("styles", {}).get(model.training.get("style"), {}))
    stored["architecture"] = model.network.architecture
    for name in ("content_layers", "style_layers"):
        stored[name] = tuple(stored[name])
    return TrainOptions(**stored)
