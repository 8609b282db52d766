"""Does energy mode recover a look that is known? Against the look applied to the input itself.

    python benchmarks/known_looks.py            # the test half's sitters and looks: some 15 minutes
    python benchmarks/known_looks.py --quick    # four sitters, 4 exemplars: about 1 minute

Every sitter is put in deterministic looks, strong ones and mild ones. A method sees the ordinary
portrait of one sitter and the stylized portraits of others of the same half (`splits.py`); its
result is compared with the truth, inside the matte of the person. How often a method is further
from the truth than doing nothing is counted by PSNR.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from argument_types import at_least_one, at_least_zero
from looks import LOOKS, apply_look
from numpy.typing import NDArray
from report import print_conditions, print_table, progress, run_script
from sitters import SHARED, read_sitters, sitter_paths
from splits import DEVELOPMENT, TEST, members

from facestyle.faces import Portrait
from facestyle.imaging.color import from_lab, to_lab
from facestyle.methods.energy import (
    PRESETS,
    EnergyExemplar,
    EnergySettings,
    EnergyTransfer,
    prepare_exemplar,
    transfer_look,
)
from facestyle.metrics.fidelity import fidelity

Scores = dict[str, float]
Image = NDArray[np.float32]
FAITHFUL = EnergySettings(**PRESETS["song2017"])
SHIH = EnergySettings(**PRESETS["shih2014"])

MEASURES = ("psnr", "ssim", "delta_e", "gmsd")


@dataclass(frozen=True)
class Case:
    """One sitter, one look, and the stylized portraits of other sitters.

    Attributes
    ----------
    look : str
    portrait : Portrait
        The ordinary picture.
    truth : (H, W, 3) float32
        The look applied to the portrait.
    exemplars : tuple of EnergyExemplar
        Of other sitters.
    """

    look: str
    portrait: Portrait
    truth: Image
    exemplars: tuple[EnergyExemplar, ...] = field(repr=False)

    def score(self, picture: Image) -> Scores:
        """Compare a picture with the truth inside the matte."""
        return fidelity(picture, self.truth, self.portrait.matte)

    def transfer(
        self, exemplars: Sequence[EnergyExemplar], settings: EnergySettings
    ) -> EnergyTransfer:
        """Run energy mode on the picture as it is.

        The truth is stylized without separating the person from what is behind. At the matte's
        edge a separated foreground differs from it even where the look is recovered: that alone
        makes a GMSD of .06.
        """
        image = self.portrait.image
        return transfer_look(self.portrait, exemplars, settings=settings, lab=to_lab(image))

    @cached_property
    def singles(self) -> list[tuple[float, Scores]]:
        """For each exemplar alone: its mean unary cost, and what the faithful method scores."""
        settings = FAITHFUL.replaced(seams="none")
        results = [self.transfer([e], settings) for e in self.exemplars]
        return [(float(r.selection.costs[0]), self.score(r.foreground)) for r in results]


def input_unchanged(case: Case) -> Scores:
    return case.score(case.portrait.image)


def global_reinhard(case: Case) -> Scores:
    """Lab mean and deviation inside the matte, pooled over the exemplars (Reinhard 2001)."""
    lab = to_lab(case.portrait.image)
    mean, deviation = _lab_moments([case.portrait])
    look_mean, look_deviation = _lab_moments([e.portrait for e in case.exemplars])
    return case.score(from_lab((lab - mean) * (look_deviation / deviation) + look_mean))


def single_mean(case: Case) -> Scores:
    return _mean([scores for _, scores in case.singles])


def single_automatic(case: Case) -> Scores:
    return _transferred(case, SHIH)


def single_oracle(case: Case) -> Scores:
    return max((scores for _, scores in case.singles), key=lambda scores: scores["psnr"])


def mrf_unfiltered(case: Case) -> Scores:
    return _transferred(case, FAITHFUL.replaced(seams="none"))


def mrf_filter_on_output(case: Case) -> Scores:
    return _transferred(case, FAITHFUL.replaced(seams="output"))


def mrf_filter_on_weights(case: Case) -> Scores:
    return _transferred(case, FAITHFUL.replaced(seams="weights"))


def ours(case: Case) -> Scores:
    return _transferred(case, EnergySettings())


METHODS: dict[str, Callable[[Case], Scores]] = {
    "input unchanged": input_unchanged,
    "global Reinhard": global_reinhard,
    "faithful single, mean": single_mean,
    "faithful single, automatic": single_automatic,
    "faithful single, oracle": single_oracle,
    "faithful MRF, no filter": mrf_unfiltered,
    "faithful MRF, filter on output": mrf_filter_on_output,
    "faithful MRF, filter on weights": mrf_filter_on_weights,
    "ours: tone first": ours,
}
# What each run prints; the others ablate the papers' method.
PEERS = (
    *("input unchanged", "global Reinhard", "faithful single, automatic"),
    *("faithful MRF, filter on output", "ours: tone first"),
)
# Rows of the table against the number of exemplars.
AGAINST_COUNT = ("global Reinhard", "ours: tone first")


def _transferred(case: Case, settings: EnergySettings) -> Scores:
    return case.score(case.transfer(case.exemplars, settings).foreground)


def _lab_moments(portraits: list[Portrait]) -> tuple[Image, Image]:
    """Mean and standard deviation of Lab over the matted pixels; each portrait counts alike."""
    first, second = np.zeros(3), np.zeros(3)
    for portrait in portraits:
        weight = portrait.matte[..., None] / portrait.matte.sum(dtype=np.float64)
        lab = to_lab(portrait.image)
        first += (weight * lab).sum(axis=(0, 1)) / len(portraits)
        second += (weight * lab**2).sum(axis=(0, 1)) / len(portraits)
    deviation = np.sqrt(np.maximum(second - first**2, 1e-12))
    return first.astype(np.float32), deviation.astype(np.float32)


def _mean(scores: list[Scores]) -> Scores:
    return {name: float(np.mean([s[name] for s in scores])) for name in MEASURES}


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
    means = {name: _mean([r[name] for r in results]) for name in results[0]}
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
        means = [_mean([r[name] for r in results]) for results in by_look.values()]
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
        columns.append({name: _mean([r[name] for r in results])["psnr"] for name in methods})
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
