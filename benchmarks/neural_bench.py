"""What the parts of `neural.py` share: budgets, pictures, the loss of training, rows."""

from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks import bundled
from benchmarks.protocol import Factor, Recorder, Split
from benchmarks.report import Timing
from facestyle.neural.loss_network import LossNetwork
from facestyle.neural.model_files import Model
from facestyle.neural.objective import Objective, Targets, Terms, content_features
from facestyle.neural.optimize import layer_weights
from facestyle.neural.pictures import resize
from facestyle.neural.settings import TrainOptions
from facestyle.neural.style_pictures import style_size
from facestyle.neural.style_statistics import measure_grams, region_weights


@dataclass(frozen=True)
class Budget:
    """What a run may cost."""

    sizes: tuple[int, ...]
    photos: int
    iterations: int
    steps: int
    crop: int
    guided_size: int
    guided_iterations: int
    compiles: bool
    channels: int


FULL = Budget((256, 512, 1024), 5, 500, 2000, 256, 512, 300, compiles=True, channels=32)
QUICK = Budget((96, 128), 2, 20, 40, 64, 128, 20, compiles=False, channels=16)


@dataclass(frozen=True)
class Bench:
    """Everything that the parts share.

    Attributes
    ----------
    budget : Budget
    device : torch.device
    network : LossNetwork
    style : (1, 3, H, W) tensor
        What the model was trained for.
    model : Model
    photos : list of Path
        Photographs that the model has not seen.
    training : Path, optional
        Folder to train on; without it the bundled sitters that are not held out.
    recorder : Recorder
    data : str
        Name of the photographs' folder, for rows.
    """

    budget: Budget
    device: torch.device
    network: LossNetwork
    style: torch.Tensor
    model: Model
    photos: list[Path]
    training: Path | None
    recorder: Recorder
    data: str

    @property
    def held_out(self) -> list[Path]:
        """As many photographs as the budget allows."""
        return self.photos[: self.budget.photos]

    def add(self, case: str, method: str, scores: dict[str, float], **factors: Factor) -> None:
        """Add values of a photograph, or of what has no photograph."""
        self.recorder.add(case, method, scores, split=self.split(case), data=self.data, **factors)

    def add_timing(self, case: str, method: str, timing: Timing, **factors: Factor) -> None:
        """Add times of repeated runs."""
        self.recorder.add_timing(case, method, timing, data=self.data, **factors)

    def split(self, case: str) -> Split:
        """Whether a network was trained, or chosen, on this photograph."""
        return bundled.half_of(case.rpartition("/")[2], "networks")


def training_objective(bench: Bench, options: TrainOptions, photo: torch.Tensor) -> Objective:
    """The loss that a network was trained for, of one photo."""
    size = (photo.shape[2], photo.shape[3])
    style = resize(bench.style, style_size(bench.style, options.style_size)).clamp(0, 1)
    layers = options.style_layers
    return Objective(
        bench.network,
        Terms(
            content=dict.fromkeys(options.content_layers, options.content_weight),
            style=layer_weights(options.style_weight, layers),
            total_variation=options.total_variation_weight,
        ),
        Targets(
            content=content_features(bench.network, photo, options.content_layers),
            style=measure_grams(bench.network, style, layers),
            weights=region_weights(None, layers),
        ),
        size,
    )


def total(objective: Objective, picture: torch.Tensor) -> float:
    """The sum of all terms."""
    return sum(objective.evaluate(picture)[0].values())


def synchronize(device: torch.device) -> None:
    """Wait for a GPU."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
