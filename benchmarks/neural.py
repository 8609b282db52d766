"""Neural wing: the claims of Johnson 2016 and Ulyanov 2017, guidance by regions, throughput.

    python benchmarks/neural.py [--quick] [--only PART ...] [--model FILE] [--device DEVICE]
        [--sizes PX ...] [--photos N] [--iterations N] [--steps N] [--crop PX] [--save DIR]

Parts: `curves` (a feed-forward result's loss as a number of L-BFGS iterations, and the speed-up),
`normalization` (instance against batch, same budget), `guidance` (statistics by region on
portraits), `throughput` (memory formats, precisions, compilation) and `limits` (share of a GPU's
bandwidth and arithmetic; says so where there is no GPU). `--quick` takes sizes and budgets that a
CPU finishes in minutes. Photos: ../shared/data/portraits, which no training saw.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import report
import torch
from neural_bench import FULL, QUICK, SEED, STYLE, Bench, read
from neural_claims import compare_guidance, compare_normalizations, show_curves
from neural_speed import compare_with_limits, measure_throughput

from facestyle.neural.device import DEVICES, choose_device
from facestyle.neural.loss_network import load_loss_network
from facestyle.neural.model_files import load_named

OVERRIDES = {
    "photos": "held-out photos",
    "iterations": "of L-BFGS",
    "steps": "of training",
    "crop": "side of a crop",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="sizes for a CPU")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--model", help="file or bundled name, of the same style")
    parser.add_argument("--device", choices=DEVICES, default="auto")
    for name, what in OVERRIDES.items():
        parser.add_argument(f"--{name}", type=int, metavar="N", help=f"{what} of the budget")
    parser.add_argument("--sizes", type=int, nargs="+", metavar="PX", help="sizes of the budget")
    parser.add_argument("--save", type=Path, metavar="DIR", help="pictures of normalization")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    device = choose_device(arguments.device)
    given = {name: getattr(arguments, name) for name in (*OVERRIDES, "sizes")}
    changed: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    budget = replace(QUICK if arguments.quick else FULL, **changed)
    threads = torch.get_num_threads()
    report.print_conditions("Neural wing", seed=SEED, device=device.type, threads=threads)
    bench = Bench(
        budget,
        device,
        load_loss_network(device=device),
        read(STYLE, 512).to(device),
        None if arguments.model is None else load_named(arguments.model, device),
        arguments.save,
    )
    for part in arguments.only:
        PARTS[part](bench)


PARTS: dict[str, Callable[[Bench], None]] = {
    "curves": show_curves,
    "normalization": compare_normalizations,
    "guidance": compare_guidance,
    "throughput": measure_throughput,
    "limits": compare_with_limits,
}

if __name__ == "__main__":
    main()
