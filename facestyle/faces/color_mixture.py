"""Gaussian mixtures of color: small, deterministic, fitted by k-means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# rounds of expectation-maximization; few, as the mixtures are fitted again in each round of the
# segmentation (chosen for speed, not measured alone)
_ROUNDS = 4
# added to each variance (colors are about 0-255); keeps flat colors invertible, not measured
_FLOOR = 16.0
# bring colors near [-1, 1], so that products of them stay well conditioned in float32
_MIDDLE, _SPREAD = np.array([127, 0, 0], np.float32), np.float32(64)


@dataclass(frozen=True)
class ColorMixture:
    """Gaussians over colors, their log-densities written as polynomials of second degree.

    Attributes
    ----------
    coefficients : (10, K) float64
        Of the terms that `monomials` lists.
    """

    coefficients: np.ndarray

    def log_likelihood(self, terms: np.ndarray) -> np.ndarray:
        """Log-density of colors up to a constant, from their `monomials`; (10, N) to (N,)."""
        parts = self.coefficients.T.astype(np.float32) @ terms
        highest = parts.max(axis=0)
        parts -= highest
        np.exp(np.maximum(parts, -30, out=parts), out=parts)
        return highest + np.log(parts.sum(axis=0))


def monomials(colors: np.ndarray) -> np.ndarray:
    """Squares, products, values and 1 of colors about the middle of their range.

    (N, 3) to (10, N) float32.
    """
    x, y, z = (colors - _MIDDLE).T / _SPREAD
    return np.stack([x * x, y * y, z * z, x * y, x * z, y * z, x, y, z, np.ones_like(x)])


def _log_density(mean: np.ndarray, covariance: np.ndarray, share: float) -> np.ndarray:
    """Coefficients of one weighted Gaussian's log-density, (10,)."""
    mean = (mean - _MIDDLE) / _SPREAD
    inverse = np.linalg.inv(covariance) * _SPREAD**2
    linear = inverse @ mean
    constant = np.log(share) - 0.5 * np.linalg.slogdet(covariance)[1] - 0.5 * mean @ linear
    squares = -0.5 * np.diag(inverse)
    products = -inverse[[0, 0, 1], [1, 2, 2]]
    return np.concatenate([squares, products, linear, [constant]])


def fit_color_mixture(colors: np.ndarray, count: int, most: int = 1200) -> ColorMixture:
    """Fit Gaussians to colors.

    Parameters
    ----------
    colors : (N, 3) float32
        About 0-255. At most `most` of them, evenly spread, are used.
    count : int
        Gaussians; one where there are fewer than four colors for each.
    """
    colors = colors[:: max(1, len(colors) // most)].astype(np.float32)
    if len(colors) < 4 * count:
        count = 1
    # k-means from equal slices of luminance: deterministic
    order = np.argsort(colors[:, 0], kind="stable")
    centers = np.stack([part.mean(axis=0) for part in np.array_split(colors[order], count)])
    nearest = np.zeros(len(colors), int)
    for _ in range(_ROUNDS):
        # |c|^2 is the same for all centers
        nearest = ((centers**2).sum(axis=1) - 2 * colors @ centers.T).argmin(axis=1)
        centers = np.stack(
            [
                colors[nearest == k].mean(axis=0) if (nearest == k).any() else centers[k]
                for k in range(count)
            ]
        )
    densities = []
    for k in range(count):
        members = colors[nearest == k]
        if len(members) >= 4:
            covariance = np.cov(members.T) + np.eye(3) * _FLOOR
            densities.append(
                _log_density(members.mean(axis=0), covariance, len(members) / len(colors))
            )
    return ColorMixture(np.stack(densities, axis=1))
