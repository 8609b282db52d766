"""Unpaired patch mode on portraits x styles: identity, texture, time, and a contact sheet.

    python benchmarks/portraits.py ../shared/data -o /tmp/portraits [--sets] [--pictures DIR]

`--pictures DIR` scores pictures made by another program (PORTRAIT_STYLE.png) with the same code.
Identity is dlib's distance between result and photo (below .6: the same person) and, after the
slash, between result and exemplar. Texture is the sliced Wasserstein distance of high-pass patches
(sigma .012 face widths), the exemplar resized to the portrait's face width: the mean of face and
hair, each compared with its like (a woman with long hair has more of an artist's hair strokes).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from facestyle.faces import Portrait, portrait_from_image, read_landmarks
from facestyle.faces.contours import face_width
from facestyle.faces.regions import segment_regions
from facestyle.methods.patch_unpaired import (
    PreparedExemplar,
    UnpairedSettings,
    prepare_exemplar,
    resize_portrait,
    transfer_patches,
)
from facestyle.metrics.identity import face_descriptor
from facestyle.metrics.texture import texture_distance

PORTRAITS = {
    "brazil": "brazil-1368806_1920",
    "fringe": "pinky-2727846_1920",
    "curly": "timg",
    "man": "man_outdoors",
    "beret": "girl-2143709_1920",
    "young": "young-507297_1920",
}
STYLES = (
    "charcoalman",
    "het",
    "ken",
    "malevich",
    "oilman",
    "oldman",
    "stonebust",
    "watercolorgirl",
)
SETS = (
    ("charcoalman", "ken"),
    ("oilman", "oldman", "het"),
    tuple(f"pencil_{number:02d}" for number in (3, 17, 29, 41, 58, 74)),
)
TEXTURE_SIGMA = 0.012
LEAST_AREA = 400  # px


@dataclass(frozen=True)
class Score:
    """Measures of one picture."""

    identity: float
    to_exemplar: float
    texture: float
    seconds: float


def read_portrait(path: Path) -> Portrait:
    """Read a picture, with its landmarks file where there is one."""
    image = np.asarray(Image.open(path).convert("RGB"), np.float32) / 255
    landmarks = path.with_name(f"{path.stem}.landmarks.txt")
    given = read_landmarks(landmarks) if landmarks.exists() else None
    return portrait_from_image(image, name=path.stem, given=given)


class Judge:
    """Scores pictures; remembers what it has measured of portraits and exemplars."""

    def __init__(self) -> None:
        self._descriptors: dict[int, np.ndarray] = {}
        self._masks: dict[int, np.ndarray] = {}
        self._scaled: dict[tuple[int, float], Portrait] = {}
        self._kept: list[Portrait] = []  # so that no two portraits ever share an id

    def score(
        self,
        picture: np.ndarray,
        portrait: Portrait,
        exemplars: Sequence[Portrait],
        seconds: float = np.nan,
    ) -> Score:
        """Measure one picture against its photo and the nearest of its exemplars."""
        self._kept.extend((portrait, *exemplars))
        own = face_descriptor(picture, portrait.face.landmarks)
        width = face_width(portrait.face)
        textures = []
        for exemplar in exemplars:
            key = (id(exemplar), width)
            if key not in self._scaled:
                self._scaled[key] = resize_portrait(exemplar, width / face_width(exemplar.face))
            textures.append(self._texture(picture, portrait, self._scaled[key], width))
        return Score(
            float(np.linalg.norm(own - self._descriptor(portrait))),
            min(float(np.linalg.norm(own - self._descriptor(e))) for e in exemplars),
            min(textures),
            seconds,
        )

    def _descriptor(self, portrait: Portrait) -> np.ndarray:
        if id(portrait) not in self._descriptors:
            self._descriptors[id(portrait)] = face_descriptor(
                portrait.image, portrait.face.landmarks
            )
        return self._descriptors[id(portrait)]

    def _texture(
        self, picture: np.ndarray, portrait: Portrait, exemplar: Portrait, width: float
    ) -> float:
        """Mean over face and hair, weighted by their areas in the portrait."""
        ours, theirs = self._groups(portrait), self._groups(exemplar)
        total, weight = 0.0, 0.0
        for group in (0, 1):
            mask, other = ours == group, theirs == group
            if mask.sum() < LEAST_AREA or other.sum() < LEAST_AREA:
                continue
            distance = texture_distance(
                picture,
                exemplar.image,
                TEXTURE_SIGMA * width,
                result_mask=mask.astype(np.float32),
                exemplar_mask=other.astype(np.float32),
            )
            total += float(mask.sum()) * distance
            weight += float(mask.sum())
        return total / max(weight, 1.0)

    def _groups(self, portrait: Portrait) -> np.ndarray:
        """0 face, 1 hair, 2 clothes, 3 background."""
        if id(portrait) not in self._masks:
            self._masks[id(portrait)] = segment_regions(portrait).groups
        return self._masks[id(portrait)]


def contact_sheet(rows: Sequence[Sequence[np.ndarray]], path: Path, height: int = 384) -> None:
    """Write rows of pictures as one."""
    lines = []
    for row in rows:
        line = [
            cv2.resize(p, (round(p.shape[1] * height / p.shape[0]), height), interpolation=3)
            for p in row
        ]
        lines.append(np.hstack(line))
    width = max(line.shape[1] for line in lines)
    lines = [np.pad(p, ((0, 0), (0, width - p.shape[1]), (0, 0)), constant_values=1) for p in lines]
    write(path, np.vstack(lines))


def write(path: Path, picture: np.ndarray) -> None:
    Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)).save(path)


def run(
    portraits: dict[str, Portrait],
    styles: dict[str, tuple[Portrait, ...]],
    make: Callable[[str, str], tuple[np.ndarray, float]],
    out: Path,
) -> dict[tuple[str, str], Score]:
    """Make and score every cell; write the contact sheet and print the table."""
    judge = Judge()
    blank = np.ones((8, 8, 3), np.float32)
    sheet = [[blank] + [style[0].image for style in styles.values()]]
    scores = {}
    for name, portrait in portraits.items():
        row = [portrait.image]
        for style, exemplars in styles.items():
            picture, seconds = make(name, style)
            scores[name, style] = judge.score(picture, portrait, exemplars, seconds)
            row.append(picture)
        sheet.append(row)
    contact_sheet(sheet, out / "sheet.png")
    return scores


def report(
    scores: dict[tuple[str, str], Score], portraits: Sequence[str], styles: Sequence[str]
) -> None:
    """Print identity / distance to the exemplar / texture for each cell, and the means."""
    print(f"{'':10s}" + "".join(f"{style[:14]:>16s}" for style in styles))
    for name in portraits:
        cells = [scores[name, style] for style in styles]
        print(
            f"{name:10s}"
            + "".join(f"  {c.identity:.2f}/{c.to_exemplar:.2f} {c.texture:4.2f}" for c in cells)
        )
    means = [
        [np.mean([getattr(scores[n, s], field) for n in portraits]) for s in styles]
        for field in ("identity", "to_exemplar", "texture")
    ]
    print(
        f"{'mean':10s}"
        + "".join(f"  {a:.2f}/{b:.2f} {c:4.2f}" for a, b, c in zip(*means, strict=True))
    )
    every = list(scores.values())
    print(
        f"identity {np.mean([s.identity for s in every]):.3f} "
        f"(worst {max(s.identity for s in every):.3f}), "
        f"texture {np.mean([s.texture for s in every]):.3f}, "
        f"nearer to the exemplar: {sum(s.identity > s.to_exemplar for s in every)}, "
        f"seconds {np.nanmean([s.seconds for s in every]):.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--portraits", nargs="*", default=list(PORTRAITS))
    parser.add_argument("--styles", nargs="*", default=list(STYLES))
    parser.add_argument("--sets", action="store_true", help="sets of several exemplars")
    parser.add_argument("--labels", default="mrf", choices=("mrf", "free"))
    parser.add_argument("--identity", type=float)
    parser.add_argument("--texture", type=float)
    parser.add_argument("--pictures", type=Path, help="score these instead of making pictures")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    data = options.data
    portraits = {
        name: read_portrait(data / "portraits" / f"{PORTRAITS[name]}.png")
        for name in options.portraits
    }
    groups = [(style,) for style in options.styles]
    if options.sets:
        groups = [group for chosen in SETS for group in (*((m,) for m in chosen), chosen)]
    styles = {"+".join(g)[:60]: tuple(_style(data, name) for name in g) for g in groups}
    prepared = {name: [prepare_exemplar(p) for p in style] for name, style in styles.items()}
    dials = {
        key: value
        for key, value in (("identity", options.identity), ("texture", options.texture))
        if value is not None
    }

    def make(name: str, style: str) -> tuple[np.ndarray, float]:
        if options.pictures:
            path = options.pictures / f"{name}_{style}.png"
            return np.asarray(Image.open(path).convert("RGB"), np.float32) / 255, np.nan
        path = options.out / f"{name}_{style}.png"
        return _timed(portraits[name], prepared[style], options.labels, dials, path)

    scores = run(portraits, styles, make, options.out)
    report(scores, options.portraits, list(styles))


_styles: dict[str, Portrait] = {}


def _style(data: Path, name: str) -> Portrait:
    """A painting, or one of the pencil drawings."""
    if name not in _styles:
        kind, _, number = name.partition("_")
        path = data / "paintings" / f"{name}.png"
        if kind == "pencil":
            path = data / "pencil_pairs" / "sketches" / f"{number}.png"
        _styles[name] = read_portrait(path)
    return _styles[name]


def _timed(
    portrait: Portrait,
    exemplars: Sequence[PreparedExemplar],
    labels: str,
    dials: dict[str, float],
    path: Path,
) -> tuple[np.ndarray, float]:
    """One picture, and the seconds it took with its exemplars ready."""
    start = time.perf_counter()
    result = transfer_patches(portrait, exemplars, UnpairedSettings(labels=labels, **dials))
    seconds = time.perf_counter() - start - result.timings.get("exemplars", 0.0)
    write(path, result.image)
    return result.image, seconds


if __name__ == "__main__":
    main()
