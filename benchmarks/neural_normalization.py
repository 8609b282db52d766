"""Instance against batch normalization with the same budget: Ulyanov et al. 2017, figure 4."""

import shutil
import tempfile
from pathlib import Path

import torch

from benchmarks import bundled
from benchmarks.neural_bench import Bench, total, training_objective
from benchmarks.neural_pictures import read_square
from benchmarks.report import progress
from facestyle.neural.pictures import to_array
from facestyle.neural.settings import Architecture, TrainOptions
from facestyle.neural.style_pictures import StylePicture
from facestyle.neural.train import Trained, train

SHARES = (0.3, 0.5, 0.75, 1)  # of the steps, after which the loss is kept
KINDS = ("instance", "batch")


def compare_normalizations(bench: Bench) -> None:
    """Loss of the training, and on held-out photographs at test time.

    The recipe is that of `facestyle train`, but for the batch of 4.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = bench.training or copy_sitters(Path(name))
        for kind in KINDS:
            options = recipe(bench, kind)
            trained, curve = train_one(bench, options, folder)
            for share in SHARES:
                step = round(bench.budget.steps * share)
                method, scores = f"{kind} normalization", {"loss": curve[step - 1]}
                bench.add("training", method, scores, iterations=step)
            for path in bench.held_out:
                photo = read_square(path, bench.budget.crop).to(bench.device)
                with torch.inference_mode():
                    result = trained.network(photo).clamp(0, 1)
                loss = total(training_objective(bench, options, photo), result.clone())
                bench.add(path.stem, f"{kind} normalization", {"loss": loss})
                picture = to_array(result)
                bench.recorder.picture(path.stem, f"{kind} normalization", picture, data=bench.data)


def recipe(bench: Bench, kind: str) -> TrainOptions:
    """Settings of the training."""
    budget = bench.budget
    return TrainOptions(
        steps=budget.steps,
        warm_up=budget.steps // 4,
        crop=budget.crop,
        architecture=Architecture(budget.channels, normalization=kind),  # type: ignore[arg-type]
        content_layers=("relu2_2",),
        style_weight=10,
        precision="bfloat16",
        seed=bench.recorder.seed,
    )


def train_one(bench: Bench, options: TrainOptions, folder: Path) -> tuple[Trained, list[float]]:
    """A network, and its smoothed loss after every step."""
    curve: list[float] = []

    def note(step: int, losses: dict[str, float], _: object) -> None:
        curve.append(sum(losses.values()))
        progress(f"normalization: step {step}, loss {curve[-1]:.1f}")

    styles = [StylePicture(bench.style)]
    trained = train(bench.network, styles, folder, options, device=bench.device, report=note)
    return trained, curve


def copy_sitters(folder: Path) -> Path:
    """A folder of the bundled sitters that are not held out."""
    for path in sorted((bundled.EXEMPLARS / "sources").glob("*.jpg")):
        if bundled.half_of(path.stem, "networks") == "development":
            shutil.copyfile(path, folder / path.name)
    return folder
