"""Ordinary portraits: the mean of their tones, and how sitters differ.

What exemplars show is a look on some sitters. What the same statistics are without any look, and
how far a few sitters stray from the mean, tells the one from the other.
`benchmarks/population.py` makes the numbers.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.assets import asset_path
from facestyle.faces import Face, Portrait
from facestyle.frozen import FrozenRecord
from facestyle.methods.energy.tones import ToneStatistics

ASSET = "population.npz"


@dataclass(frozen=True)
class MeanFace(FrozenRecord):
    """Low-pass light and local energies of ordinary portraits, in the frame of their mean face.

    Attributes
    ----------
    portrait : Portrait
        The mean face's landmarks, outline and matte; its picture is black.
    residual, residual_variance : (h, w, 3) float32
        Mean over the sitters, Lab/100, and variance.
    energies, energy_variances : tuple of (h, w, 3) float32
        Mean and variance of the log energies of each band, finest first.
    skin : (h, w) float32
        Mean probability of skin.
    """

    portrait: Portrait
    residual: np.ndarray
    residual_variance: np.ndarray
    energies: tuple[np.ndarray, ...]
    energy_variances: tuple[np.ndarray, ...]
    skin: np.ndarray


@dataclass(frozen=True)
class Population(FrozenRecord):
    """Tone statistics of ordinary portraits.

    Attributes
    ----------
    mean : ToneStatistics
    covariance : ToneStatistics
        Of each field, (n, n), over sitters.
    face : MeanFace
    """

    mean: ToneStatistics
    covariance: ToneStatistics
    face: MeanFace


@functools.cache
def population() -> Population:
    """The bundled statistics."""
    with np.load(asset_path(ASSET), allow_pickle=False) as data:
        arrays = dict(data)
    mean, covariance = (
        ToneStatistics(*(arrays[f"{name}_{field}"].astype(np.float64) for field in "Lab"))
        for name in ("mean", "covariance")
    )
    return Population(mean, covariance, _mean_face(arrays))


def _mean_face(arrays: dict[str, np.ndarray]) -> MeanFace:
    """The maps as they were stored, in half precision and the matte in bytes."""
    width, height = (int(side) for side in arrays["size"])
    matte = cv2.resize(arrays["matte"], (width, height), interpolation=cv2.INTER_LINEAR)
    landmarks, outline = (arrays[name].astype(np.float64) for name in ("landmarks", "outline"))
    portrait = Portrait(
        np.zeros((height, width, 3), np.float32),
        Face(landmarks, None, outline, "file"),
        matte.astype(np.float32) / 255,
        "mean face",
    )
    maps = {
        name: arrays[name].astype(np.float32)
        for name in ("residual", "residual_variance", "energies", "energy_variances", "skin")
    }
    return MeanFace(
        portrait,
        maps["residual"],
        maps["residual_variance"],
        tuple(maps["energies"]),
        tuple(maps["energy_variances"]),
        maps["skin"],
    )
