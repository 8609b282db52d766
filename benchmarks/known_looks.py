"""Does energy mode recover a look that is known? Against the look applied to the input itself.

    python benchmarks/known_looks.py            # held-out sitters, 8 exemplars: about 10 minutes
    python benchmarks/known_looks.py --quick    # four sitters, 4 exemplars: about 1 minute

Every sitter of a folder of portraits is put in four deterministic looks. A method sees the
ordinary portrait of one sitter and the stylized portraits of others; its result is compared with
the truth, inside the matte of the person. Half of the sitters (every second one by name) are for
tuning; figures are published for the other half.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from looks import LOOKS, apply_look
from numpy.typing import NDArray
from report import ROOT, print_conditions, print_table, progress

from facestyle.faces import Portrait, portrait_from_image
from facestyle.imaging.color import from_lab, to_lab
from facestyle.io.images import read_image
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

PORTRAITS = ROOT.parent / "shared" / "data" / "portraits"
# Pictures whose names begin alike show the same sitter.
SITTERS = re.compile(r"WechatIMG26|girl-4024|girl-2099|model-2911")
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
        return transfer_look(self.portrait, exemplars, settings=settings, foreground=image)

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
    return min(case.singles, key=lambda single: single[0])[1]


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
# Rows of the table against the number of exemplars.
AGAINST_COUNT = ("global Reinhard", "faithful MRF, filter on weights", "ours: tone first")


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


def sitter_of(path: Path) -> str:
    """Name of the person in a picture."""
    match = SITTERS.match(path.name)
    return match.group() if match else path.stem


def load_sitters(folder: Path) -> dict[str, Portrait]:
    """One portrait of each sitter, by name."""
    first_pictures: dict[str, Path] = {}
    for path in sorted(folder.glob("*.png")):
        first_pictures.setdefault(sitter_of(path), path)
    if not first_pictures:
        raise SystemExit(f"{folder}: no .png portraits found; give a folder with --portraits")
    sitters = {}
    for name, path in first_pictures.items():
        progress(f"analyzing {path.name}")
        sitters[name] = portrait_from_image(read_image(path).rgb, name=path.name)
    return sitters


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
        ["method", "PSNR", "SSIM", "dE76", "GMSD"],
        [
            [
                name,
                f"{s['psnr']:.2f}",
                f"{s['ssim']:.3f}",
                f"{s['delta_e']:.2f}",
                f"{s['gmsd']:.4f}",
            ]
            for name, s in means.items()
        ],
    )


def print_looks(by_look: dict[str, list[dict[str, Scores]]]) -> None:
    """Print PSNR and color difference of each method and look."""
    methods = next(iter(by_look.values()))[0]
    rows = []
    for name in methods:
        means = [_mean([r[name] for r in results]) for results in by_look.values()]
        rows.append([name, *(f"{m['psnr']:.2f} / {m['delta_e']:.1f}" for m in means)])
    print("PSNR / dE76 of each look:\n")
    print_table(["method", *by_look], rows)


def print_worst(cases: list[Case], results: list[dict[str, Scores]], count: int = 6) -> None:
    """Print the cases in which ours gains least over global Reinhard."""

    def gain(result: dict[str, Scores]) -> float:
        return result["ours: tone first"]["psnr"] - result["global Reinhard"]["psnr"]

    order = sorted(range(len(cases)), key=lambda index: gain(results[index]))[:count]
    losses = sum(gain(result) < 0 for result in results)
    print(f"Ours is below global Reinhard in {losses} of {len(cases)} cases. The worst (PSNR):\n")
    names = ["input unchanged", "global Reinhard", "faithful single, automatic", "ours: tone first"]
    print_table(
        ["case", *names],
        [
            [
                f"{cases[index].look}, {cases[index].portrait.name[:24]}",
                *(f"{results[index][name]['psnr']:.2f}" for name in names),
            ]
            for index in order
        ],
    )


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
    parser.add_argument("--portraits", type=Path, default=PORTRAITS, metavar="DIR")
    parser.add_argument("--half", choices=("held-out", "tuning"), default="held-out")
    parser.add_argument("--looks", nargs="+", choices=LOOKS, default=list(LOOKS), metavar="LOOK")
    parser.add_argument("--exemplars", type=int, default=8, metavar="K")
    parser.add_argument("--counts", type=int, nargs="*", default=[1, 2, 4, 8], metavar="K")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="four sitters, 4 exemplars")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.exemplars, arguments.counts = 4, []
    return arguments


def main() -> None:
    arguments = read_arguments()
    sitters = load_sitters(arguments.portraits)
    inputs = list(sitters)[arguments.half == "held-out" :: 2]
    inputs = inputs[:4] if arguments.quick else inputs
    progress("")
    print_conditions(
        "Known looks",
        seed=arguments.seed,
        sitters=len(sitters),
        inputs=f"{len(inputs)} ({arguments.half})",
        exemplars=arguments.exemplars,
    )
    by_look, all_cases = {}, []
    for look in arguments.looks:
        cases = cases_of_look(look, sitters, inputs, arguments.exemplars, arguments.seed)
        by_look[look] = evaluate(cases, METHODS)
        all_cases += cases
    progress("")
    results = [result for look_results in by_look.values() for result in look_results]
    print_methods(results)
    print_looks(by_look)
    print_worst(all_cases, results)
    if arguments.counts:
        print_counts(all_cases, arguments.counts)


if __name__ == "__main__":
    main()
