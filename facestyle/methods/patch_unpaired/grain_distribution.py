"""Grain with the exemplars' own distribution: how fine, how strong, dark strokes or light ones.

Strokes on paper are rare and dark, brush hairs are as often light as dark. One factor for all of a
group's grain makes it as strong as the exemplars' but leaves its kind: dark skin drawn in pencil
had the fine noise of blended patches. So two bands of the grain are mapped by rank.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facestyle.methods.patch_unpaired.grain import (
    FEW_PIXELS,
    GRAIN_SIGMA,
    GROUPS_OF_LABELS,
    MOST_CHANGE,
)

GROUPS = 4  # face, hair, clothes, background
# Upper ends of the bands, in sigmas of the grain. A third, of broad strokes, helps one exemplar
# (texture error 1.03 -> .97, four portraits in four development styles) and harms sets (.91 -> 1.04
# in oil, 1.25 -> 1.27 in pencil, slope of skin tone .67 -> .65): such bands are the exemplars'
# sitters as much as their strokes. A split below the finest changes nothing.
_SIGMA_SHARES = (0.4, 1.0)
_LEAST_SIGMA = 0.5  # px; below, there is no band
_RANKS = np.linspace(0.5, 99.5, 34)  # in per cent; an even number, so that none is the median
_SAMPLES = 20_000  # pixels of a group that are measured; any number of this order does
_REACH, _STEPS = 0.5, 1000  # largest deviation of luminance that is told apart, steps on each side


def grain_quantiles(luminance: np.ndarray, region_map: np.ndarray, face_width: float) -> np.ndarray:
    """Quantiles of the bands of a picture's grain in each group.

    Parameters
    ----------
    luminance : (h, w) float32
    region_map : (h, w) uint8
    face_width : float
        px.

    Returns
    -------
    (4, 2, 34) float64
        Fine and middle band, for each group; NaN where a group is missing.
    """
    return band_quantiles(grain_bands(luminance, face_width), region_map)


def quantiles_like_first(quantiles: Sequence[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """Weighted mean over exemplars, (4, 2, 34) float64; NaN where no exemplar has a group.

    Parameters
    ----------
    quantiles : sequence of (4, 2, 34) float64
        From `grain_quantiles`.
    weights : (K, 4) float64
        Of each exemplar's groups.
    """
    every = np.stack(quantiles)
    known = np.isfinite(every[:, :, 0, 0])
    shares = weights * known
    total = shares.sum(axis=0)
    mean = np.einsum("kg,kgbr->gbr", shares, np.nan_to_num(every))
    return np.where(total[:, None, None] > 0, mean / np.maximum(total, 1e-9)[:, None, None], np.nan)


def with_grain_like(
    luminance: np.ndarray,
    region_map: np.ndarray,
    face_width: float,
    wanted: np.ndarray,
    texture: float,
    factors: Sequence[np.ndarray] = (),
) -> np.ndarray:
    """Map the bands of a picture's grain to the exemplars' by rank.

    Parameters
    ----------
    luminance : (h, w) float32
        L of 1.
    region_map : (h, w) uint8
    face_width : float
        px.
    wanted : (4, 2, 34) float64
        Quantiles from the exemplars.
    texture : float
        From 0, half the exemplars' grain, over .5, the exemplars' own, to 1, twice it.
    factors : sequence of (rows, columns) float32, optional
        Of each band at each place, for any size; see `grain_by_tone`.

    Returns
    -------
    (h, w) float32
    """
    bands = grain_bands(luminance, face_width)
    own = band_quantiles(bands, region_map)
    return with_bands_like(luminance, bands, region_map, own, wanted, texture, factors)


def with_bands_like(
    luminance: np.ndarray,
    bands: Sequence[np.ndarray],
    region_map: np.ndarray,
    own: np.ndarray,
    wanted: np.ndarray,
    texture: float,
    factors: Sequence[np.ndarray] = (),
) -> np.ndarray:
    """Map the bands of a picture's grain by known quantiles: those of a clip change slowly.

    Parameters
    ----------
    luminance : (h, w) float32
        L of 1.
    bands : sequence of (h, w) float32
        From `grain_bands`.
    region_map : (h, w) uint8
    own, wanted : (4, 2, 34) float64
        Quantiles of the picture and of the exemplars.
    texture : float
    factors : sequence of (rows, columns) float32
        These two as in `with_grain_like`.

    Returns
    -------
    (h, w) float32
    """
    dial = 4.0 ** (texture - 0.5)
    groups = cv2.LUT(region_map, GROUPS_OF_LABELS).astype(np.int32)
    result = luminance.copy()
    for number, band in enumerate(bands):
        tables = [_table(own[g, number], dial * wanted[g, number]) for g in range(GROUPS)]
        steps = np.clip(band * np.float32(_STEPS / _REACH), -_STEPS, _STEPS)
        places = np.rint(steps).astype(np.int32) + groups * (2 * _STEPS + 1) + _STEPS
        mapped = np.concatenate(tables)[places]
        if factors:
            mapped *= cv2.resize(factors[number], band.shape[::-1])
        result += mapped - band
    return result


def grain_bands(luminance: np.ndarray, face_width: float) -> list[np.ndarray]:
    """Bands of the grain, (h, w) each, the finer first; zeros where a picture is too small."""
    bands, before = [], luminance
    for share in _SIGMA_SHARES:
        sigma = share * GRAIN_SIGMA * face_width
        if sigma < _LEAST_SIGMA:
            bands.append(np.zeros_like(luminance))
            continue
        smooth = cv2.GaussianBlur(luminance, (0, 0), sigma)
        bands.append(before - smooth)
        before = smooth
    return bands


def band_quantiles(bands: Sequence[np.ndarray], region_map: np.ndarray) -> np.ndarray:
    """Quantiles of the bands in each group, (4, 2, 34) float64; NaN where one is missing."""
    groups = cv2.LUT(region_map, GROUPS_OF_LABELS)
    result = np.full((GROUPS, len(bands), len(_RANKS)), np.nan)
    for group in range(GROUPS):
        inside = np.flatnonzero(groups == group)
        if len(inside) <= FEW_PIXELS:
            continue
        inside = inside[:: max(1, len(inside) // _SAMPLES)]
        for number, band in enumerate(bands):
            result[group, number] = np.percentile(band.ravel()[inside], _RANKS)
    return result


def _table(own: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The new deviation for each old one, (2001,) float32; unchanged where one is unknown."""
    values = np.linspace(-_REACH, _REACH, 2 * _STEPS + 1)
    if not (np.isfinite(own).all() and np.isfinite(wanted).all()):
        return values.astype(np.float32)
    rising = own + np.arange(len(own)) * 1e-7
    mapped = np.interp(values, rising, wanted)
    # beyond the outermost ranks as at them
    mapped += np.minimum(values - own[0], 0) + np.maximum(values - own[-1], 0)
    least, most = MOST_CHANGE
    low, high = np.minimum(least * values, most * values), np.maximum(least * values, most * values)
    return np.clip(mapped, low, high).astype(np.float32)
