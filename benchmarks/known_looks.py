"""Does energy mode recover a look that is known? Against the look applied to the input itself.

    python benchmarks/known_looks.py            # the test half's sitters and looks: some 15 minutes
    python benchmarks/known_looks.py --quick    # four sitters, 4 exemplars: about 1 minute

Every sitter is put in deterministic looks, strong ones and mild ones. A method sees the ordinary
portrait of one sitter and the stylized portraits of others of the same half (`splits.py`); its
result is compared with the truth, inside the matte of the person. How often a method is further
from the truth than doing nothing is counted by PSNR.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from argument_types import at_least_one, at_least_zero
from known_looks_methods import (
    AGAINST_COUNT,
    METHODS,
    PEERS,
    Case,
    Scores,
    mean_scores,
)
from looks import LOOKS, apply_look
from report import print_conditions, print_table, progress, run_script
from sitters import SHARED, read_sitters, sitter_paths
from splits import DEVELOPMENT, TEST, members

from facestyle.faces import Portrait
from facestyle.methods.energy import (
    prepare_exemplar,
)


def choose_exemplars(sitters: list[str], own: str, seed: int) -> list[str]:
    """The other sitters in an order that depends on the seed and the input's place only."""
    others = [name for name in sitters if name != own]
    generator = np.random.default_rng([seed, sitters.index(own)])
    return [others[index] for index in generator.permutation(len(others))]


def cases_of_look(
    look: str, sitters: dict[str, Portrait], inputs: list[str], count: int, seed: int
) -> list[Case]:
    """Make the cases of one look; its exemplars are analyzed once."""
    names = list(sitters)
    chosen = {name: choose_exemplars(names, name, seed)[:count] for name in inputs}
    prepared = {}
    for name in sorted({name for others in chosen.values() for name in others}):
        progress(f"{look}: preparing {name}")
        portrait = sitters[name]
        prepared[name] = prepare_exemplar(replace(portrait, image=apply_look(portrait, look)))
    cases = []
    for name in inputs:
        portrait = sitters[name]
        truth = apply_look(portrait, look)
        exemplars = tuple(prepared[other] for other in chosen[name])
        cases.append(Case(look, portrait, truth, exemplars))
    return cases


def evaluate(
    cases: list[Case], methods: dict[str, Callable[[Case], Scores]]
) -> list[dict[str, Scores]]:
    """Scores of every method for every case."""
    results = []
    for index, case in enumerate(cases, start=1):
        progress(f"{case.look}: {index}/{len(cases)} {case.portrait.name}")
        results.append({name: method(case) for name, method in methods.items()})
    return results


def print_methods(results: list[dict[str, Scores]]) -> None:
    """Print the mean of each method over all cases."""
    means = {name: mean_scores([r[name] for r in results]) for name in results[0]}
    print_table(
        ["method", "PSNR", "SSIM", "dE76", "GMSD", "worse than the input"],
        [
            [
                name,
                f"{s['psnr']:.2f}",
                f"{s['ssim']:.3f}",
                f"{s['delta_e']:.2f}",
                f"{s['gmsd']:.4f}",
                f"{_worse(results, name)} of {len(results)}",
            ]
            for name, s in means.items()
        ],
    )


def _worse(results: list[dict[str, Scores]], name: str) -> int:
    """In how many cases a method is further from the truth than doing nothing, by PSNR."""
    return sum(r[name]["psnr"] < r["input unchanged"]["psnr"] for r in results)


def print_looks(by_look: dict[str, list[dict[str, Scores]]]) -> None:
    """Print PSNR and color difference of each method and look."""
    methods = next(iter(by_look.values()))[0]
    rows = []
    for name in methods:
        means = [mean_scores([r[name] for r in results]) for results in by_look.values()]
        worse = [_worse(results, name) for results in by_look.values()]
        rows.append(
            [
                name,
                *(
                    f"{m['psnr']:.2f} / {m['delta_e']:.1f} / {w}"
                    for m, w in zip(means, worse, strict=True)
                ),
            ]
        )
    print("PSNR / dE76 / cases worse than the input, of each look:\n")
    print_table(["method", *by_look], rows)


def print_counts(cases: list[Case], counts: list[int]) -> None:
    """Print PSNR against the number of exemplars."""
    methods = {name: METHODS[name] for name in AGAINST_COUNT}
    columns = []
    for count in counts:
        fewer = [replace(case, exemplars=case.exemplars[:count]) for case in cases]
        results = evaluate(fewer, methods)
        columns.append({name: mean_scores([r[name] for r in results])["psnr"] for name in methods})
    progress("")
    print("PSNR against the number of exemplars K:\n")
    rows = [[name, *(f"{column[name]:.2f}" for column in columns)] for name in methods]
    print_table(["method", *(f"K = {count}" for count in counts)], rows)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=SHARED, metavar="DIR")
    parser.add_argument("--half", choices=(DEVELOPMENT, TEST), default=TEST)
    parser.add_argument("--looks", nargs="+", choices=LOOKS, metavar="LOOK")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=PEERS, metavar="METHOD")
    parser.add_argument("--exemplars", type=at_least_one, default=8, metavar="K")
    parser.add_argument("--counts", type=at_least_one, nargs="*", default=[], metavar="K")
    parser.add_argument("--seed", type=at_least_zero, default=1)
    parser.add_argument("--quick", action="store_true", help="four sitters, 4 exemplars")
    arguments = parser.parse_args()
    arguments.looks = arguments.looks or list(members("looks", arguments.half))
    if arguments.quick:
        arguments.exemplars, arguments.counts = 4, []
    return arguments


def main() -> None:
    arguments = read_arguments()
    sitters = read_sitters(sitter_paths(arguments.half, arguments.data))
    if len(sitters) <= arguments.exemplars:
        raise SystemExit(
            f"{arguments.data}: {len(sitters)} sitters found, {arguments.exemplars + 1} are "
            "needed; give a folder with --data, or fewer --exemplars"
        )
    inputs = list(sitters)
    inputs = inputs[:: len(inputs) // 4][:4] if arguments.quick else inputs
    print_conditions(
        "Known looks",
        seed=arguments.seed,
        half=arguments.half,
        sitters=len(sitters),
        inputs=len(inputs),
        exemplars=arguments.exemplars,
    )
    methods = {
        name: METHODS[name] for name in dict.fromkeys(("input unchanged", *arguments.methods))
    }
    by_look, all_cases = {}, []
    for look in arguments.looks:
        cases = cases_of_look(look, sitters, inputs, arguments.exemplars, arguments.seed)
        by_look[look] = evaluate(cases, methods)
        all_cases += cases if arguments.counts else []
        print_looks({look: by_look[look]})
    progress("")
    print_methods([result for results in by_look.values() for result in results])
    print_looks(by_look)
    if arguments.counts:
        print_counts(all_cases, arguments.counts)


if __name__ == "__main__":
    run_script(main)
