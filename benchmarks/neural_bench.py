"""What the parts of `neural.py` share: budgets, pictures, the loss of training."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import report
import torch
from PIL import Image

from facestyle.neural.loss_network import LossNetwork
from facestyle.neural.model_files import Model
from facestyle.neural.objective import Objective, Targets, Terms, content_features
from facestyle.neural.optimize import layer_weights
from facestyle.neural.pictures import resize, to_tensor
from facestyle.neural.settings import TrainOptions
from facestyle.neural.style_pictures import style_size
from facestyle.neural.style_statistics import measure_grams, region_weights

DATA = report.ROOT.parent / "shared" / "data"
STYLE = report.ROOT / "benchmarks" / "styles" / "great_wave.jpg"
HELD_OUT = DATA / "portraits"
SEED = 0


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
QUICK = Budget((96, 128), 2, 60, 40, 64, 128, 30, compiles=False, channels=16)


@dataclass(frozen=True)
class Bench:
    """Everything that the parts share."""

    budget: Budget
    device: torch.device
    network: LossNetwork
    style: torch.Tensor
    model: Model | None
    save: Path | None


def read(path: Path, longer: int) -> torch.Tensor:
    with Image.open(path) as file:
        picture = file.convert("RGB")
    picture.thumbnail((longer, longer), Image.Resampling.LANCZOS)
    return to_tensor(np.asarray(picture, np.float32) / 255)


def read_square(path: Path, side: int) -> torch.Tensor:
    with Image.open(path) as file:
        picture = file.convert("RGB")
    shorter = min(picture.size)
    left, top = (picture.width - shorter) // 2, (picture.height - shorter) // 2
    box = (left, top, left + shorter, top + shorter)
    pixels = picture.resize((side, side), Image.Resampling.LANCZOS, box=box)
    return to_tensor(np.asarray(pixels, np.float32) / 255)


def held_out(count: int) -> list[Path]:
    return sorted(HELD_OUT.glob("*.*"))[:count]


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
    return sum(objective.evaluate(picture)[0].values())


def synchronize(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
