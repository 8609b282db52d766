"""Make the statistics of ordinary portraits that energy mode tells a look from its sitters by.

    python benchmarks/population.py             # writes facestyle/assets/population.npz

From the development half's photographed sitters, and every eighth photograph of the pencil pairs:
means and covariances over the sitters, and a mean face of eight px between the eyes; nothing else.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from report import ROOT, run_script
from sitters import SHARED, read_sitters, sitter_paths
from splits import DEVELOPMENT

from facestyle.alignment.features import analyze
from facestyle.alignment.warp import align_exemplar, outside, sample, similarity_between
from facestyle.faces import Face, Portrait
from facestyle.methods.energy import (
    EnergyExemplar,
    foreground_lab,
    prepare_exemplar,
    reduce_portrait,
    tone_statistics,
)

Arrays = dict[str, np.ndarray]

ASSET = ROOT / "facestyle" / "assets" / "population.npz"
TONE_SCALE = 64.0  # px between the eyes; the tones need no more
BAND_SCALE = 128.0  # the finest band's Gaussian is a pixel there
STUDENTS = range(0, 88, 8)  # few of the pairs' 88: one studio, one age
# frame of the mean face: size and middle of the eyes at 64 px between them, and how much coarser
# its maps are
SIZE, CENTER, COARSER = (288, 352), (144.0, 160.0), 8
_FLOOR = 1e-5  # of energies, as facestyle.methods.energy.gain has it
_LEAST_SITTERS = 8.0  # behind a place of the map, else it is filled from its surroundings


def tones(portraits: Sequence[Portrait]) -> Arrays:
    """Means and covariances of the tone statistics."""
    small = [reduce_portrait(portrait, TONE_SCALE) for portrait in portraits]
    statistics = [tone_statistics(analyze(p, foreground_lab(p))) for p in small]
    arrays = {}
    for channel, field in (("L", "lightness"), ("a", "a"), ("b", "b")):
        values = np.stack([getattr(s, field) for s in statistics])
        arrays[f"mean_{channel}"] = values.mean(axis=0).astype(np.float32)
        arrays[f"covariance_{channel}"] = np.cov(values.T).astype(np.float32)
    return arrays


def mean_shape(portraits: Sequence[Portrait]) -> Portrait:
    """Mean landmarks, outline and matte in the frame of the maps."""
    width, height = SIZE
    half = TONE_SCALE / 2
    eyes = np.array([(CENTER[0] - half, CENTER[1]), (CENTER[0] + half, CENTER[1])])
    points, mattes = [], []
    for portrait in portraits:
        matrix = similarity_between(portrait.face.eyes, eyes)
        both = np.vstack([portrait.face.landmarks, portrait.face.outline])
        points.append(both @ matrix[:, :2].T + matrix[:, 2])
        layers = np.dstack([portrait.matte, np.ones_like(portrait.matte)])
        mattes.append(cv2.warpAffine(layers, matrix, SIZE, flags=cv2.INTER_AREA))
    total = np.sum(mattes, axis=0)
    matte = (total[..., 0] / np.maximum(total[..., 1], 0.5)).astype(np.float32)
    mean = np.mean(points, axis=0)
    face = Face(mean[:68], None, mean[68:], "file")
    return Portrait(np.zeros((height, width, 3), np.float32), face, matte, "mean face")


def maps(mean: Portrait, prepared: Sequence[EnergyExemplar]) -> Arrays:
    """Means and variances of residuals and log energies in the mean face's frame."""
    width, height = SIZE[0] // COARSER, SIZE[1] // COARSER
    levels = len(prepared[0].stack.energies)
    # residuals differ in shape here: how light persons are as a whole is in the tones
    level = np.mean([_person_mean(e) for e in prepared], axis=0)
    sums = np.zeros((3, levels + 1, height, width, 3))
    skin = np.zeros((height, width))
    grid = analyze(mean)  # the alignment reads its size alone
    for exemplar in prepared:
        mapping = align_exemplar(mean, exemplar.portrait, grid, exemplar.features, dense=False)
        mapping = cv2.resize(mapping, (width, height), interpolation=cv2.INTER_AREA)
        shape = exemplar.features.shape
        seen = sample(exemplar.portrait.matte, mapping, shape) * ~outside(mapping, shape)
        skin += sample(exemplar.features.skin, mapping, shape) / len(prepared)
        values = [np.log(energy + np.float32(_FLOOR)) for energy in exemplar.stack.energies]
        for index, value in enumerate([*values, exemplar.stack.residual]):
            resolved = 1.0 if index == levels else exemplar.resolved[index]
            weight = (seen * resolved)[..., None]
            value = sample(value, mapping, shape)
            if index == levels:
                value = value + (level - _person_mean(exemplar))
            for power in range(3):
                sums[power, index] += weight * value**power
    means, variances = [], []
    for one, first, second in zip(*sums, strict=True):
        overall = first.sum(axis=(0, 1)) / one.sum(axis=(0, 1))
        spread = second.sum(axis=(0, 1)) / one.sum(axis=(0, 1)) - overall**2
        # places that few sitters show are like all the others together
        missing = np.maximum(_LEAST_SITTERS - one, 0)
        average = (first + missing * overall) / (one + missing)
        square = (second + missing * (spread + overall**2)) / (one + missing)
        means.append(average.astype(np.float16))
        variances.append((square - average**2).astype(np.float16))
    return {
        "residual": means[-1],
        "residual_variance": variances[-1],
        "energies": np.stack(means[:-1]),
        "energy_variances": np.stack(variances[:-1]),
        "skin": skin.astype(np.float16),
    }


def _person_mean(exemplar: EnergyExemplar) -> np.ndarray:
    """Mean Lab of a person."""
    features = exemplar.features
    return np.einsum("hwc,hw->c", features.lab, features.matte) / features.matte.sum()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=SHARED, metavar="DIR")
    parser.add_argument("-o", "--out", type=Path, default=ASSET)
    arguments = parser.parse_args()
    paths = sitter_paths(DEVELOPMENT, arguments.data)
    photos = arguments.data / "pencil_pairs" / "photos"
    paths |= {f"pair {number:02d}": photos / f"{number:02d}.png" for number in STUDENTS}
    portraits = list(read_sitters(paths).values())
    mean = mean_shape(portraits)
    arrays = tones(portraits)
    arrays |= maps(mean, [prepare_exemplar(reduce_portrait(p, BAND_SCALE)) for p in portraits])
    small = (SIZE[0] // 4, SIZE[1] // 4)
    arrays |= {
        "size": np.array(SIZE, np.int32),
        "landmarks": mean.face.landmarks.astype(np.float32),
        "outline": mean.face.outline.astype(np.float32),
        "matte": np.round(cv2.resize(mean.matte, small, interpolation=cv2.INTER_AREA) * 255).astype(
            np.uint8
        ),
    }
    np.savez_compressed(arguments.out, **arrays)
    print(f"{len(portraits)} sitters, {arguments.out.stat().st_size} bytes")


if __name__ == "__main__":
    run_script(main)
