"""Does `--method auto` tell drawings from photographs? Leaving out one set, or one painting.

    python benchmarks/choice.py            # about 2 minutes; needs ../shared

Prints how many pictures of each set look drawn to a model that has not seen the set, the vote of
the set, and the constants of `facestyle.methods.medium`, fitted to all but prints (`prints.py`) and
grainy films (`grainy.py`): measures of their own know those. The constants of
`facestyle.methods.marks` are fitted to gray pictures of the development half, films among them; of
the test half's films the models saw neither the look nor the sitter.
"""

import sys
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from grainy import GRAINY, grainy
from looks import LOOKS, apply_look
from prints import PRINTS, printed
from splits import DEVELOPMENT, half_of

from facestyle.alignment.features import ANALYSIS_SCALE
from facestyle.errors import FacestyleError
from facestyle.exemplars import read_exemplar
from facestyle.faces import Portrait
from facestyle.methods.bare_skin import BareSkin
from facestyle.methods.marks import IN_DOUBT, MARKS, measure_marks
from facestyle.methods.medium import MEASURES, measure_skin, printed_score

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
PHOTOS = {
    "headshots_bw/looks": DATA / "headshots_bw" / "looks",
    "headshots_bw/inputs": DATA / "headshots_bw" / "inputs",
    "portraits": DATA / "portraits",
    **{
        f"exemplars/{name}": ROOT / "exemplars" / name
        for name in ("noir", "high_key", "warm", "faded_film", "pencil_photos")
    },
    "pencil_pairs/photos": DATA / "pencil_pairs" / "photos",
}
DRAWINGS = {
    "paintings": DATA / "paintings",
    "public domain": DATA / "public_domain",
    **{
        f"exemplars/{name}": ROOT / "exemplars" / name
        for name in ("pencil", "charcoal", "watercolor", "oil", "engraving")
    },
    "pencil_pairs/sketches": DATA / "pencil_pairs" / "sketches",
}
# rather these than many alike: every third of the 88 pairs
EVERY = {"pencil_pairs/photos": 3, "pencil_pairs/sketches": 3}
ONLY = {"public domain": "mo*"}  # Mona Lisa, Morisot; the others there are photographs
LEFT_OUT_ONE_BY_ONE = ("paintings", "public domain")
# sitters of the bundled sets who were painted: their photographs keep brushwork. They are voted on,
# not fitted to
PAINTED = ("mona_lisa", "george_washington", "jacob_fugger", "pocahontas", "william_penn")
# under which name `splits.py` has a set's sitters
SPLIT_AS = {"public domain": "bundled", "exemplars": "bundled", "headshots_bw": "headshots"}
GRAIN = 0.03  # standard deviation of the film's grain, sRGB of 1
RIDGE = 0.5


@dataclass(frozen=True)
class Sample:
    """One picture: its set, what is left out with it, its measures, whether it is fitted to.

    Gray pictures have measures of marks, fitted to with the others of the development half.
    """

    group: str
    fold: str
    drawn: bool
    measures: np.ndarray
    fitted: bool = True
    printed: float = -np.inf
    marks: np.ndarray | None = None
    marks_fitted: bool = False


def main() -> None:
    """Measure, leave out, fit, print."""
    if not DATA.is_dir():
        raise SystemExit(f"{DATA}: not found; this benchmark needs the measuring data")
    samples = [s for name, folder in PHOTOS.items() for s in read_set(name, folder, drawn=False)]
    samples += [s for name, folder in DRAWINGS.items() for s in read_set(name, folder, drawn=True)]
    scores = leave_out(samples)
    print(
        "| set | is | pictures | look drawn | median log odds | vote |\n|---|---|---|---|---|---|"
    )
    for group in dict.fromkeys(s.group for s in samples):
        own = np.array([v for s, v in zip(samples, scores, strict=True) if s.group == group])
        drawn = next(s.drawn for s in samples if s.group == group)
        vote = "right" if (np.median(own) > 0) == drawn else "WRONG"
        kind = "drawn" if drawn else "photo"
        print(
            f"| {group} | {kind} | {len(own)} | {(own > 0).sum()} | {np.median(own):.1f} | {vote} |"
        )
    wrong_films(samples, scores)
    weights, bias, typical = fit(samples)
    print("measures", *MEASURES)
    print("weights ", *weights.round(2), "bias", round(bias, 2), "typical", *typical.round(2))
    weights, bias, typical = fit(as_marks(samples))
    print("marks", *MARKS)
    print("weights ", *weights.round(2), "bias", round(bias, 2), "typical", *typical.round(2))


def wrong_films(samples: list[Sample], scores: np.ndarray) -> None:
    """Print how many pictures on film look drawn, by half and with and without grain."""
    for half in ("development", "test"):
        for grain in ("film", "without grain"):
            ends = f"{grain}, {half}"
            own = scores[[sample.group.endswith(ends) for sample in samples]]
            print(f"{ends}: {(own > 0).sum()} of {len(own)} look drawn")


def read_set(name: str, folder: Path, *, drawn: bool) -> list[Sample]:
    """Measure the pictures of a folder; ordinary portraits also in the known looks."""
    paths = sorted(p for p in folder.glob(ONLY.get(name, "*")) if p.suffix in (".png", ".jpg"))
    samples = []
    for path in paths[:: EVERY.get(name, 1)]:
        try:
            portrait = read_exemplar(path).portrait
        except FacestyleError as error:
            print(f"skipped: {error}", file=sys.stderr)
            continue
        fold = path.name if name in LEFT_OUT_ONE_BY_ONE else name
        fitted = drawn or path.stem not in PAINTED
        half = half_of(SPLIT_AS.get(name.split("/")[0], name.split("/")[0]), path.stem)
        of_picture = measured(name, fold, portrait, drawn=drawn, fitted=fitted)
        samples.append(replace(of_picture, marks_fitted=fitted and half == DEVELOPMENT))
        if name == "portraits":
            samples += looks_of(portrait, path.stem, half)
    return samples


def looks_of(portrait: Portrait, stem: str, half: str) -> list[Sample]:
    """Measure an ordinary portrait in the known looks, as prints, and on film."""
    samples = []
    variants = {look: replace(portrait, image=apply_look(portrait, look)) for look in LOOKS}
    variants["grain"] = with_grain(portrait, seed=zlib.crc32(stem.encode()))
    for look, styled in variants.items():
        group = f"portraits, {look}"
        sample = measured(group, group, styled, drawn=False, fitted=True)
        samples.append(replace(sample, marks_fitted=half == DEVELOPMENT))
    for kind in PRINTS:
        group = f"portraits, {kind}"
        samples.append(measured(group, group, printed(portrait, kind), drawn=True, fitted=False))
    for look in GRAINY:
        for strength, grain in ((1.0, ""), (0.0, " without grain")):
            styled = grainy(portrait, look, zlib.crc32(f"{stem}{look}".encode()), grain=strength)
            group = f"portraits, {look}{grain}, {half}"
            sample = measured(group, f"portraits, {look}", styled, drawn=False, fitted=False)
            samples.append(replace(sample, marks_fitted=half == DEVELOPMENT))
    return samples


def measured(group: str, fold: str, portrait: Portrait, *, drawn: bool, fitted: bool) -> Sample:
    """Measure one picture."""
    bare = BareSkin.of(portrait)
    marks = measure_marks(bare) if bare.gray else None
    return Sample(
        group, fold, drawn, measure_skin(bare), fitted, printed_score(portrait), marks=marks
    )


def with_grain(portrait: Portrait, seed: int) -> Portrait:
    """A copy at 64 px between the eyes in black and white, on very grainy film."""
    factor = ANALYSIS_SCALE / portrait.face.inter_ocular
    mode = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    gray = cv2.resize(portrait.image.mean(axis=2), None, fx=factor, fy=factor, interpolation=mode)
    noise = np.random.default_rng(seed).normal(0, GRAIN, gray.shape)
    image = np.repeat(np.clip(np.clip(gray, 0, 1) ** 1.3 + noise, 0, 1)[..., None], 3, axis=2)
    matte = cv2.resize(portrait.matte, gray.shape[::-1], interpolation=mode)
    return Portrait(image.astype(np.float32), portrait.face.scaled(factor), matte, portrait.name)


def leave_out(samples: list[Sample]) -> np.ndarray:
    """Score each sample by models fitted without its fold."""
    scores = np.empty(len(samples))
    for fold in {s.fold for s in samples}:
        others = [s for s in samples if s.fold != fold]
        weights, bias, _ = fit(others)
        of_marks, marks_bias, _ = fit(as_marks(others))
        for index, sample in enumerate(samples):
            if sample.fold == fold:
                score = sample.measures @ weights + bias
                if sample.marks is not None:
                    marks = sample.marks @ of_marks + marks_bias + IN_DOUBT
                    score = min(score, marks) if marks < 0 else score
                scores[index] = max(score, sample.printed)
    return scores


def as_marks(samples: list[Sample]) -> list[Sample]:
    """The samples whose marks are fitted to, with these for measures."""
    return [
        replace(s, measures=s.marks, fitted=True)
        for s in samples
        if s.marks is not None and s.marks_fitted
    ]


def fit(samples: list[Sample]) -> tuple[np.ndarray, float, np.ndarray]:
    """Ridge logistic regression by Newton's method: weights, bias and mean of the measures.

    A set counts by the square root of its size; both classes count the same.
    """
    samples = [s for s in samples if s.fitted]
    drawn = np.array([s.drawn for s in samples])
    groups = [s.group for s in samples]
    share = np.array([1 / np.sqrt(groups.count(group)) for group in groups])
    share[drawn] *= share[~drawn].sum() / share[drawn].sum()
    share /= share.mean()
    values = np.stack([s.measures for s in samples])
    mean = np.average(values, axis=0, weights=share)
    spread = np.sqrt(np.average((values - mean) ** 2, axis=0, weights=share))
    design = np.c_[(values - mean) / spread, np.ones(len(values))]
    ridge = np.diag([RIDGE] * len(mean) + [0])
    solution = np.zeros(len(mean) + 1)
    for _ in range(30):
        odds = 1 / (1 + np.exp(-design @ solution))
        hessian = (design.T * (share * odds * (1 - odds))) @ design + ridge
        solution += np.linalg.solve(hessian, design.T @ (share * (drawn - odds)) - ridge @ solution)
    weights = solution[:-1] / spread
    return weights, float(solution[-1] - weights @ mean), mean


if __name__ == "__main__":
    main()
