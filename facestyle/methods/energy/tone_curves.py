"""The tone curve and colors of a look, told from the sitters who wear it.

Each portrait's statistics are the look's effect on an ordinary portrait's, and the sitter's own
difference from it. The effect is a smooth function of lightness: a Gaussian process, averaged over
scales by marginal likelihood (Rasmussen and Williams 2006, sections 2.2 and 5.4.1). Its posterior
mean shrinks towards doing nothing where the sitters' differences explain what is seen, as James
and Stein's estimator does, at each lightness and in each channel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facestyle.frozen import FrozenRecord
from facestyle.methods.energy.levels import LEVELS, chroma_at, stepped
from facestyle.methods.energy.population import Population
from facestyle.methods.energy.shared_tones import without_look
from facestyle.methods.energy.tone_range import shoulder, toe
from facestyle.methods.energy.tones import (
    BINS,
    ToneStatistics,
    is_mean,
    is_skin,
    positions,
)

# Variances of the prior: of a shift of all levels, of a slope (at .5 from the middle), of bends.
# Development half: a third or thrice of any changes the mean by less than .15 dB
_CONSTANT, _SLOPE, _BENDS, _BEND_WIDTH = 1.0, 1.0, 0.2, 0.3
# colors are smoother: .15 dB less on the mild looks than 1, and far fewer tinted white shirts
_CHROMA_SLOPE = 0.3
# variances of a tint, and of one of the skin alone, beside that of a change of saturation;
# development half: without the skin's own the mild looks have 32.0 dB, with it 32.6
_TINT, _SKIN_TINT = 0.04, 0.02
# variance of what no smooth curve of lightness explains: lighting, make-up, Lab/100 squared
_LIGHTNESS_NOISE, _CHROMA_NOISE = 2e-4, 3e-5
# where nobody says what is skin, as in a table of colors: half of its own tint (not measured)
UNKNOWN_SKIN = 0.5
# Scales of the prior that are compared by likelihood, from no look at all to one that replaces
# tones; and those of colors. Chosen, not measured
_SCALES = np.array([1e-7, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1])
_CHROMA_SCALES = 30 * _SCALES
# Who gives exemplars wants their look: a scale is as likely beforehand as this power of it.
# Development half, 4 exemplars: 27.83 dB and dE 5.32; with 0, 27.80 and 5.37
_EAGERNESS = 0.15
# a look that is steeper (or flatter) scales the sitters' differences as well
_SLOPES, _RATIOS = (0.25, 2.0), (0.2, 1.6)
# A look that changes all colors (gray ones do) hardly leaves lightness alone: the scale of the
# lightness' prior is at least this share of the lesser of the colors'
_LEAST_SHARE = 0.01
_ROUNDS = 3  # in which scales and curves settle; not measured


@dataclass(frozen=True)
class ToneCurves(FrozenRecord):
    """What a look does to a color of some lightness: at `LEVELS`.

    Attributes
    ----------
    lightness : (101,) float64
        Added to L.
    tint, skin_tint : (2, 101) float64
        Added to a and b of everything, and of skin.
    saturation : (2, 101) float64
        a and b are multiplied by this first.
    ranked : (14,) float64
        An ordinary portrait's L at each luminance rank.
    """

    lightness: np.ndarray
    tint: np.ndarray
    skin_tint: np.ndarray
    saturation: np.ndarray
    ranked: np.ndarray

    def chroma(self, lab: np.ndarray, skin: np.ndarray) -> np.ndarray:
        """The a and b of colors of some lightness in the look.

        Parameters
        ----------
        lab : (h, w, 3) float32
            Lab/100.
        skin : (h, w) float32
            How much of each color is skin's.

        Returns
        -------
        (h, w, 2) float64
        """
        lightness = lab[..., 0]

        def at(table: np.ndarray) -> np.ndarray:
            return np.interp(lightness, LEVELS, table)

        return np.dstack(
            [
                at(self.saturation[c]) * lab[..., c + 1]
                + at(self.tint[c])
                + skin * at(self.skin_tint[c])
                for c in (0, 1)
            ]
        )


def saturation_change(lab: np.ndarray, saturation: np.ndarray) -> np.ndarray:
    """What a curve of saturation adds to colors.

    Parameters
    ----------
    lab : (..., 3) float
        Lab/100.
    saturation : (2, 101) float64
        From `ToneCurves`.

    Returns
    -------
    (..., 3) float32
        Nothing to L.
    """
    change = chroma_at([stepped(curve) - 1 for curve in saturation], lab[..., 0])
    change *= lab
    return change


def estimate_curves(
    look: ToneStatistics,
    count: float,
    ordinary: Population,
    own: ToneStatistics | None = None,
) -> ToneCurves:
    """Estimate a look's curves from exemplars.

    Parameters
    ----------
    look : ToneStatistics
        Mean over the exemplars.
    count : float
        How many exemplars stand behind it, 1 or more.
    ordinary : Population
    own : ToneStatistics, optional
        The input's: what it shares with the exemplars is no look.

    Returns
    -------
    ToneCurves
    """
    mean, noise = ordinary.mean, ordinary.covariance
    if own is not None:
        mean = without_look(look, own, ordinary)
    where = positions(mean.lightness)
    chroma, scales = [], []
    for name in ("a", "b"):
        usual = getattr(mean, name)
        scale, curves = _chroma_curves(
            getattr(look, name) - usual, usual, where, getattr(noise, name) / count
        )
        chroma.append(curves)
        scales.append(scale)
    lightness = _lightness_curve(
        look.lightness - mean.lightness,
        mean.lightness,
        noise.lightness / count,
        _SCALES[_LEAST_SHARE * min(scales) <= 1.001 * _SCALES],
    )
    tint, skin_tint, saturation = np.stack(chroma, axis=1)
    return ToneCurves(lightness, tint, skin_tint, saturation, mean.lightness[:BINS])


def apply_curves(
    lab: np.ndarray, curves: ToneCurves, skin: np.ndarray | float = UNKNOWN_SKIN
) -> np.ndarray:
    """Give colors a look's tone curve and colors.

    Parameters
    ----------
    lab : (H, W, 3) float32
        Lab/100.
    curves : ToneCurves
    skin : (H, W) float32 or float
        How much skin there is at each place, in [0, 1].

    Returns
    -------
    (H, W, 3) float32
    """
    lightness = lab[..., 0] + np.interp(lab[..., 0], LEVELS, curves.lightness)
    weights = np.broadcast_to(np.float32(skin), lab.shape[:2])
    return np.dstack([lightness, curves.chroma(lab, weights)]).astype(np.float32)


def _lightness_curve(
    seen: np.ndarray, where: np.ndarray, noise: np.ndarray, scales: np.ndarray
) -> np.ndarray:
    """Shift of L at `LEVELS` from the shifts that are seen."""
    prior = _smooth(where, where)
    to_levels = _smooth(LEVELS, where)
    slope = np.ones(len(where))
    for _ in range(_ROUNDS):
        total = noise * np.outer(slope, slope) + _LIGHTNESS_NOISE * np.eye(len(where))
        shift = to_levels @ _posterior(prior, total, seen, scales)[1]
        steepness = 1 + np.gradient(shift, LEVELS)
        slope = np.clip(np.interp(where, LEVELS, steepness), *_SLOPES)
    # a darker tone stays the darker one
    rising = np.maximum.accumulate(LEVELS + shift)
    within = toe(shoulder(rising, float(rising[-1])), float(rising[0]))
    return np.asarray(within - LEVELS)


def _chroma_curves(
    seen: np.ndarray, own: np.ndarray, where: np.ndarray, noise: np.ndarray
) -> tuple[float, np.ndarray]:
    """Scale of the prior, and tint, skin's own tint and saturation at `LEVELS`, (3, 101)."""
    tinted, skin = is_mean(len(own)), is_skin(len(own))
    smooth = _smooth(where, where, _CHROMA_SLOPE)
    prior = smooth * (
        _TINT * np.outer(tinted, tinted) + _SKIN_TINT * np.outer(skin, skin) + np.outer(own, own)
    )
    # nothing is known of lighter and darker colors than those seen: they do as the last ones
    levels = np.clip(LEVELS, where.min(), where.max())
    to_levels = _smooth(levels, where, _CHROMA_SLOPE)
    ratio = np.ones(len(where))
    for _ in range(_ROUNDS - 1):
        total = noise * np.outer(ratio, ratio) + _CHROMA_NOISE * np.eye(len(where))
        scale, weights = _posterior(prior, total, seen, _CHROMA_SCALES)
        saturation = 1 + to_levels @ (own * weights)
        ratio = np.clip(np.interp(where, LEVELS, saturation), *_RATIOS)
    tint, skin_tint = _TINT * (tinted * weights), _SKIN_TINT * (skin * weights)
    saturation = np.clip(saturation, 0, _RATIOS[1])
    return scale, np.stack([to_levels @ tint, to_levels @ skin_tint, saturation])


def _posterior(
    prior: np.ndarray, noise: np.ndarray, seen: np.ndarray, scales: np.ndarray
) -> tuple[float, np.ndarray]:
    """Scale of the prior, and the weights of the posterior mean: both averaged by likelihood.

    The likeliest scale alone (type II maximum likelihood) makes a look of few exemplars all or
    nothing: the likelihoods of two dark portraits differ by .6 between none of it and all.
    Development half, 4 exemplars: 27.8 dB, against 27.6 with the likeliest scale.
    """
    found, weights = [], []
    for scale in scales:
        covariance = scale * prior + noise
        half = np.linalg.cholesky(covariance)
        solved = np.linalg.solve(covariance, seen)
        found.append(-0.5 * seen @ solved - np.log(np.diag(half)).sum())
        weights.append(scale * solved)
    found = np.array(found) + _EAGERNESS * np.log(scales)
    shares = np.exp(found - found.max())
    shares /= shares.sum()
    return float(np.exp(shares @ np.log(scales))), shares @ np.array(weights)


def _smooth(x: np.ndarray, y: np.ndarray, slope: float = _SLOPE) -> np.ndarray:
    """Prior covariance between a curve's values at x and at y."""
    bends = np.exp(-0.5 * ((x[:, None] - y) / _BEND_WIDTH) ** 2)
    return _CONSTANT + 4 * slope * (x[:, None] - 0.5) * (y - 0.5) + _BENDS * bends
