"""Ordinary portraits: the mean of their tones, and how sitters differ.

What exemplars show is a look on some sitters. What the same statistics are without any look, and
how far a few sitters stray from the mean, tells the one from the other.
`benchmarks/population.py` makes the numbers.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from facestyle.assets import asset_path
from facestyle.methods.energy.tone_statistics import ToneStatistics

ASSET = "population_tones.npz"


@dataclass(frozen=True)
class Population:
    """Tone statistics of ordinary portraits.

    Attributes
    ----------
    mean : ToneStatistics
    covariance : ToneStatistics
        Of each field, (n, n), over sitters.
    """

    mean: ToneStatistics
    covariance: ToneStatistics


@functools.cache
def population() -> Population:
    """The bundled statistics."""
    with np.load(asset_path(ASSET), allow_pickle=False) as data:
        mean, covariance = (
            ToneStatistics(*(data[f"{name}_{field}"].astype(np.float64) for field in "Lab"))
            for name in ("mean", "covariance")
        )
    return Population(mean, covariance)
