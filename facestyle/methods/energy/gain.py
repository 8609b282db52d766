"""Gain maps: how much each band's local energy must change (Shih et al. 2014, eq. 4)."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.imaging.pyramid import REFERENCE_INTER_OCULAR, LaplacianStack, gaussian_blur
from facestyle.imaging.resampling import maps_by_rows
from facestyle.imaging.threads import in_threads
from facestyle.row_bands import row_bands

# keeps gains finite on flat areas, Lab/100 squared (Shih et al. 2014, eq. 5: .01^2 of [0, 1])
_EPSILON = 1e-4
# DESIGN 4.1, step 8
_CHROMA_LIMITS = (0.0, 2.0)
# bands whose Gaussian is narrower than this were never resolved by the exemplar's pixels, px
_RESOLVED_SIGMA = 0.9
# squared log gain that counts as nothing beside the exemplars' disagreement
_NO_GAIN = 1e-3


def energy_ratio(own: np.ndarray, energies: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Gain from the blended energies: the square root of their ratio to the input's (eq. 4).

    Parameters
    ----------
    own : (h, w, 3) float32
        Local energy of the input.
    energies : (K, h, w, 3) float32
        Of the aligned exemplars.
    weights : (K, h, w) float32
        Sums to 1.

    Returns
    -------
    (h, w, 3) float32
    """
    blended = np.einsum("khw,khwc->hwc", weights, energies, optimize=True)
    return np.sqrt(blended / (own + _EPSILON))


def agreed_ratio(
    own: np.ndarray,
    energies: np.ndarray,
    weights: np.ndarray,
    sigma: float,
    *,
    alike: np.ndarray | None = None,
) -> np.ndarray:
    """Gain that the exemplars agree on.

    Deviation from Shih et al.: what the exemplars share is the look, what they don't is their own
    skin and hair. The weighted mean of their log gains is shrunk by m^2 / (m^2 + v), with the
    local mean m and variance v over the exemplars.

    Parameters
    ----------
    own, energies
        As for `energy_ratio`.
    weights : (K, h', w') float32
        Sums to 1; of the energies' size or another.
    sigma : float
        Extent of the neighborhood in which agreement is judged, px.
    alike : (K, h'', w'') float32, optional
        How far each exemplar's gain counts at a place, in [0, 1].

    Returns
    -------
    (h, w, 3) float32
    """
    size = (own.shape[0], own.shape[1])
    weights_of = maps_by_rows(weights, size)
    alike_of = None if alike is None else maps_by_rows(alike, size)
    chosen, mean, variance = (np.empty_like(own) for _ in range(3))

    def judge(rows: slice) -> None:
        places = None if alike_of is None else alike_of(rows)
        gains = _log_gains(own[rows], energies[:, rows], places)
        chosen[rows] = np.einsum("khw,khwc->hwc", weights_of(rows), gains, optimize=True)
        mean[rows], variance[rows] = _moments(gains)

    # a few rows at a time: what is made in between is as many pictures as there are exemplars
    in_threads(judge, row_bands(own.shape[0], len(energies) * own.shape[1]))
    if len(energies) == 1:
        return np.exp(np.float32(0.5) * chosen)  # nobody to agree with: half of it
    return np.exp(_agreed_share(mean, variance, sigma, _NO_GAIN) * chosen)


def _log_gains(own: np.ndarray, energies: np.ndarray, alike: np.ndarray | None) -> np.ndarray:
    """Logarithms of what each exemplar alone would have as its gain, (K, h, w, 3) float32."""
    floor = np.float32(0.1 * _EPSILON)
    gains = energies + floor
    gains /= own + floor
    np.log(gains, out=gains)
    gains *= np.float32(0.5)
    if alike is not None:
        gains *= alike[..., None]
    return gains


def agreement(values: np.ndarray, sigma: float, nothing: float) -> np.ndarray:
    """How far several maps agree on a value other than 0.

    Parameters
    ----------
    values : (K, h, w, C) float32
    sigma : float
        Extent of the neighborhood, px.
    nothing : float
        Squared value that counts as 0.

    Returns
    -------
    (h, w, C) float32
        m^2 / (m^2 + v + nothing), in [0, 1): the share of the mean that is not chance.
    """
    return _agreed_share(*_moments(values), sigma, nothing)


def _moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of (K, h, w, C) over the exemplars, each (h, w, C)."""
    mean = values.mean(axis=0)
    variance = np.zeros_like(mean)
    for value in values:  # one at a time: there are as many as exemplars
        variance += np.square(value - mean)
    variance /= np.float32(len(values))
    return mean, variance


def _agreed_share(
    mean: np.ndarray, variance: np.ndarray, sigma: float, nothing: float
) -> np.ndarray:
    # not the square of the blurred mean: where the mean changes sign that is 0, and what lies on
    # both sides of it would be torn apart (a gray patch on a forehead that is lit from one side)
    squared = gaussian_blur(np.square(mean), sigma)
    return squared / (squared + gaussian_blur(variance, sigma) + np.float32(nothing))


def gain_maps(
    stack: LaplacianStack,
    ratios: Sequence[np.ndarray],
    resolved: Sequence[float],
    *,
    limits: tuple[float, float],
    inter_ocular: float,
    strength: float = 1.0,
) -> list[np.ndarray]:
    """Limit and smooth the gains of all bands.

    Parameters
    ----------
    stack : LaplacianStack
        Of the input.
    ratios : sequence of (h_l, w_l, 3) float32
        From `energy_ratio` or `agreed_ratio`, finest band first.
    resolved : sequence of float
        For each band, the share of the exemplars that resolves it; the rest of the gain is taken
        from the next coarser band.
    limits : (float, float)
        Least and largest luminance gain.
    inter_ocular : float
        Of the input, px.
    strength : float
        Gains are raised to this power.

    Returns
    -------
    list of (h_l, w_l, 3) float32
    """
    low = np.array([limits[0], _CHROMA_LIMITS[0], _CHROMA_LIMITS[0]], np.float32)
    high = np.array([limits[1], _CHROMA_LIMITS[1], _CHROMA_LIMITS[1]], np.float32)
    gains: list[np.ndarray] = []
    coarser: np.ndarray | None = None
    for level in reversed(range(len(stack.bands))):
        gain = np.clip(ratios[level], low, high)
        gain = gaussian_blur(gain, gain_sigma(stack, level, inter_ocular))
        if coarser is not None and resolved[level] < 1:
            size = (gain.shape[1], gain.shape[0])
            coarse = cv2.resize(coarser, size, interpolation=cv2.INTER_LINEAR)
            gain = coarse + np.float32(resolved[level]) * (gain - coarse)
        coarser = gain
        gains.append(gain if strength == 1 else gain ** np.float32(strength))
    return gains[::-1]


def gain_sigma(stack: LaplacianStack, level: int, inter_ocular: float) -> float:
    """Extent of a gain map's smoothing, px of the grid of the band's energies (DESIGN 4.1).

    Parameters
    ----------
    stack : LaplacianStack
    level : int
        Of the band, 0 is the finest.
    inter_ocular : float
        px of the stack's picture.

    Returns
    -------
    float
    """
    sigma = 3 * 2**level * inter_ocular / REFERENCE_INTER_OCULAR
    return sigma * stack.energies[level].shape[1] / stack.bands[0].shape[1]


def resolved_bands(stack: LaplacianStack) -> np.ndarray:
    """Which bands an exemplar's own pixels can hold, (levels,) float64 of 0 and 1."""
    return np.array([float(sigma >= _RESOLVED_SIGMA) for sigma in stack.sigmas])
