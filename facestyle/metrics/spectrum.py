"""Local-energy spectrum: how much detail of every size has a picture, and how is it spread?"""

import cv2
import numpy as np
from numpy.typing import NDArray

from facestyle.errors import UsageError
from facestyle.metrics.inputs import Image, check_image, lightness, weights

LEVELS = 5  # octaves, from detail of about 2 px to detail of about 32 px
COARSEST = 8  # px: a smaller level has too few places to speak of a distribution
NEIGHBORHOOD = 2.0  # sigma of the local mean, px of the level: Shih's is one octave up, too
ROUNDING = 1 / 12  # squared levels of 255: the energy that rounding to 8 bits leaves
QUANTILES = 256  # of the distributions that are compared; any number of this order does


def spectrum_distance(
    result: Image,
    exemplar: Image,
    *,
    levels: int = LEVELS,
    result_mask: Image | None = None,
    exemplar_mask: Image | None = None,
) -> float:
    """Return how far the local energies of two pictures are apart, octave by octave.

    Every level of a Laplacian pyramid of CIE L* is squared and averaged locally, which gives
    the local energy of Shih et al. The distributions of these energies, in decibels, are
    compared by their Wasserstein distance, and the levels are averaged. The pictures need not be
    aligned. Energy spread evenly as grain differs from the same energy gathered in a few strokes.

    Parameters
    ----------
    result, exemplar : (H, W, 3) or (H, W), float in [0, 1] or uint8
        Pictures of any size from 8 pixels, their faces at the same scale.
    levels : int
        Octaves, 1 or more; fewer are compared where a picture is too small for so many.
    result_mask, exemplar_mask : (H, W), optional
        Only places with a weight above .5 count.

    Returns
    -------
    float
        Decibels; 0 for equal spectra; lower is better. 6 dB is twice, or half, the contrast at
        every size and place.

    Raises
    ------
    UsageError
        If a picture is too small, a mask does not fit or selects nothing, or `levels` is below 1.

    References
    ----------
    Local energy: Shih, Paris, Barnes, Freeman, Durand: Style Transfer for Headshot Portraits.
    SIGGRAPH 2014, equations 2 and 3. Pyramid: Burt, Adelson: The Laplacian Pyramid as a Compact
    Image Code. IEEE Transactions on Communications 1983. The comparison is this project's.
    """
    if levels < 1:
        raise UsageError(f"levels is a number of octaves, 1 or more; found {levels}")
    check_image(result)
    check_image(exemplar)
    count = min(levels, _most_levels(result), _most_levels(exemplar))
    ours = _energy_quantiles(result, result_mask, count)
    theirs = _energy_quantiles(exemplar, exemplar_mask, count)
    return float(np.abs(ours - theirs).mean())


def _most_levels(image: Image) -> int:
    """Levels whose grid has 8 pixels a side at least."""
    smallest = min(image.shape[:2])
    if smallest < COARSEST:
        raise UsageError(
            f"a spectrum needs pictures of at least {COARSEST} px a side; "
            f"found {image.shape[:2]}: compare larger pictures"
        )
    return int(np.log2(smallest / COARSEST)) + 1


def _energy_quantiles(image: Image, mask: Image | None, count: int) -> NDArray[np.float64]:
    """Quantiles of the local energy in decibels, (levels, QUANTILES)."""
    weights(mask, image.shape[:2])  # validates the mask
    places = (np.arange(QUANTILES) + 0.5) / QUANTILES
    current = lightness(image)
    quantiles = np.empty((count, QUANTILES))
    for level in range(count):
        reduced = cv2.pyrDown(current)
        band = current - cv2.pyrUp(reduced, dstsize=(current.shape[1], current.shape[0]))
        energy = cv2.GaussianBlur(band * band, (0, 0), NEIGHBORHOOD)
        decibels = 10 * np.log10(np.maximum(energy, 0) + ROUNDING)
        quantiles[level] = np.quantile(decibels[_inside(mask, current.shape)], places)
        current = reduced
    return quantiles


def _inside(mask: Image | None, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Places of a level that the mask selects; its nearest place where it selects none."""
    if mask is None:
        return np.ones(shape, bool)
    size = (shape[1], shape[0])
    share = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray(share >= min(0.5, float(share.max())))
