"""Losses of trained networks and of optimization: the curves of Johnson 2016 and Ulyanov 2016.

    python -m benchmarks neural [--quick] [--parts curves normalization ...]
    python -m benchmarks neural --parts normalization --steps 800 --crop 96 --photos 4

Parts: `curves` (the iterations of L-BFGS that a network equals, and the speed-up), `normalization`
(instance against batch, same budget), `guidance` (statistics by region), `portraits` (identity and
style loss of sitters with and without regions, 256 px), `waiting` (loss and seconds of the command
on a CPU, against 60 iterations of plain L-BFGS), `throughput` (formats, precisions, compilation),
`limits` (share of a GPU's bandwidth and arithmetic). Photographs are bundled ones that no bundled
network was trained on, or those of --data.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from benchmarks import bundled
from benchmarks.argument_types import at_least_one
from benchmarks.layouts import portrait_files
from benchmarks.neural_bench import FULL, QUICK, Bench
from benchmarks.neural_curves import show_curves
from benchmarks.neural_guidance import compare_guidance
from benchmarks.neural_normalization import compare_normalizations
from benchmarks.neural_pictures import read
from benchmarks.neural_portraits import compare_portraits
from benchmarks.neural_speed import compare_with_limits, measure_throughput
from benchmarks.neural_waiting import measure_waiting
from benchmarks.protocol import BUNDLED, MissingDataError, Recorder
from facestyle.neural.device import DEVICES, choose_device
from facestyle.neural.loss_network import load_loss_network
from facestyle.neural.model_files import load_named

PARTS = {
    "curves": show_curves,
    "normalization": compare_normalizations,
    "guidance": compare_guidance,
    "portraits": compare_portraits,
    "waiting": measure_waiting,
    "throughput": measure_throughput,
    "limits": compare_with_limits,
}
QUICK_PARTS = ("curves", "throughput")
MODEL = "wave"  # its style is bundled.MODEL_STYLE: a loss of another says nothing
CHOOSING = ("parts", "sizes")  # px are in every row that they change
BUDGET = {
    "photos": "held-out photographs",
    "iterations": "of L-BFGS",
    "steps": "of training",
    "crop": "side of a crop, px",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--parts", nargs="+", choices=PARTS, help="(all; two for --quick)")
    parser.add_argument("--model", default=MODEL, help=f"file or bundled name ({MODEL})")
    parser.add_argument("--style", type=Path, metavar="FILE", help="what it was trained for")
    parser.add_argument("--device", choices=DEVICES, default="auto")
    for name, what in BUDGET.items():
        parser.add_argument(f"--{name}", type=at_least_one, metavar="N", help=what)
    parser.add_argument("--sizes", type=at_least_one, nargs="+", metavar="PX", help="of pictures")
    parser.add_argument("--train", type=Path, metavar="DIR", help="what `normalization` trains on")


def set_defaults(arguments: argparse.Namespace) -> None:
    budget = QUICK if arguments.quick else FULL
    for name in (*BUDGET, "sizes"):
        if getattr(arguments, name) is None:
            setattr(arguments, name, getattr(budget, name))
    arguments.parts = arguments.parts or list(QUICK_PARTS if arguments.quick else PARTS)
    arguments.style = arguments.style or bundled.MODEL_STYLE
    if arguments.device == "auto":
        arguments.device = choose_device().type


def run(arguments: argparse.Namespace, recorder: Recorder) -> None:
    """Run each part, so that one that lacks something stops none of the others."""
    torch.manual_seed(recorder.seed)
    changed: dict[str, Any] = {name: getattr(arguments, name) for name in (*BUDGET, "sizes")}
    device = choose_device(arguments.device)
    paths = [path for path in photographs(arguments.data) if is_picture(path, recorder)]
    if not paths:
        raise MissingDataError("neural", f"no picture of {arguments.data} can be read")
    bench = Bench(
        budget=replace(QUICK if arguments.quick else FULL, **changed),
        device=device,
        network=load_loss_network(device=device),
        style=read(arguments.style, 512).to(device),
        model=load_named(arguments.model, device),
        photos=paths,
        training=arguments.train,
        recorder=recorder,
        data=BUNDLED if arguments.data is None else arguments.data.name,
    )
    for part in arguments.parts:
        with recorder.skipping(f"neural, {part}"):
            PARTS[part](bench)


def is_picture(path: Path, recorder: Recorder) -> bool:
    """Whether a photograph can be read; it is named where it cannot."""
    with recorder.skipping(path.name):
        read(path, 1)
        return True
    return False


def photographs(data: Path | None) -> list[Path]:
    """Portraits of a folder, or the bundled ones that no bundled network has seen."""
    if data is not None:
        return portrait_files(data)
    return [p for p in bundled.portraits() if bundled.half_of(p.stem, "networks") == "test"]
