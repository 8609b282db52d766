"""Does paired patch mode draw like the artist? Leave-one-out on photographs with drawings.

    python benchmarks/sketch.py             # held-out half, all methods: about 15 minutes
    python benchmarks/sketch.py --quick     # four pictures: about 1 minute

Every photograph is drawn from the pairs of the other sitters and compared with the artist's own
drawing of it. Pairs with an even number are for tuning; figures are published for the odd ones.
SSIM alone rewards blur and texture measures alone reward noise: only all of them together count.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from report import ROOT, measure, print_conditions, print_table, progress

from facestyle.faces import Portrait, portrait_from_image
from facestyle.io.images import read_image, write_image
from facestyle.methods.patch_paired import (
    Draft,
    PairedSettings,
    PreparedExemplar,
    align_exemplars,
    draft,
    find_candidates,
    make_grid,
    mix,
    normalized_gray,
    overlay,
    photo_feature_maps,
    prepare_exemplar,
    render_draft,
    transfer_patches,
)
from facestyle.metrics import fsim, gmsd, lpips, scoot, ssim
from facestyle.metrics.inputs import gray
from facestyle.metrics.texture import high_frequency_ratio

Image = NDArray[np.float32]

PAIRS = ROOT.parent / "shared" / "data" / "pencil_pairs"
MEASURES: dict[str, Callable[[Image, Image], float]] = {
    "SSIM": ssim,
    "FSIM": fsim,
    "GMSD": gmsd,
    "Scoot": scoot,
    "LPIPS": lpips,
    "HF ratio": high_frequency_ratio,
}
TARGETS = ("> .63", "> .755", "< .225", "> .56", "< .30", "")
# another camera: contrast, then white balance, then gamma
CONTRAST, BALANCE, GAMMA = 0.8, (1.12, 1.0, 0.82), 1.3


@dataclass(frozen=True)
class Case:
    """A photograph, the artist's drawing of it, and the pairs of other sitters.

    Attributes
    ----------
    portrait : Portrait
        The photograph.
    truth : (H, W) float32
    exemplars : tuple of PreparedExemplar
    """

    portrait: Portrait
    truth: Image
    exemplars: tuple[PreparedExemplar, ...]

    @cached_property
    def draft(self) -> Draft:
        """The layers that most methods share."""
        return draft(self.portrait, self.exemplars)


def photograph(case: Case) -> Image:
    return gray(case.portrait.image)


def mean_drawing(case: Case) -> Image:
    return np.mean([e.drawing[..., 0] for e in case.exemplars], axis=0)


def mean_of_best_patches(case: Case) -> Image:
    """Overlapping means of the ten patches whose photographs are most similar."""
    photo, points = case.draft.matched, case.portrait.face.landmarks
    similar = [case.exemplars[n] for n in case.draft.exemplars]
    aligned = align_exemplars(normalized_gray(photo), points, similar)
    grid = make_grid(*photo.shape[:2])
    features = grid.pad(np.moveaxis(photo_feature_maps(photo), 2, 0))
    best = find_candidates(features, grid.pad(aligned.features), grid, 10)
    weights = np.full(best.cost.shape, 1 / best.cost.shape[2], np.float32)
    return overlay(mix(grid.pad(aligned.drawings), grid, best, weights), grid)[..., 0]


def base_alone(case: Case) -> Image:
    layers = replace(case.draft.layers, quilt=case.draft.layers.base)
    return _rendered(case, replace(case.draft, layers=layers), identity=0.0)


def without_smoothness(case: Case) -> Image:
    return _rendered(case, draft(case.portrait, case.exemplars, smooth=False))


def without_identity(case: Case) -> Image:
    return _rendered(case, case.draft, identity=0.0)


def without_split(case: Case) -> Image:
    """Both bands from the quilt."""
    layers = replace(case.draft.layers, base=case.draft.layers.quilt)
    return _rendered(case, replace(case.draft, layers=layers))


def ours(case: Case) -> Image:
    return _rendered(case, case.draft)


METHODS: dict[str, Callable[[Case], Image]] = {
    "photograph in gray": photograph,
    "mean drawing": mean_drawing,
    "mean of 10 best patches": mean_of_best_patches,
    "base alone": base_alone,
    "ours without MRF": without_smoothness,
    "ours without identity": without_identity,
    "ours without split": without_split,
    "ours": ours,
}


def another_camera(case: Case) -> Case:
    """Take the photograph with a flatter, warmer and darker camera."""
    image = ((case.portrait.image - 0.5) * CONTRAST + 0.5) * np.array(BALANCE, np.float32)
    image = np.clip(image, 0, 1) ** np.float32(GAMMA)
    return replace(case, portrait=replace(case.portrait, image=image.astype(np.float32)))


def unmatched(case: Case) -> Image:
    return _rendered(case, draft(case.portrait, case.exemplars, match=False))


def _rendered(case: Case, drafted: Draft, **options: float) -> Image:
    settings = PairedSettings(**options)
    return render_draft(drafted, case.portrait.matte, case.exemplars, settings)[..., 0]


def load_pairs(folder: Path) -> list[Portrait]:
    """The drawings, each with the portrait of its photograph."""
    drawings = []
    for path in sorted((folder / "photos").glob("*.png")):
        progress(f"analyzing {path.name}")
        photo = portrait_from_image(read_image(path).rgb, name=path.name)
        drawing = read_image(folder / "sketches" / path.name).rgb
        # the drawing's own landmarks are not used
        drawings.append(Portrait(drawing, photo.face, photo.matte, path.name, photo))
    if not drawings:
        raise SystemExit(f"{folder}: found no photos/*.png with sketches; give --pairs")
    return drawings


def make_cases(
    drawings: list[Portrait], numbers: list[int], count: int | None, seed: int
) -> list[Case]:
    """Leave-one-out cases with `count` exemplars each, or all."""
    prepared = [prepare_exemplar(drawing) for drawing in drawings]
    cases = []
    for number in numbers:
        others = [n for n in range(len(drawings)) if n != number]
        if count is not None:
            others = list(np.random.default_rng([seed, number]).permutation(others)[:count])
        drawing = drawings[number]
        assert drawing.photo is not None
        exemplars = tuple(prepared[n] for n in others)
        cases.append(Case(drawing.photo, gray(drawing.image), exemplars))
    return cases


def evaluate(
    cases: list[Case], methods: dict[str, Callable[[Case], Image]], save: Path | None = None
) -> dict[str, NDArray[np.float64]]:
    """Mean of every measure, by method."""
    scores: dict[str, list[list[float]]] = {name: [] for name in methods}
    for index, case in enumerate(cases, start=1):
        progress(f"{index}/{len(cases)} {case.portrait.name}")
        pictures = {name: method(case) for name, method in methods.items()}
        for name, picture in pictures.items():
            picture = (np.clip(picture, 0, 1) * 255).round().astype(np.uint8)
            truth = (case.truth * 255).round().astype(np.uint8)
            scores[name].append([judge(picture, truth) for judge in MEASURES.values()])
        if save is not None:
            strip = np.hstack([*pictures.values(), case.truth])
            write_image(save / case.portrait.name, np.repeat(strip[..., None], 3, axis=2))
    progress("")
    return {name: np.mean(values, axis=0) for name, values in scores.items()}


def print_scores(means: dict[str, NDArray[np.float64]]) -> None:
    rows = [[name, *(f"{value:.3f}" for value in values)] for name, values in means.items()]
    print_table(["method", *MEASURES], [*rows, ["target", *TARGETS]])


def print_counts(
    drawings: list[Portrait], numbers: list[int], counts: list[int], seed: int
) -> None:
    print("Against the number of exemplars K:\n")
    rows = []
    for count in counts:
        scores = evaluate(make_cases(drawings, numbers, count, seed), {"ours": ours})["ours"]
        rows.append([f"K = {count}", *(f"{value:.3f}" for value in scores)])
    print_table(["exemplars", *MEASURES], rows)


def print_camera(cases: list[Case]) -> None:
    print(
        f"The photograph taken with another camera (contrast {CONTRAST}, white balance {BALANCE}, "
        f"gamma {GAMMA}):\n"
    )
    changed = evaluate([another_camera(c) for c in cases], {"matched": ours, "not": unmatched})
    same = evaluate(cases, {"matched": ours, "not": unmatched})
    print_scores(
        {
            "same camera, tones not matched": same["not"],
            "same camera, tones matched": same["matched"],
            "another camera, tones not matched": changed["not"],
            "another camera, tones matched": changed["matched"],
        }
    )


def print_times(case: Case) -> None:
    timing = measure({"ours": lambda: transfer_patches(case.portrait, case.exemplars)})["ours"]
    print(
        f"One picture from {len(case.exemplars)} prepared exemplars: {timing}, "
        f"{timing.cpu_median:.2f} s of processor time.\n"
    )


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=Path, default=PAIRS, metavar="DIR")
    parser.add_argument("--half", choices=("held-out", "tuning"), default="held-out")
    parser.add_argument("--images", type=int, metavar="N", help="only N of them, evenly spread")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--counts", type=int, nargs="*", default=[8, 16, 32], metavar="K")
    parser.add_argument("--no-camera", action="store_true", help="skip the change of camera")
    parser.add_argument("--save", type=Path, metavar="DIR", help="write strips of all methods")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="four pictures, no further tables")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.images, arguments.counts, arguments.no_camera = 4, [], True
    return arguments


def main() -> None:
    arguments = read_arguments()
    drawings = load_pairs(arguments.pairs)
    numbers = list(range(arguments.half == "held-out", len(drawings), 2))
    if arguments.images:
        spread = np.linspace(0, len(numbers) - 1, arguments.images).round().astype(int)
        numbers = [numbers[n] for n in spread]
    progress("")
    print_conditions(
        "Pencil drawings with their photographs",
        seed=arguments.seed,
        pairs=len(drawings),
        pictures=f"{len(numbers)} ({arguments.half})",
    )
    cases = make_cases(drawings, numbers, None, arguments.seed)
    print_times(cases[0])
    methods = {name: METHODS[name] for name in METHODS if name in arguments.methods}
    print_scores(evaluate(cases, methods, arguments.save))
    if arguments.counts:
        print_counts(drawings, numbers, arguments.counts, arguments.seed)
    if not arguments.no_camera:
        print_camera(cases)


if __name__ == "__main__":
    main()
