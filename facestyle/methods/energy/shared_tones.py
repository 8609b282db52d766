"""What exemplars have in common with the input, against ordinary portraits, is no look.

Sitters of one photographer or collection differ from ordinary ones by the same exposure, light and
age, which no number of them averages out. And an input that could be one of the exemplars has
their look already: dark studio portraits make a dark studio portrait no darker.
"""

from __future__ import annotations

import numpy as np

from facestyle.methods.energy.population import Population
from facestyle.methods.energy.tones import ToneStatistics, is_mean

CHANNELS = ("lightness", "a", "b")

# Differences below are RMS over a channel's statistics, in deviations of one sitter.
# Of the input's own difference from ordinary this share is taken for the exemplars' as well, where
# it explains what is seen: the first of an ordinary input, the second of an odd one
_SHARES = (0.4, 0.9)
# ... which it is between these: of development portraits half have .2 to .4 in L, three .8 to 1.4;
# two collections that the population doesn't know 1.1 to 3.2
_ODD = (0.7, 1.7)
# an odd input strays as much as this from those it shares its oddness with: it is one sitter
_ONE_SITTER = 1.0
# All of it up to the first difference, none from the second on. Of ordinary inputs it is the
# exemplars' from ordinary (the largest channel's): looks nobody takes for a collection keep their
# darkness beside dark sitters (two mild looks have .5 and .7, black and white and bleach 2.4 and
# 2.7). Of odd ones it is the exemplars' from the input: one of their kind has .4 to 1, by a mild
# look at most 2, another collection's 2.6. From 1 to 2, as of ordinary inputs, sitters lighter than
# the rest of a dark collection were darkened: skin's slope, output on input, of two mild looks
# .6 instead of .8 (of the truth 1.1), and 1.4 dB less
_UNSURE, _UNSURE_ODD = (1.0, 2.0), (1.5, 2.5)
# Exemplars of one ink, which an input is not of, wear a look for sure: it shares nothing with them.
# Their colors' deviation at one tone, as a share of the lesser of ordinary and the input's own,
# below which they are, and from which they are not: gray looks have 0, of 34 ordinary portraits in
# nine colored looks the least colored .25 (bleach)
_ONE_INK = (0.1, 0.25)
_GRAY = 0.002  # of gray pictures' rounding, or less; ordinary ones have .12


def without_look(look: ToneStatistics, own: ToneStatistics, ordinary: Population) -> ToneStatistics:
    """What the exemplars would be without their look, told from the usual and from the input.

    Parameters
    ----------
    look : ToneStatistics
        Mean over the exemplars.
    own : ToneStatistics
        The input's.
    ordinary : Population

    Returns
    -------
    ToneStatistics
        Of each value between the usual and the exemplars'.
    """
    usual = [getattr(ordinary.mean, name) for name in CHANNELS]
    deviations = [np.sqrt(np.diag(getattr(ordinary.covariance, name))) for name in CHANNELS]
    seen, shown = ([getattr(each, name) for name in CHANNELS] for each in (look, own))
    away = max(map(_difference, seen, usual, deviations))
    colored = _colored(look, own, ordinary.mean)
    told = []
    for theirs, mine, mean, deviation in zip(seen, shown, usual, deviations, strict=True):
        odd = float(np.interp(_difference(mine, mean, deviation), _ODD, (0, 1)))
        apart = _difference(theirs, mine, deviation)
        sure = (1 - odd) * _likely(away, _UNSURE) + odd * _likely(apart, _UNSURE_ODD)
        shared = (_SHARES[0] + odd * (_SHARES[1] - _SHARES[0])) * (mine - mean)
        margin = _ONE_SITTER * odd * deviation
        shared = np.clip(theirs - mean, shared - margin, shared + margin)
        told.append(mean + colored * sure * _between(shared, theirs - mean))
    return ToneStatistics(*told)


def _colored(look: ToneStatistics, own: ToneStatistics, usual: ToneStatistics) -> float:
    """How surely exemplars are not of one ink that the input is not of, in [0, 1]."""

    def spread(each: ToneStatistics) -> float:
        return float(sum(c[is_mean(len(c)) == 0].mean() for c in (each.a, each.b)))

    least = min(spread(own), spread(usual))
    return float(np.interp((spread(look) + _GRAY) / (least + _GRAY), _ONE_INK, (0, 1)))


def _difference(one: np.ndarray, other: np.ndarray, deviation: np.ndarray) -> float:
    """Root mean square of the differences, in deviations."""
    return float(np.sqrt(np.mean(((one - other) / deviation) ** 2)))


def _likely(away: float, unsure: tuple[float, float]) -> float:
    """How likely a difference of exemplars is one of sitters alone, in [0, 1]."""
    return float(np.interp(away, unsure, (1, 0)))


def _between(values: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Values limited to between 0 and `end`."""
    return np.clip(values, np.minimum(end, 0), np.maximum(end, 0))
