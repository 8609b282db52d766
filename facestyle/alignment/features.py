"""What a portrait looks like, described so that two portraits in different looks compare."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facestyle.faces import Face, Portrait
from facestyle.frozen import FrozenRecord
from facestyle.imaging.color import to_lab
from facestyle.imaging.points import scaled_points
from facestyle.imaging.pyramid import build_stack, gaussian_blur

# pixels per inter-ocular distance of the analysis grid, and of the grid that patches compare on
ANALYSIS_SCALE = 64.0
PATCH_SCALE = 32.0  # nodes of the MRF lie four apart there: DESIGN 4.1, step 6
# share of the face in the luminance histogram; the rest is hair, neck and clothes
_FACE_SHARE = 0.65  # DESIGN 4.1, step 4
_BINS = 256  # as many as levels of 8 bits


@dataclass(frozen=True)
class PatchFeatures(FrozenRecord):
    """Style-invariant maps on the patch grid (32 px per inter-ocular distance).

    Attributes
    ----------
    normalized : (h, w, 1) float32
        Luminance less its local mean over its local deviation.
    rank : (h, w, 1) float32
        Share of the person that is darker, in [0, 1].
    gradient : (h, w, 2) float32
        Unit-like gradient of the normalized luminance.
    signature : (h, w, 4) float32
        Log energies of four bands, standardized inside the matte.
    matte : (h, w) float32
    """

    normalized: np.ndarray
    rank: np.ndarray
    gradient: np.ndarray
    signature: np.ndarray
    matte: np.ndarray


@dataclass(frozen=True)
class Features(FrozenRecord):
    """A portrait's analysis at 64 px per inter-ocular distance (or less, where it is smaller).

    Attributes
    ----------
    shape : (int, int)
        Height and width of the full picture.
    lab : (h, w, 3) float32
        Lab/100 on the analysis grid.
    matte : (h, w) float32
    hull : (h, w) bool
        Inside of the face.
    rank : (h, w) float32
        Luminance rank in [0, 1]: a coordinate that survives a change of look.
    skin : (h, w) float32
        Probability of skin color.
    normalized : (h, w) float32
        Locally normalized luminance, for dense matching.
    patches : PatchFeatures
    """

    shape: tuple[int, int]
    lab: np.ndarray
    matte: np.ndarray
    hull: np.ndarray
    rank: np.ndarray
    skin: np.ndarray
    normalized: np.ndarray
    patches: PatchFeatures


def analyze(portrait: Portrait, lab: np.ndarray | None = None) -> Features:
    """Compute the features of a portrait.

    Parameters
    ----------
    portrait : Portrait
    lab : (H, W, 3) float32, optional
        Lab/100 to use in place of the portrait's own picture, such as its estimated foreground.
    """
    lab = to_lab(portrait.image) if lab is None else lab
    height, width = lab.shape[:2]
    scale = min(1.0, ANALYSIS_SCALE / portrait.face.inter_ocular)
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    small = cv2.resize(lab, size, interpolation=cv2.INTER_AREA)
    matte = cv2.resize(portrait.matte, size, interpolation=cv2.INTER_AREA)
    unit = portrait.face.inter_ocular * size[0] / width
    hull = _face_hull(portrait.face, (height, width), size)
    rank = luminance_rank(small[..., 0], matte, hull)
    normalized = locally_normalized(small[..., 0], matte, 0.16 * unit)
    stack = build_stack(small, matte, unit, levels=5)
    patches = _patch_features(normalized, rank, matte, stack.energies[1:5], unit)
    skin = skin_probability(small, hull)
    return Features((height, width), small, matte, hull, rank, skin, normalized, patches)


def locally_normalized(luminance: np.ndarray, matte: np.ndarray, sigma: float) -> np.ndarray:
    """Luminance less its local mean, over its local standard deviation, inside a matte.

    Parameters
    ----------
    luminance, matte : (h, w) float32
    sigma : float
        Extent of the neighborhood, px.

    Returns
    -------
    (h, w) float32
    """
    weight = gaussian_blur(matte, sigma) + np.float32(1e-3)
    mean = gaussian_blur(luminance * matte, sigma) / weight
    variance = gaussian_blur((luminance - mean) ** 2 * matte, sigma) / weight
    # 4e-4 is the variance of just visible texture: flat areas stay flat
    return ((luminance - mean) / np.sqrt(variance + 4e-4) * matte).astype(np.float32)


def luminance_rank(luminance: np.ndarray, matte: np.ndarray, hull: np.ndarray) -> np.ndarray:
    """Share of the person that is darker than each pixel.

    Parameters
    ----------
    luminance, matte : (h, w) float32
    hull : (h, w) bool
        The face, which weighs .65 whatever its size.

    Returns
    -------
    (h, w) float32
        In [0, 1]; invariant to any monotone tone curve.
    """
    face = max(int(np.count_nonzero(hull)), 1)
    rest = max(float((matte * ~hull).sum()), 1.0)
    weight = matte * np.where(hull, _FACE_SHARE / face, (1 - _FACE_SHARE) / rest)
    index = np.clip(luminance * (_BINS - 1), 0, _BINS - 1).astype(np.uint8)
    histogram = np.bincount(index.ravel(), weights=weight.ravel(), minlength=_BINS)
    kernel = np.exp(-0.5 * (np.arange(-9, 10) / 3.0) ** 2)
    histogram = np.convolve(histogram, kernel / kernel.sum(), "same")
    distribution = (np.cumsum(histogram) - histogram / 2) / max(histogram.sum(), 1e-9)
    levels = np.arange(_BINS) / (_BINS - 1)
    return np.interp(luminance, levels, distribution).astype(np.float32)


def skin_probability(lab: np.ndarray, hull: np.ndarray) -> np.ndarray:
    """Probability of skin, by the Mahalanobis distance of a and b to the face's own color.

    Parameters
    ----------
    lab : (h, w, 3) float32
        Lab/100.
    hull : (h, w) bool
        The face.

    Returns
    -------
    (h, w) float32
        In [0, 1].
    """
    inside = lab[hull]
    if len(inside) < 16:
        return np.zeros(lab.shape[:2], np.float32)
    typical = np.abs(inside[:, 0] - np.median(inside[:, 0])) < 0.25
    chroma = inside[typical, 1:]
    # 2e-4 keeps gray pictures, whose chroma has no spread, invertible
    covariance = np.cov(chroma.T) + np.eye(2) * 2e-4
    precision = np.linalg.inv(covariance).astype(np.float32)
    difference = lab[..., 1:] - np.median(chroma, axis=0).astype(np.float32)
    distance = ((difference @ precision) * difference).sum(axis=-1)
    probability = np.exp(-distance / 12) * (lab[..., 0] > 0.2)
    return gaussian_blur(probability.astype(np.float32), 1.0)


def _face_hull(face: Face, shape: tuple[int, int], size: tuple[int, int]) -> np.ndarray:
    """Convex hull of landmarks and outline on the analysis grid."""
    factor = np.array([size[0] / shape[1], size[1] / shape[0]])
    points = scaled_points(np.vstack([face.landmarks, face.outline]), factor)
    mask = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(points).astype(np.int32)), 1)
    return mask.astype(bool)


def _patch_features(
    normalized: np.ndarray,
    rank: np.ndarray,
    matte: np.ndarray,
    energies: tuple[np.ndarray, ...],
    unit: float,
) -> PatchFeatures:
    """Reduce the analysis to the patch grid."""
    height, width = matte.shape
    scale = min(1.0, PATCH_SCALE / unit)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))

    def reduce(values: np.ndarray) -> np.ndarray:
        return cv2.resize(values, size, interpolation=cv2.INTER_AREA)

    dx = cv2.Sobel(normalized, cv2.CV_32F, 1, 0, ksize=3, scale=0.25)
    dy = cv2.Sobel(normalized, cv2.CV_32F, 0, 1, ksize=3, scale=0.25)
    magnitude = np.sqrt(dx * dx + dy * dy) + np.float32(0.1)
    small_matte = reduce(matte)
    signature = []
    for energy in energies:
        log_energy = 0.5 * np.log(energy[..., 0] + np.float32(1e-5))
        larger = log_energy.shape[0] > size[1]
        mode = cv2.INTER_AREA if larger else cv2.INTER_LINEAR
        signature.append(
            _standardized(cv2.resize(log_energy, size, interpolation=mode), small_matte)
        )
    return PatchFeatures(
        reduce(normalized)[..., None],
        reduce(rank)[..., None],
        np.dstack([reduce(dx / magnitude), reduce(dy / magnitude)]),
        np.dstack(signature),
        small_matte,
    )


def _standardized(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Values less their weighted mean, over their weighted deviation."""
    total = weight.sum() + 1e-6
    mean = (values * weight).sum() / total
    deviation = np.sqrt(((values - mean) ** 2 * weight).sum() / total) + 0.05
    return ((values - mean) / deviation).astype(np.float32)
